import { Duration } from 'aws-cdk-lib';
import { NumberRange, OptionWriter } from './option-writer';

/** Options of `RestartStrategy.exponentialDelay`. What is left out is the profile's. */
export interface ExponentialDelayOptions {
  /**
   * First delay. Source: `restart-strategy.exponential-delay.initial-backoff`.
   *
   * @default - the profile's
   */
  readonly initialBackoff?: Duration;
  /**
   * Longest delay. Source: `restart-strategy.exponential-delay.max-backoff`.
   *
   * @default - the profile's
   */
  readonly maxBackoff?: Duration;
  /**
   * By how much the delay grows at each failure, 1.01 or more. Source: `restart-strategy.exponential-delay.backoff-multiplier`.
   *
   * @default - the profile's
   */
  readonly backoffMultiplier?: number;
  /**
   * Part of the delay that is added or taken away at random, 0 to 1. Source: `restart-strategy.exponential-delay.jitter-factor`.
   *
   * @default - the profile's
   */
  readonly jitterFactor?: number;
  /**
   * How long a job must run for its failures to be forgotten. Source: `restart-strategy.exponential-delay.reset-backoff-threshold`.
   *
   * @default - the profile's
   */
  readonly resetBackoffThreshold?: Duration;
  /**
   * Restarts before the job fails for good; the count begins anew with the delay.
   * Source: `restart-strategy.exponential-delay.attempts-before-reset-backoff`.
   *
   * @default - no limit
   */
  readonly attemptsBeforeResetBackoff?: number;
}

/** Options of `RestartStrategy.fixedDelay`. */
export interface FixedDelayOptions {
  /** Restarts before the job fails for good, in all of its life. Source: `restart-strategy.fixed-delay.attempts`. */
  readonly attempts: number;
  /**
   * Delay before each. Source: `restart-strategy.fixed-delay.delay`.
   *
   * @default Duration.seconds(1)
   */
  readonly delay?: Duration;
}

/** Options of `RestartStrategy.failureRate`. */
export interface FailureRateOptions {
  /** Failures within the interval before the job fails for good. Source: `restart-strategy.failure-rate.max-failures-per-interval`. */
  readonly maxFailuresPerInterval: number;
  /**
   * The interval. Source: `restart-strategy.failure-rate.failure-rate-interval`.
   *
   * @default Duration.minutes(1)
   */
  readonly interval?: Duration;
  /**
   * Delay before each restart. Source: `restart-strategy.failure-rate.delay`.
   *
   * @default Duration.seconds(1)
   */
  readonly delay?: Duration;
}

/** When a failed job is started again. Source: Flink, "Task Failure Recovery". */
export class RestartStrategy {
  /** Without end, with a delay that grows and is forgotten. */
  public static exponentialDelay(options: ExponentialDelayOptions = {}): RestartStrategy {
    const key = (name: string): string => `restart-strategy.exponential-delay.${name}`;
    const writer = new OptionWriter('flink.restart')
      .text('restart-strategy.type', 'exponential-delay')
      .duration('initialBackoff', key('initial-backoff'), options.initialBackoff, SOME)
      .duration('maxBackoff', key('max-backoff'), options.maxBackoff, SOME)
      .number('backoffMultiplier', key('backoff-multiplier'), options.backoffMultiplier, MULTIPLIER)
      .number('jitterFactor', key('jitter-factor'), options.jitterFactor, JITTER)
      .duration('resetBackoffThreshold', key('reset-backoff-threshold'), options.resetBackoffThreshold, SOME)
      .number('attemptsBeforeResetBackoff', key('attempts-before-reset-backoff'), options.attemptsBeforeResetBackoff, COUNT);
    return new RestartStrategy(writer, []);
  }

  /** So many times, always after the same delay. */
  public static fixedDelay({ attempts, delay }: FixedDelayOptions): RestartStrategy {
    const writer = new OptionWriter('flink.restart')
      .text('restart-strategy.type', 'fixed-delay')
      .number('attempts', 'restart-strategy.fixed-delay.attempts', attempts, COUNT)
      .duration('delay', 'restart-strategy.fixed-delay.delay', delay);
    return new RestartStrategy(writer, PROFILE);
  }

  /** As long as failures are rare. */
  public static failureRate({ maxFailuresPerInterval, interval, delay }: FailureRateOptions): RestartStrategy {
    const key = (name: string): string => `restart-strategy.failure-rate.${name}`;
    const writer = new OptionWriter('flink.restart')
      .text('restart-strategy.type', 'failure-rate')
      .number('maxFailuresPerInterval', key('max-failures-per-interval'), maxFailuresPerInterval, COUNT)
      .duration('interval', key('failure-rate-interval'), interval, SOME)
      .duration('delay', key('delay'), delay);
    return new RestartStrategy(writer, PROFILE);
  }

  /** Never: the first lost TaskManager ends the job. Refused with the adaptive scheduler, which restarts to rescale. */
  public static none(): RestartStrategy {
    return new RestartStrategy(new OptionWriter('flink.restart').text('restart-strategy.type', 'none'), PROFILE);
  }

  private constructor(
    /** Flink options, and what is wrong with them. */
    public readonly options: OptionWriter,
    /** First parts of keys of the profile that mean nothing beside it. */
    public readonly replaces: readonly string[],
  ) {}
}

const PROFILE = ['restart-strategy.'];
const SOME = { least: Duration.millis(1), why: 'Flink refuses a delay of nothing' };
const COUNT: NumberRange = { least: 1, most: 2147483647, why: 'the first lost Spot Instance would end the job', example: 10 };
const JITTER: NumberRange = { least: 0, most: 1, fractions: true, why: 'it is a part of the delay', example: 0.1 };
const MULTIPLIER: NumberRange = { least: 1.01, fractions: true, why: 'Flink lets the delay only grow', example: 1.5 };
