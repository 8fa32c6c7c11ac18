import { parseDuration } from './flink-duration';
import { javaTrim, MAX_LONG, parseMemory } from './memory-size';
import type { FlinkOption, OptionType } from './option-catalog';
import { splitQuoted } from './split-text';

/** How values of one type look, and whether a text is one. */
interface TypeRule {
  readonly name: string;
  readonly example: string;
  readonly accepts: (text: string) => boolean;
}

/**
 * As strict as Flink, and stricter where Java reads what no one means: `1.5f`, `0x1p3`, `NaN`. Source: Flink
 * `ConfigurationUtils.convertValue`, `TimeUtils.parseDuration`, `MemorySize.parse`.
 */
const RULES: Record<OptionType, TypeRule> = {
  string: { name: 'text', example: 'text', accepts: () => true },
  class: { name: 'the name of a class', example: 'com.example.MyClass', accepts: () => true },
  object: { name: 'text', example: 'text', accepts: () => true },
  integer: { name: 'a whole number', example: '4', accepts: (text) => isWhole(text, 2n ** 31n - 1n) },
  long: { name: 'a whole number', example: '1000', accepts: (text) => isWhole(text, MAX_LONG) },
  double: { name: 'a number', example: '0.4', accepts: isNumber },
  float: { name: 'a number', example: '0.4', accepts: isNumber },
  boolean: { name: 'true or false', example: 'true', accepts: (text) => /^(true|false)$/i.test(text) },
  duration: { name: 'a duration', example: '30 s', accepts: (text) => parseDuration(text) !== undefined },
  memory: {
    name: "a memory size in Flink's units, where m is MiB and g is GiB",
    example: '2048m',
    accepts: (text) => parseMemory(text) !== undefined,
  },
  enum: { name: 'one of a fixed set', example: '', accepts: () => true },
  map: { name: 'pairs of key:value, separated by commas', example: 'team:data,stage:live', accepts: isMap },
};

/** Text that CDK replaces at synthesis or deployment. Source: aws-cdk-lib, `Token`, which renders a placeholder into text. */
const TOKEN = /\$\{Token\[[^\]]*\]\}/;

/**
 * Whether a text holds a value that is not known yet; such values are never checked.
 *
 * @param text any text
 */
export function holdsToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Why Flink would not read a value as its option's type: one sentence with an example, or undefined when it would.
 *
 * @param option what the catalog knows
 * @param text the value; tokens pass
 */
export function valueProblem(option: FlinkOption, text: string): string | undefined {
  if (holdsToken(text)) return undefined;
  const rule = RULES[option.type];
  const items = option.isList ? listItems(text) : [text];
  const wrong = items ? items.find((item) => !isOneOf(option.allowed, item) || !rule.accepts(item)) : text;
  if (wrong === undefined) return undefined;
  const kind = option.allowed.length > 0 ? `one of ${option.allowed.join(', ')}` : rule.name;
  const list = option.isList ? `a list with items separated by ';', each ` : '';
  return `'${option.key}' is '${text}': allowed is ${list}${kind}${hint(option, wrong)}; use for example '${option.allowed[0] ?? rule.example}'`;
}

/** What a slip that is often made means: Kubernetes' units, decimals, units of other tools. */
function hint({ type }: FlinkOption, text: string): string {
  const match = /^\s*(\d+)(?:\.(\d+))?\s*([kmgt])i?b?\s*$/i.exec(text);
  if (type !== 'memory' || !match) return '';
  const [, whole, part, unit] = match;
  if (part === undefined) return ` (Kubernetes' '${text}' is '${whole}${unit.toLowerCase()}' here)`;
  const smaller = { k: 'b', m: 'k', g: 'm', t: 'g' }[unit.toLowerCase()]!;
  return ` (whole numbers only: '${Math.round(Number(`${whole}.${part}`) * 1024)}${smaller}')`;
}

function isOneOf(allowed: readonly string[], text: string): boolean {
  return allowed.length === 0 || allowed.some((each) => each.toUpperCase() === text.toUpperCase());
}

/** Items of a list: a YAML list in one line, or texts separated by `;`. Source: Flink `ConfigurationUtils.convertToList`. */
function listItems(text: string): string[] | undefined {
  const flow = /^\[([^]*)\]$/.exec(javaTrim(text));
  return flow ? splitQuoted(flow[1], ',') : splitQuoted(text, ';');
}

/** Source: Flink `ConfigurationUtils.convertToProperties`. */
function isMap(text: string): boolean {
  if (/^\{[^]*\}$/.test(javaTrim(text))) return true;
  return splitQuoted(text, ',')?.every((pair) => splitQuoted(pair, ':')?.length === 2) ?? false;
}

function isWhole(text: string, most: bigint): boolean {
  if (!/^[+-]?\d+$/.test(text)) return false;
  const value = BigInt(text.replace(/^\+/, ''));
  return value <= most && value >= -most - 1n;
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text);
}
