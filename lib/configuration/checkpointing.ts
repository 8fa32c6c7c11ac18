import { Duration } from 'aws-cdk-lib';
import { FlinkProfile } from './flink-profile';
import { flinkDuration, parseMilliseconds } from './flink-duration';
import { NumberRange, OptionWriter } from './option-writer';

/** How often Flink writes checkpoints, how many it keeps, and where. Sources are below `execution.checkpointing`. */
export interface CheckpointingOptions {
  /**
   * Time from one checkpoint to the next: the most work that is redone when a TaskManager is lost without notice. Source: `interval`.
   *
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;
  /**
   * Least time between the end of a checkpoint and the start of the next. Source: `min-pause`.
   *
   * @default - the profile's: 10 seconds, or the interval if that is shorter
   */
  readonly minPause?: Duration;
  /**
   * When a checkpoint that does not end is given up. Source: `timeout`.
   *
   * @default - the profile's: 5 minutes, or the interval if that is longer
   */
  readonly timeout?: Duration;
  /**
   * Completed checkpoints that are kept. Source: `num-retained`.
   *
   * @default - the profile's: 3
   */
  readonly retained?: number;
  /**
   * Checkpoints in a row that may fail before the job is restarted. Source: `tolerable-failed-checkpoints`.
   *
   * @default - the profile's: 3
   */
  readonly tolerableFailures?: number;
  /**
   * Whether a checkpoint holds only what has changed, where the state backend can. Source: `incremental`.
   *
   * @default - the profile's: true
   */
  readonly incremental?: boolean;
  /**
   * How long a checkpoint waits for records that are under way before it takes them with it; 0 is not at all. Such unaligned checkpoints end
   * under back pressure too, and are larger. Source: `unaligned.enabled`, `aligned-checkpoint-timeout`.
   *
   * @default - it waits: checkpoints are aligned
   */
  readonly alignedCheckpointTimeout?: Duration;
  /**
   * Where savepoints go. The job's role must be granted it: `bucket.grantReadWrite(application)`. Source: `savepoint-dir`.
   *
   * @default - a prefix of the state bucket
   */
  readonly savepointDirectory?: string;
  /**
   * Random characters, 1 to 32, that spread the files of checkpoints over as many prefixes, for jobs whose checkpoints S3 slows down.
   * Source: Flink, "Entropy injection for S3 file systems".
   *
   * @default - none
   */
  readonly entropyLength?: number;
}

/** Checkpointing options with the values of a profile in place. */
export class Checkpointing {
  /**
   * Where Flink writes the metadata of checkpoints, by which a checkpoint is found. Source: Flink, `EntropyInjector`: without the mark.
   *
   * @param directory `execution.checkpointing.dir`
   */
  public static metadataIn(directory: string): string {
    return directory.replace(`/${ENTROPY}`, '');
  }

  /** What is wrong with the options, one sentence each. */
  public readonly problems: string[] = [];
  private readonly interval: Duration;
  private readonly minPause: Duration;
  private readonly timeout: Duration;
  private readonly writer = new OptionWriter('checkpointing');

  constructor(
    private readonly options: CheckpointingOptions = {},
    profile = FlinkProfile.spot(),
  ) {
    const value = (name: string, flink: number): Duration =>
      Duration.millis(parseMilliseconds(profile.valueOf(`execution.checkpointing.${name}`) ?? String(flink))!);
    this.interval = this.known('interval', options.interval) ?? value('interval', 0);
    this.minPause = this.known('minPause', options.minPause) ?? shorter(value('min-pause', 0), this.interval);
    this.timeout = this.known('timeout', options.timeout) ?? longer(value('timeout', 600_000), this.interval);
    this.check();
    this.write();
  }

  /**
   * Where state goes: as the state bucket says, with a mark for random characters if that is asked for, and savepoints elsewhere if that is.
   *
   * @param places options of the state bucket
   * @returns options by their owner
   */
  public placesIn(places: Record<string, string>): Record<string, Record<string, string>> {
    const { entropyLength, savepointDirectory } = this.options;
    const own = { ...places };
    if (entropyLength !== undefined && DIRECTORY in own) own[DIRECTORY] = `${own[DIRECTORY]}/${ENTROPY}`;
    if (savepointDirectory === undefined) return { 'the state bucket': own };
    delete own[SAVEPOINTS];
    return { 'the state bucket': own, "'checkpointing.savepointDirectory'": { [SAVEPOINTS]: savepointDirectory } };
  }

  /** As Flink options; what is left out is the profile's. */
  public toProperties(): Record<string, string> {
    return this.writer.properties;
  }

  private write(): void {
    const key = (name: string): string => `execution.checkpointing.${name}`;
    const { tolerableFailures, incremental, retained, alignedCheckpointTimeout, entropyLength } = this.options;
    this.writer
      .duration('interval', key('interval'), this.interval)
      .duration('minPause', key('min-pause'), this.minPause)
      .duration('timeout', key('timeout'), this.timeout)
      .number('retained', key('num-retained'), retained, RETAINED)
      .number('tolerableFailures', key('tolerable-failed-checkpoints'), tolerableFailures, TOLERABLE)
      .text(key('incremental'), incremental === undefined ? undefined : String(incremental))
      .text(key('unaligned.enabled'), alignedCheckpointTimeout && 'true')
      .duration('alignedCheckpointTimeout', key('aligned-checkpoint-timeout'), alignedCheckpointTimeout)
      .number('entropyLength', 's3.entropy.length', entropyLength, ENTROPY_LENGTH)
      .text('s3.entropy.key', entropyLength === undefined ? undefined : ENTROPY);
    this.problems.push(...this.writer.problems);
  }

  private known(prop: string, given: Duration | undefined): Duration | undefined {
    if (!given?.isUnresolved()) return given;
    this.problems.push(
      `checkpointing.${prop} is a time that only a deployment knows: allowed is a plain one, because the times are compared at synthesis; give it from context`,
    );
    return undefined;
  }

  private check(): void {
    const { interval, minPause, timeout } = this;
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
  }
}

/** Replaced by random characters in names of files, and left out of those of metadata. Source: Flink, "Amazon S3", entropy injection. */
const ENTROPY = '_entropy_';
const DIRECTORY = 'execution.checkpointing.dir';
const SAVEPOINTS = 'execution.checkpointing.savepoint-dir';
const RETAINED: NumberRange = { least: 1, most: 2147483647, why: 'recovery needs at least one checkpoint', example: 3 };
const TOLERABLE: NumberRange = { least: 0, most: 2147483647, why: 'it is a count', example: 3 };
const ENTROPY_LENGTH: NumberRange = { least: 1, most: 32, why: 'a few characters make enough prefixes', example: 4 };

function ms(duration: Duration): number {
  return duration.toMilliseconds();
}

function shorter(a: Duration, b: Duration): Duration {
  return ms(a) < ms(b) ? a : b;
}

function longer(a: Duration, b: Duration): Duration {
  return ms(a) > ms(b) ? a : b;
}
