import { ConfigurationWarning, refusal } from './checks';
import { OptionCatalog } from './option-catalog';
import { CheckedOption, checkOption } from './option-check';
import { secretProblem } from './secrets';
import { quoteYaml } from './yaml-scalar';

interface Content {
  readonly values: Readonly<Record<string, string>>;
  readonly owners: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly warnings: readonly ConfigurationWarning[];
  readonly catalog?: OptionCatalog;
}

/**
 * What Flink is told: an immutable map of options with an owner for those that nobody else may set. With a catalog, every key
 * and value is checked against a line of Flink, and older names are replaced by current ones.
 */
export class FlinkConfiguration {
  /** No options, and none is checked. */
  public static readonly EMPTY = new FlinkConfiguration({ values: {}, owners: {}, problems: [], warnings: [] });

  /**
   * No options yet, all to be checked.
   *
   * @param catalog options of the line
   */
  public static of(catalog: OptionCatalog): FlinkConfiguration {
    return new FlinkConfiguration({ values: {}, owners: {}, problems: [], warnings: [], catalog });
  }

  private constructor(private readonly content: Content) {}

  /** What is wrong with the options given so far, one sentence each; empty when all is well. */
  public get problems(): readonly string[] {
    return this.content.problems;
  }

  /** Risky but legal. */
  public get warnings(): readonly ConfigurationWarning[] {
    return this.content.warnings;
  }

  /**
   * With options that belong to someone: a later differing value is a problem that names the owner.
   *
   * @param owner what sets them, for example `the state bucket`
   * @param properties Flink options
   */
  public withOwned(owner: string, properties: Record<string, string>): FlinkConfiguration {
    return this.add(properties, owner);
  }

  /**
   * With more options on top. A key that someone owns is a problem, unless the value is the same.
   *
   * @param properties Flink options
   */
  public withProperties(properties: Record<string, string>): FlinkConfiguration {
    return this.add(properties);
  }

  /** All options, sorted by key. */
  public toProperties(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.content.values).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** `config.yaml` as Flink 1.19 and later read it: one flat line an option, sorted. Source: FLIP-366. */
  public toYaml(): string {
    return Object.entries(this.toProperties())
      .map(([key, value]) => `${key}: ${quoteYaml(value)}\n`)
      .join('');
  }

  private add(properties: Record<string, string>, owner?: string): FlinkConfiguration {
    const values = { ...this.content.values };
    const owners = { ...this.content.owners };
    const problems = [...this.problems];
    const warnings = [...this.warnings];
    for (const [key, value] of Object.entries(properties)) {
      const checked = this.check(key, value);
      const problem = checked.problem ?? (owner === undefined ? this.clash(key, value, checked.keys, properties) : undefined);
      if (problem !== undefined) problems.push(problem);
      else {
        warnings.push(...checked.warnings);
        for (const current of checked.keys) {
          values[current] = value;
          if (owner !== undefined) owners[current] = owner;
        }
      }
    }
    return new FlinkConfiguration({ ...this.content, values, owners, problems, warnings });
  }

  private check(key: string, value: string): CheckedOption {
    if (this.content.catalog) return checkOption(this.content.catalog, key, value);
    return { keys: [key], problem: secretProblem(key, value), warnings: [] };
  }

  /** Someone else's option, or one that is given twice. */
  private clash(key: string, value: string, names: readonly string[], properties: Record<string, string>): string | undefined {
    for (const name of names) {
      const owner = this.content.owners[name];
      if (owner !== undefined && this.content.values[name] !== value) {
        const older = name === key ? '' : ` (an older name of '${name}')`;
        return refusal(
          'owned-option',
          `'${key}'${older} is set by ${owner} to '${readable(this.content.values[name])}', got '${readable(value)}': remove it from 'properties'`,
        );
      }
      if (name !== key && name in properties && properties[name] !== value) {
        return refusal(
          'option-twice',
          `'${key}' is '${value}', but it is an older name of '${name}', which is '${properties[name]}': allowed is one of them; remove '${key}'`,
        );
      }
    }
    return undefined;
  }
}

/** A value for a message: what only a deployment knows has no text yet. */
function readable(value: string): string {
  return value.replace(/\$\{Token\[[^\]]*\]\}/g, '(known at deployment)');
}
