import { Duration } from 'aws-cdk-lib';
import { NumberRange, OptionWriter } from './option-writer';

/** How tasks reach each other. Sources are below `taskmanager.network`. */
export interface NetworkOptions {
  /**
   * First pause before a task asks again for the output of another that is not there yet. Source: `request-backoff.initial`.
   *
   * @default Duration.millis(100)
   */
  readonly initialRequestBackoff?: Duration;
  /**
   * Longest such pause; together the pauses must outlast the start of the slowest task. Source: `request-backoff.max`.
   *
   * @default Duration.seconds(10)
   */
  readonly maxRequestBackoff?: Duration;
  /**
   * How long a task that sends waits for one that reads. Source: `partition-request-timeout`.
   *
   * @default Duration.seconds(10)
   */
  readonly partitionRequestTimeout?: Duration;
  /**
   * How often a connection is tried again. Source: `retries`.
   *
   * @default 0
   */
  readonly retries?: number;
  /**
   * How much is under way between tasks.
   *
   * @default - the profile's: as much as takes a second
   */
  readonly bufferDebloating?: BufferDebloating;
}

/** How much data is under way between tasks: less makes checkpoints under back pressure shorter. Source: Flink, "Network Buffer Tuning". */
export class BufferDebloating {
  /**
   * As much as the reader takes in a time.
   *
   * @param time for example `Duration.seconds(1)`, which is Flink's
   */
  public static target(time: Duration): BufferDebloating {
    return new BufferDebloating('true', time);
  }

  /** As much as the buffers hold. */
  public static off(): BufferDebloating {
    return new BufferDebloating('false');
  }

  private constructor(
    /** `buffer-debloat.enabled`. */
    public readonly enabled: string,
    /** `buffer-debloat.target`. */
    public readonly time?: Duration,
  ) {}
}

/** As Flink options. */
export function networkOptions(options: NetworkOptions): OptionWriter {
  const key = (name: string): string => `taskmanager.network.${name}`;
  const debloating = options.bufferDebloating;
  return new OptionWriter('flink.network')
    .duration('initialRequestBackoff', key('request-backoff.initial'), options.initialRequestBackoff, SOME, inMilliseconds)
    .duration('maxRequestBackoff', key('request-backoff.max'), options.maxRequestBackoff, SOME, inMilliseconds)
    .duration('partitionRequestTimeout', key('partition-request-timeout'), options.partitionRequestTimeout, SOME)
    .number('retries', key('retries'), options.retries, RETRIES)
    .text(key('memory.buffer-debloat.enabled'), debloating?.enabled)
    .duration('bufferDebloating', key('memory.buffer-debloat.target'), debloating?.time, SOME);
}

/** To Flink the back-off is a number. Source: Flink `NettyShuffleEnvironmentOptions`. */
function inMilliseconds(duration: Duration): string {
  return String(duration.toMilliseconds());
}

const SOME = { least: Duration.millis(1), why: 'a pause of nothing never ends' };
const RETRIES: NumberRange = { least: 0, most: 2147483647, why: 'it is a count', example: 3 };
