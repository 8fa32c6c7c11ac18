import { java17Options } from './java-modules';
import { OptionCatalog } from './option-catalog';

/** Waits of the adaptive scheduler that have another name on some line, or none. */
interface AdaptiveSchedulerKeys {
  readonly cooldownAfterRescaling: string;
  readonly resourceStabilizationTimeout?: string;
  readonly submissionResourceWaitTimeout: string;
  readonly submissionResourceStabilizationTimeout: string;
  readonly rescaleMaxDelay?: string;
}

/** What changes between Flink lines: option names, Java options. No other file mentions a version. */
interface LineFacts {
  /** Below `jobmanager.adaptive-scheduler`. Source: Flink `JobManagerOptions`. */
  readonly adaptiveScheduler: AdaptiveSchedulerKeys;
  /** Packages that only this line needs exported on Java 17. Source: `conf/config.yaml` of its distribution. */
  readonly exports?: readonly string[];
}

const LINES: Record<string, LineFacts> = {
  '1.20': {
    adaptiveScheduler: {
      cooldownAfterRescaling: 'scaling-interval.min',
      submissionResourceWaitTimeout: 'resource-wait-timeout',
      submissionResourceStabilizationTimeout: 'resource-stabilization-timeout',
    },
    exports: ['java.base/sun.net.util'],
  },
  '2.2': {
    adaptiveScheduler: {
      cooldownAfterRescaling: 'executing.cooldown-after-rescaling',
      resourceStabilizationTimeout: 'executing.resource-stabilization-timeout',
      submissionResourceWaitTimeout: 'submission.resource-wait-timeout',
      submissionResourceStabilizationTimeout: 'submission.resource-stabilization-timeout',
      rescaleMaxDelay: 'rescale-trigger.max-delay',
    },
  },
};
LINES['2.3'] = LINES['2.2'];

const NEWEST = Object.keys(LINES).at(-1)!;

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

  /** A release of each supported line, the newest last. */
  public static get all(): readonly FlinkVersion[] {
    return Object.keys(LINES).map((line) => FlinkVersion.of(OptionCatalog.of(line).release));
  }

  /**
   * Another release of a supported line.
   *
   * @param release for example `2.2.2`
   * @throws when the line is none of those above
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
    return this.adaptiveSchedulerKey('resourceStabilizationTimeout') !== undefined;
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
   * Flink's name of a wait of the adaptive scheduler; undefined when this line has none.
   *
   * @param wait as the prop is called
   */
  public adaptiveSchedulerKey(wait: keyof AdaptiveSchedulerKeys): string | undefined {
    const name = LINES[this.line].adaptiveScheduler[wait];
    return name === undefined ? undefined : `jobmanager.adaptive-scheduler.${name}`;
  }

  /**
   * What this line calls an option of the newest line; undefined when it has none of the kind.
   *
   * @param key for example `jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling`
   */
  public nameOf(key: string): string | undefined {
    const newest = LINES[NEWEST].adaptiveScheduler;
    const wait = (Object.keys(newest) as (keyof AdaptiveSchedulerKeys)[]).find(
      (each) => key === `jobmanager.adaptive-scheduler.${newest[each]}`,
    );
    return wait === undefined ? key : this.adaptiveSchedulerKey(wait);
  }

  /**
   * Lines whose adaptive scheduler has a wait.
   *
   * @param wait as the prop is called
   */
  public static linesWithAdaptiveSchedulerKey(wait: keyof AdaptiveSchedulerKeys): readonly string[] {
    return Object.keys(LINES).filter((line) => LINES[line].adaptiveScheduler[wait] !== undefined);
  }
}
