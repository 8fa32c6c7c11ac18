import { Duration } from 'aws-cdk-lib';
import { FlinkVersion } from './flink-version';
import { OptionWriter } from './option-writer';

/**
 * How soon a job follows the number of TaskManagers, with the adaptive scheduler and in Reactive Mode. Sources are below
 * `jobmanager.adaptive-scheduler`, in the names of Flink 2.x; Flink 1.20 knows some by older names and not all.
 */
export interface AdaptiveSchedulerOptions {
  /**
   * Least time between two changes of parallelism. Source: `executing.cooldown-after-rescaling`.
   *
   * @default - the profile's
   */
  readonly cooldownAfterRescaling?: Duration;
  /**
   * How long a job that runs waits for more TaskManagers to join before it uses what there is.
   * Source: `executing.resource-stabilization-timeout`, from Flink 2.0 on.
   *
   * @default - the profile's
   */
  readonly resourceStabilizationTimeout?: Duration;
  /**
   * How long a job waits for any TaskManagers before it fails. In Reactive Mode it waits for ever.
   * Source: `submission.resource-wait-timeout`.
   *
   * @default - Flink's: 5 minutes, in Reactive Mode for ever
   */
  readonly submissionResourceWaitTimeout?: Duration;
  /**
   * How long a job that starts waits for more TaskManagers once it has enough. Source: `submission.resource-stabilization-timeout`.
   *
   * @default - Flink's: 10 seconds, in Reactive Mode none
   */
  readonly submissionResourceStabilizationTimeout?: Duration;
  /**
   * How long a change of parallelism waits for a checkpoint to end. Source: `rescale-trigger.max-delay`, from Flink 2.0 on.
   *
   * @default - Flink's: three checkpoint intervals
   */
  readonly rescaleMaxDelay?: Duration;
}

/** As options of a line; what the line does not have is a problem. */
export function adaptiveSchedulerOptions(options: AdaptiveSchedulerOptions, version: FlinkVersion): OptionWriter {
  const writer = new OptionWriter('flink.adaptiveScheduler');
  for (const [prop, given] of Object.entries(options) as [keyof AdaptiveSchedulerOptions, Duration | undefined][]) {
    const key = version.adaptiveSchedulerKey(prop);
    if (key !== undefined) writer.duration(prop, key, given);
    else if (given) {
      const others = FlinkVersion.linesWithAdaptiveSchedulerKey(prop).join(' and ');
      writer.problem(
        `${prop} is given for Flink ${version.line}`,
        `it on ${others}, because ${version.line} has no such option`,
        'remove it',
      );
    }
  }
  return writer;
}
