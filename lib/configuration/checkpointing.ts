import { Duration } from 'aws-cdk-lib';
import { flinkDuration } from './flink-duration';

/** How often Flink writes checkpoints and how many it keeps. */
export interface CheckpointingOptions {
  /**
   * Time from one checkpoint to the next: the most work that is redone when a TaskManager is lost without notice.
   * Source: `execution.checkpointing.interval`.
   *
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;
  /**
   * Least time between the end of a checkpoint and the start of the next. Source: `execution.checkpointing.min-pause`.
   *
   * @default Duration.seconds(10), or the interval if that is shorter
   */
  readonly minPause?: Duration;
  /**
   * When a checkpoint that does not end is given up. Source: `execution.checkpointing.timeout`.
   *
   * @default Duration.minutes(5), or the interval if that is longer
   */
  readonly timeout?: Duration;
  /**
   * Completed checkpoints that are kept. Source: `execution.checkpointing.num-retained`.
   *
   * @default 3
   */
  readonly retained?: number;
}

/** Checkpointing options with every default in place. Times in milliseconds. */
export class Checkpointing {
  /** What is wrong with the options, one sentence each. */
  public readonly problems: string[] = [];
  private readonly interval: Duration;
  private readonly minPause: Duration;
  private readonly timeout: Duration;
  private readonly retained: number;

  constructor(options: CheckpointingOptions = {}) {
    this.interval = this.known('interval', options.interval) ?? Duration.seconds(30);
    this.minPause = this.known('minPause', options.minPause) ?? shorter(Duration.seconds(10), this.interval);
    this.timeout = this.known('timeout', options.timeout) ?? longer(Duration.minutes(5), this.interval);
    this.retained = options.retained ?? 3;
    this.check();
  }

  /** As Flink options. */
  public toProperties(): Record<string, string> {
    return {
      'execution.checkpointing.interval': flinkDuration(this.interval),
      'execution.checkpointing.min-pause': flinkDuration(this.minPause),
      'execution.checkpointing.timeout': flinkDuration(this.timeout),
      'execution.checkpointing.num-retained': String(this.retained),
      // A cancelled or failed job keeps its last checkpoint: state survives (Flink deletes it by default).
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
      // An interruption may abort a checkpoint; that alone must not restart the job (Flink's default is 0).
      'execution.checkpointing.tolerable-failed-checkpoints': '3',
      'execution.checkpointing.storage': 'filesystem',
      'execution.checkpointing.incremental': 'true',
    };
  }

  private known(prop: string, given: Duration | undefined): Duration | undefined {
    if (!given?.isUnresolved()) return given;
    this.problems.push(
      `checkpointing.${prop} is a time that only a deployment knows: allowed is a plain one, because the times are compared at synthesis; give it from context`,
    );
    return undefined;
  }

  private check(): void {
    const { interval, minPause, timeout, retained } = this;
    if (ms(interval) < 1000) {
      this.problems.push(
        `checkpointing.interval is ${ms(interval)} ms: allowed is 1 s or more, because a checkpoint to S3 takes about that long; use Duration.seconds(10)`,
      );
    }
    if (ms(minPause) > ms(interval)) {
      this.problems.push(
        `checkpointing.minPause ${flinkDuration(minPause)} is longer than checkpointing.interval ${flinkDuration(interval)}: then the interval is never kept; lower minPause or raise interval`,
      );
    }
    if (ms(timeout) < ms(interval)) {
      this.problems.push(
        `checkpointing.timeout ${flinkDuration(timeout)} is shorter than checkpointing.interval ${flinkDuration(interval)}: a slow checkpoint would be given up before the next is due; raise timeout`,
      );
    }
    if (!Number.isInteger(retained) || retained < 1) {
      this.problems.push(
        `checkpointing.retained is ${retained}: allowed is a whole number of 1 or more, because recovery needs at least one checkpoint; use 3`,
      );
    }
  }
}

function ms(duration: Duration): number {
  return duration.toMilliseconds();
}

function shorter(a: Duration, b: Duration): Duration {
  return ms(a) < ms(b) ? a : b;
}

function longer(a: Duration, b: Duration): Duration {
  return ms(a) > ms(b) ? a : b;
}
