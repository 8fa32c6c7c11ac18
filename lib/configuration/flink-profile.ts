import { commonValues, PLAIN, ProfileTable, ProfileValue, SPOT } from './default-properties';
import { FlinkVersion } from './flink-version';

/**
 * Values of the options that neither a prop nor `properties` sets, each with a reason: docs/profiles.md.
 *
 * @example
 * flink: { profile: FlinkProfile.plain() }
 */
export class FlinkProfile {
  /** For jobs on Spot: losses are noticed soon, cost little, and never end the job. */
  public static spot(): FlinkProfile {
    return new FlinkProfile('spot', SPOT);
  }

  /** Flink's own defaults, but for what keeps state and restarts alive. */
  public static plain(): FlinkProfile {
    return new FlinkProfile('plain', PLAIN);
  }

  private constructor(
    /** Name of the factory. */
    public readonly name: string,
    private readonly table: ProfileTable,
  ) {}

  /**
   * The values, under the names of a line; what the line does not have is left out.
   *
   * @param version of Flink
   */
  public valuesFor(version: FlinkVersion): Readonly<Record<string, ProfileValue>> {
    const own = Object.entries(this.table).flatMap(([key, value]) => {
      const name = version.nameOf(key);
      return name === undefined ? [] : [[name, value] as const];
    });
    return { ...Object.fromEntries(own), ...commonValues(version) };
  }

  /**
   * Its own value of an option; undefined when it has none.
   *
   * @param key of Flink 2.x
   */
  public valueOf(key: string): string | undefined {
    return this.table[key]?.value;
  }

  /**
   * The values as Flink options.
   *
   * @param version of Flink
   */
  public propertiesFor(version: FlinkVersion): Record<string, string> {
    return Object.fromEntries(Object.entries(this.valuesFor(version)).map(([key, { value }]) => [key, value]));
  }
}
