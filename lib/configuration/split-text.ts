/**
 * Parts of a text between separators that stand outside quotes, as Flink splits lists and maps; undefined where it fails: a quote
 * that is not closed, or text beside a quoted part. A doubled quote inside quotes is one. Source: Flink `StructuredOptionsSplitter`.
 *
 * @param text for example `a:b,'c,d'`
 * @param separator one character
 */
export function splitQuoted(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  const isSeparator = new RegExp(`^\\s*${separator}`);
  const unquoted = new RegExp(`^\\s*([^${separator}\\s][^${separator}]*)`);
  let rest = text;
  let isOpen = true;
  while (rest.trim() !== '') {
    if (isSeparator.test(rest)) {
      if (isOpen && parts.length > 0) parts.push('');
      rest = rest.replace(isSeparator, '');
      isOpen = true;
      continue;
    }
    if (!isOpen) return undefined;
    const match = /^\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)")/.exec(rest) ?? (/^\s*['"]/.test(rest) ? null : unquoted.exec(rest));
    if (!match) return undefined;
    parts.push(
      match[2] === undefined
        ? rest.trimStart().startsWith("'")
          ? match[1].replaceAll("''", "'")
          : match[1].trim()
        : match[2].replaceAll('""', '"'),
    );
    rest = rest.slice(match[0].length);
    isOpen = false;
  }
  return parts;
}
