import { ConfigurationWarning, refusal } from './checks';
import { FlinkOption, OptionCatalog } from './option-catalog';
import { secretProblem } from './secrets';
import { holdsToken, valueProblem } from './typed-value';
import { nameProblem, namesFor } from './well-known-values';

/** What becomes of one option that was given. */
export interface CheckedOption {
  /** Keys to set: the current names when an older one was given. */
  readonly keys: readonly string[];
  /** Why it is refused; undefined when it is not. */
  readonly problem?: string;
  /** Risky but legal. */
  readonly warnings: readonly ConfigurationWarning[];
}

/**
 * Checks one option against what a line of Flink knows.
 *
 * @param catalog of the line
 * @param key as given
 * @param value as given; tokens pass
 */
export function checkOption(catalog: OptionCatalog, key: string, value: string): CheckedOption {
  const option = catalog.find(key);
  const secret = secretProblem(key, value, option);
  if (secret) return refused(secret);
  if (!option) return catalog.isHandedOn(key) ? handedOn(catalog, key) : refused(unknown(catalog, key));
  const problem = valueProblem(option, value) ?? wrongName(catalog, option, value);
  if (problem) return refused(refusal('option-value', problem));
  return {
    keys: option.currentNames.length > 0 ? option.currentNames : [key],
    warnings: option.isDeprecated ? [deprecated(catalog, option)] : [],
  };
}

function wrongName(catalog: OptionCatalog, { key, currentNames }: FlinkOption, value: string): string | undefined {
  const names = namesFor(catalog, currentNames[0] ?? key);
  return names && !holdsToken(value) ? nameProblem(names, key, value) : undefined;
}

function refused(problem: string): CheckedOption {
  return { keys: [], problem, warnings: [] };
}

function handedOn(catalog: OptionCatalog, key: string): CheckedOption {
  const near = catalog.closest(key);
  const question = near ? `did you mean '${near}'?` : 'check its spelling';
  const text = `'${key}' is handed to the S3 file system, but is no key that this library knows: ${question}`;
  return { keys: [key], warnings: [{ id: `unknown-s3-option-${key}`, text }] };
}

function deprecated({ line }: OptionCatalog, { key, currentNames }: FlinkOption): ConfigurationWarning {
  const text =
    currentNames.length > 0
      ? `'${key}' is an older name in Flink ${line}, which was replaced by ${quoted(currentNames)}: write that in 'properties'`
      : `Flink ${line} calls '${key}' deprecated: a later line does without it; look for what replaces it`;
  return { id: `deprecated-option-${key}`, text };
}

/** Flink would ignore it without a word. Source: Flink `GlobalConfiguration`, which checks no key. */
function unknown(catalog: OptionCatalog, key: string): string {
  const others = catalog.linesThatKnow(key);
  if (others.length > 0) return ofAnotherLine(catalog, key, others);
  const near = catalog.closest(key);
  const advice = near
    ? `did you mean '${near}'?`
    : `allowed are Flink's own options; remove it, and give the job values of its own as arguments`;
  return refusal('unknown-option', `'${key}' is no option of Flink ${catalog.line}, which would ignore it without a word: ${advice}`);
}

function ofAnotherLine(catalog: OptionCatalog, key: string, others: readonly OptionCatalog[]): string {
  const lines = others.map((other) => other.line).join(' and ');
  const heirs = [...new Set(others.flatMap((other) => other.find(key)!.currentNames))].filter((name) => isCurrent(catalog, name));
  const advice =
    heirs.length > 0
      ? `did you mean ${quoted(heirs)}?`
      : `allowed are options of ${catalog.line}; remove it, or run the job on Flink ${others[0].line}`;
  return refusal(
    'option-of-another-line',
    `'${key}' is an option of Flink ${lines}, but not of ${catalog.line}, which would ignore it: ${advice}`,
  );
}

function isCurrent(catalog: OptionCatalog, key: string): boolean {
  return catalog.find(key)?.isDeprecated === false;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(' and ');
}
