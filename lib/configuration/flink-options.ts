import { Duration } from 'aws-cdk-lib';
import { AdaptiveSchedulerOptions } from './adaptive-scheduler';
import { ChangelogOptions } from './changelog';
import { FlinkProfile } from './flink-profile';
import { HighAvailability } from './high-availability';
import { JvmOptions } from './jvm-options';
import { NetworkOptions } from './network-options';
import { RestartStrategy } from './restart-strategy';
import { StateBackend } from './state-backend';

/** When a process that does not answer is taken for lost. */
export interface HeartbeatOptions {
  /**
   * Time from one heartbeat to the next. Source: `heartbeat.interval`.
   *
   * @default - the profile's
   */
  readonly interval?: Duration;
  /**
   * After how long without an answer a process is lost. Longer than its longest garbage collection. Source: `heartbeat.timeout`.
   *
   * @default - the profile's
   */
  readonly timeout?: Duration;
  /**
   * Refused calls in a row after which a process is lost at once. Source: `heartbeat.rpc-failure-threshold`.
   *
   * @default - the profile's
   */
  readonly rpcFailureThreshold?: number;
}

/** What Flink is told, in types: what is left out is the profile's, and `properties` may replace what holds nothing together. */
export interface FlinkOptions {
  /**
   * Values of all options that nothing else sets: docs/profiles.md.
   *
   * @default FlinkProfile.spot()
   */
  readonly profile?: FlinkProfile;
  /**
   * Highest parallelism the job can ever have, 1 to 32768. Flink refuses state that was written with another value.
   * Source: `pipeline.max-parallelism`.
   *
   * @default 128
   */
  readonly maxParallelism?: number;
  /**
   * Where state is kept while the job runs.
   *
   * @default - the profile's: RocksDB
   */
  readonly stateBackend?: StateBackend;
  /**
   * Whether TaskManagers keep a copy of their state on their disk, which saves a download when a container restarts in its pod. The copy
   * goes with the pod. Source: Flink, "Task-Local Recovery".
   *
   * @default false
   */
  readonly localRecovery?: boolean;
  /**
   * Writes changes of state as they come, so that checkpoints take seconds whatever the state's size, for more traffic and a slower
   * recovery. Source: Flink, "State Changelog".
   *
   * @default - no changelog
   */
  readonly changelog?: ChangelogOptions;
  /**
   * When a failed job is started again.
   *
   * @default - the profile's: without end, after a delay that grows
   */
  readonly restart?: RestartStrategy;
  /**
   * Whether a new JobManager finds the job and its checkpoints.
   *
   * @default HighAvailability.kubernetes()
   */
  readonly highAvailability?: HighAvailability;
  /**
   * How tasks reach each other, and how much is under way between them.
   *
   * @default - the profile's
   */
  readonly network?: NetworkOptions;
  /**
   * When a process is taken for lost.
   *
   * @default - the profile's
   */
  readonly heartbeat?: HeartbeatOptions;
  /**
   * How soon a job follows the number of TaskManagers.
   *
   * @default - the profile's
   */
  readonly adaptiveScheduler?: AdaptiveSchedulerOptions;
  /**
   * Options of the Java virtual machines.
   *
   * @default - those that Java 17 needs
   */
  readonly jvmOptions?: JvmOptions;
}
