import { parse } from 'yaml';
import { isObject } from './template-text';

/**
 * The options of a `config.yaml`, as text, flattened. Flink reads YAML 1.2 and turns what is a number or a truth value there back
 * into text: `1.10` without quotes arrives as `1.1`, `1e3` as `1000.0`. Source: FLIP-366, `YamlParserUtils`.
 */
export function optionsIn(yaml: string): Record<string, string> {
  const options: Record<string, string> = {};
  flatten('', parse(yaml, { intAsBigInt: true }), options);
  return options;
}

function flatten(prefix: string, value: unknown, into: Record<string, string>): void {
  if (!isObject(value)) {
    if (prefix !== '') into[prefix] = optionText(value);
    return;
  }
  for (const [key, inner] of Object.entries(value)) flatten(prefix === '' ? key : `${prefix}.${key}`, inner, into);
}

function optionText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return `[${value.map(optionText).join(', ')}]`;
  // A whole double keeps its point, as in Java.
  if (typeof value === 'number' && Number.isInteger(value)) return value.toFixed(1);
  return String(value);
}
