import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../local/project';

interface Option {
  readonly t: string;
  readonly pattern?: boolean;
}

interface S3Keys {
  readonly prefixes: Record<string, { read: string[]; becomes: string | null; since?: string }>;
  readonly keys: Record<string, Option>;
}

const DATA = join(PROJECT, 'lib', 'configuration', 'data');

/** Tells which of some keys no Flink of that line knows, by the catalog that is taken from Flink's own jars. */
export function unknownKeys(line: string, keys: string[]): string[] {
  const { options } = read<{ options: Record<string, Option> }>(`flink-options-${line}.json`);
  const s3 = read<S3Keys>('flink-s3-keys.json');
  const names = [...Object.entries(options), ...Object.entries(s3.keys)];
  const patterns = names.filter(([, option]) => option.pattern).map(([name]) => toPattern(name));
  const maps = names.filter(([, option]) => option.t === 'map').map(([name]) => `${name}.`);
  const known = new Set(names.map(([name]) => name));
  // `s3.x` is read by each plugin and becomes its own key.
  const asPlugin = (key: string): string[] =>
    Object.values(s3.prefixes).flatMap(({ read: prefixes, becomes }) => become(key, prefixes, becomes));
  const isKnown = (key: string): boolean =>
    known.has(key) || patterns.some((each) => each.test(key)) || maps.some((each) => key.startsWith(each));
  return keys.filter((key) => ![key, ...asPlugin(key)].some(isKnown));
}

function become(key: string, prefixes: string[], becomes: string | null): string[] {
  const prefix = prefixes.find((each) => key.startsWith(each));
  return prefix && becomes ? [becomes + key.slice(prefix.length), becomes + key.slice(prefix.length).replaceAll('-', '.')] : [];
}

/** A placeholder is one part without dots, but a last `<parameter>`, `<option>` or `<param>` may have some. */
function toPattern(name: string): RegExp {
  const open = /<(parameter|option|param)>$/;
  const escaped = name.replace(open, '\u0001').replace(/<[^>]+>/g, '\u0000').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'); // prettier-ignore
  return new RegExp(`^${escaped.replaceAll('\u0000', '[^.]+').replaceAll('\u0001', '.+')}$`);
}

function read<T>(file: string): T {
  return JSON.parse(readFileSync(join(DATA, file), 'utf8')) as T;
}
