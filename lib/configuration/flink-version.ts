import { java17Options } from './java-modules';

/** What changes between Flink lines: option names, image tags. No other file mentions a version. */
interface LineFacts {
  /** Options of the adaptive scheduler for how soon a job that runs scales up. */
  readonly cooldown: string;
  readonly stabilization?: string;
  /** Packages that only this line needs exported on Java 17. Source: `conf/config.yaml` of its distribution. */
  readonly exports?: readonly string[];
}

const LINES: Record<string, LineFacts> = {
  '1.20': { cooldown: 'jobmanager.adaptive-scheduler.scaling-interval.min', exports: ['java.base/sun.net.util'] },
  '2.2': {
    cooldown: 'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling',
    stabilization: 'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout',
  },
};
LINES['2.3'] = LINES['2.2'];

/**
 * A Flink release. It decides option names, defaults that changed, and the tag of the official image.
 *
 * @example
 * version: FlinkVersion.V1_20
 */
export class FlinkVersion {
  /** Flink 1.20 LTS. Tested. */
  public static readonly V1_20 = FlinkVersion.of('1.20.5');
  /** Flink 2.2. Tested, and the default. */
  public static readonly V2_2 = FlinkVersion.of('2.2.1');
  /** Flink 2.3. Offered; its options are checked, but no test runs it. */
  public static readonly V2_3 = FlinkVersion.of('2.3.0');

  /**
   * Another release of a supported line.
   *
   * @param release for example `2.2.2`
   * @throws when the line is not 1.20, 2.2 or 2.3
   */
  public static of(release: string): FlinkVersion {
    return new FlinkVersion(release);
  }

  /** Major and minor number, for example `2.2`. */
  public readonly line: string;

  private constructor(
    /** Full release number, for example `2.2.1`. */
    public readonly release: string,
  ) {
    const match = /^(\d+\.\d+)\.\d+$/.exec(release);
    if (!match || !(match[1] in LINES)) {
      const lines = Object.keys(LINES).sort().join(', ');
      throw new Error(
        `Flink release '${release}' is not known: allowed are releases x.y.z of the lines ${lines}, because option names differ between lines; use FlinkVersion.V2_2 or FlinkVersion.of('2.2.1')`,
      );
    }
    this.line = match[1];
  }

  /**
   * Whether a reactive job that runs takes in a new TaskManager only after a while, not the moment it comes.
   * Source: Flink, FLIP-461 and `jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout`, since 2.0.
   */
  public get scalesUpLater(): boolean {
    return LINES[this.line].stabilization !== undefined;
  }

  /** Tag of the official image with Java 17. Source: apache/flink-docker, supported tags. */
  public get imageTag(): string {
    return `${this.release}-scala_2.12-java17`;
  }

  /** JVM options without which this line fails on Java 17. Source: `env.java.opts.all` in its distribution's `config.yaml`. */
  public get javaOptions(): string {
    return java17Options(LINES[this.line].exports ?? []);
  }

  /**
   * How soon a running job may scale up again, as options of this line.
   *
   * Source: Flink `JobManagerOptions`, `jobmanager.adaptive-scheduler.*`; 1.20 knows only the pause.
   *
   * @param pause between two rescales and until new TaskManagers count, for example `10 s`
   */
  public scaleUpProperties(pause: string): Record<string, string> {
    const { cooldown, stabilization } = LINES[this.line];
    return stabilization ? { [cooldown]: pause, [stabilization]: pause } : { [cooldown]: pause };
  }
}
