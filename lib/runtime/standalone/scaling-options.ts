/** A job that has always the same parallelism. */
export interface FixedScalingOptions {
  /** Parallelism of the job. Source: `parallelism.default`. */
  readonly parallelism: number;
  /**
   * TaskManagers that run beside those that the job needs, so that a lost one is replaced at once: one restart, and no time at
   * lower parallelism. As many as one Spot node may hold is the number that covers the loss of a node.
   *
   * @default 1
   */
  readonly spare?: number;
}

/** A job whose parallelism follows the number of TaskManagers. */
export interface ReactiveScalingOptions {
  /**
   * Least number of TaskManagers.
   *
   * @default 2
   */
  readonly min?: number;
  /**
   * Largest number of TaskManagers. Times the task slots, it must not exceed the maximum parallelism.
   *
   * @default 10
   */
  readonly max?: number;
  /**
   * CPU use to aim for, in percent of the request, which is one vCPU a task slot.
   *
   * @default 60
   */
  readonly cpuPercent?: number;
  /**
   * How long more TaskManagers must have been wanted before some are added, in seconds. Each change restarts the job.
   *
   * @default 90
   */
  readonly scaleUpWindowSeconds?: number;
  /**
   * How long fewer TaskManagers must have sufficed before some are removed, in seconds.
   *
   * @default 600
   */
  readonly scaleDownWindowSeconds?: number;
}
