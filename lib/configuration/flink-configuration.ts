import { quoteYaml } from './yaml-scalar';

/** What Flink is told: an immutable map of options with an owner for those that nobody else may set. */
export class FlinkConfiguration {
  /** No options. */
  public static readonly EMPTY = new FlinkConfiguration({}, {}, []);

  private constructor(
    private readonly values: Readonly<Record<string, string>>,
    private readonly owners: Readonly<Record<string, string>>,
    /** What is wrong with the options given so far, one sentence each; empty when all is well. */
    public readonly problems: readonly string[],
  ) {}

  /**
   * With options that belong to someone: a later differing value is a problem that names the owner.
   *
   * @param owner what sets them, for example `the state bucket`
   * @param properties Flink options
   */
  public withOwned(owner: string, properties: Record<string, string>): FlinkConfiguration {
    const owners = { ...this.owners };
    for (const key of Object.keys(properties)) owners[key] = owner;
    return new FlinkConfiguration({ ...this.values, ...properties }, owners, this.problems);
  }

  /**
   * With more options on top. A key that someone owns is a problem, unless the value is the same.
   *
   * @param properties Flink options
   */
  public withProperties(properties: Record<string, string>): FlinkConfiguration {
    const values: Record<string, string> = { ...this.values };
    const problems = [...this.problems];
    for (const [key, value] of Object.entries(properties)) {
      const problem = this.refuse(key, value);
      if (problem) problems.push(problem);
      else values[key] = value;
    }
    return new FlinkConfiguration(values, this.owners, problems);
  }

  /** All options, sorted by key. */
  public toProperties(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.values).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** `config.yaml` as Flink 1.19 and later read it: one flat line an option, sorted. Source: FLIP-366. */
  public toYaml(): string {
    return Object.entries(this.toProperties())
      .map(([key, value]) => `${key}: ${quoteYaml(value)}\n`)
      .join('');
  }

  private refuse(key: string, value: string): string | undefined {
    const owner = this.owners[key];
    if (owner !== undefined && this.values[key] !== value) {
      return `'${key}' is set by ${owner} to '${readable(this.values[key])}', got '${readable(value)}': remove it from 'properties'`;
    }
    if (SECRET.test(value)) {
      return `the value of '${key}' looks like an access key: it would stand in the template and in a ConfigMap; remove it, the pods get their credentials from the service account`;
    }
    return undefined;
  }
}

/** A value for a message: what only a deployment knows has no text yet. */
function readable(value: string): string {
  return value.replace(/\$\{Token\[[^\]]*\]\}/g, '(known at deployment)');
}

// Source: AWS IAM identifiers, prefixes of access key ids.
const SECRET = /\b(AKIA|ASIA)[A-Z0-9]{16}\b/;
