/** Values that YAML 1.2 reads back as the same text without quotes. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$/;

/**
 * One value of `config.yaml`: plain where that is safe, else in double quotes.
 *
 * @param value text; tokens are quoted, which is right whatever they resolve to
 */
export function quoteYaml(value: string): string {
  return PLAIN.test(value) ? value : JSON.stringify(value);
}
