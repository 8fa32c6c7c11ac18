/**
 * Parts of a text between separators that stand outside quotes; quotes are kept off the parts and a doubled quote inside
 * quotes is one. Source: Flink `StructuredOptionsSplitter`.
 *
 * @param text for example `a:b,'c,d':e`
 * @param separator one character
 */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  for (const [index, character] of [...text].entries()) {
    const last = parts.length - 1;
    if (quote !== '') {
      if (character === quote) quote = '';
      parts[last] += character;
    } else if (character === separator) {
      parts.push('');
    } else {
      if ((character === "'" || character === '"') && parts[last].trim() === '' && index < text.length) quote = character;
      parts[last] += character;
    }
  }
  return parts;
}
