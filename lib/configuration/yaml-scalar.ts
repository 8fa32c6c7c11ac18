/** Values without characters that mean something to YAML 1.2. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*$/;

/** Words that YAML 1.2 takes for something other than text. `true` and `false` come back as they are. */
const TYPED = /^(null|true|false)$/i;

/**
 * One value of `config.yaml`: plain where that is safe, else in double quotes.
 *
 * @param value text; tokens are quoted, which is right whatever they resolve to
 */
export function quoteYaml(value: string): string {
  return PLAIN.test(value) && !changes(value) ? value : JSON.stringify(value);
}

/** Whether it would come back in another spelling: `1e3`, `007`, `1.50`, `null`. */
function changes(value: string): boolean {
  if (TYPED.test(value)) return value !== 'true' && value !== 'false';
  return !Number.isNaN(Number(value)) && String(Number(value)) !== value;
}
