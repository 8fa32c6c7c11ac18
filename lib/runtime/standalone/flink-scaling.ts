import { Token } from 'aws-cdk-lib';
import { FlinkVersion } from '../../configuration';
import { FixedScalingOptions, ReactiveScalingOptions } from './scaling-options';

/** A HorizontalPodAutoscaler, in Kubernetes' units. */
export interface AutoscalerSpec {
  readonly min: number;
  readonly max: number;
  readonly cpuPercent: number;
  readonly scaleUpWindowSeconds: number;
  readonly scaleDownWindowSeconds: number;
}

/** What a way of scaling means for one application: a value. */
export interface FlinkScalingConfig {
  /** Options that this way of scaling owns. */
  readonly properties: Record<string, string>;
  /**
   * The autoscaler to draw.
   *
   * @default - none
   */
  readonly autoscaler?: AutoscalerSpec;
  /**
   * Number of TaskManagers, when no autoscaler decides it.
   *
   * @default - the autoscaler decides
   */
  readonly replicas?: number;
  /** The most TaskManagers there may be. */
  readonly maxTaskManagers: number;
  /** TaskManagers beyond those that the job needs. */
  readonly spareTaskManagers: number;
  /** Whether a TaskManager that comes leaves the job as it is for a while, so that one that goes can wait for it. */
  readonly replacementFirst: boolean;
  /** Options, or first parts of their names that end with a dot, that have no effect with this way of scaling, each with the reason. */
  readonly ignoredProperties: Record<string, string>;
  /** What is wrong, one sentence each. */
  readonly problems: string[];
}

/** Options of `FlinkScaling.bind`. */
export interface FlinkScalingBindOptions {
  /** `pipeline.max-parallelism` of the job. */
  readonly maxParallelism: number;
  /** Task slots of a TaskManager. */
  readonly taskSlots: number;
  /** Flink of the application. */
  readonly version: FlinkVersion;
}

/** How a standalone application scales. */
export abstract class FlinkScaling {
  /**
   * Reactive Mode: the job takes every TaskManager there is, and a HorizontalPodAutoscaler sets their number.
   * Source: Flink, Elastic Scaling, Reactive Mode.
   *
   * @param options limits, target and windows
   */
  public static reactive(options: ReactiveScalingOptions = {}): FlinkScaling {
    return new ReactiveScaling(options);
  }

  /**
   * A fixed parallelism with spare TaskManagers, under Flink's adaptive scheduler: when one is lost and none is left to take over,
   * the job goes on at lower parallelism instead of waiting. Source: Flink, Elastic Scaling, Adaptive Scheduler.
   *
   * @param options parallelism and spare
   */
  public static fixed(options: FixedScalingOptions): FlinkScaling {
    return new FixedScaling(options, ADAPTIVE);
  }

  /**
   * A fixed parallelism under Flink's default scheduler: a lost TaskManager restarts only the tasks that are connected with its own, and the job
   * waits until there are enough slots again. It pays where a job has several pipelines without exchange between them, and there are spare
   * TaskManagers. Source: Flink, "Task Failure Recovery", Restart Pipelined Region.
   *
   * @param options parallelism and spare
   */
  public static fixedWithRegionFailover(options: FixedScalingOptions): FlinkScaling {
    return new FixedScaling(options, REGIONS);
  }

  /** What it means for an application. */
  public abstract bind(options: FlinkScalingBindOptions): FlinkScalingConfig;
}

class ReactiveScaling extends FlinkScaling {
  private readonly autoscaler: AutoscalerSpec;

  constructor(options: ReactiveScalingOptions) {
    super();
    this.autoscaler = {
      min: options.min ?? 2,
      max: options.max ?? 10,
      cpuPercent: options.cpuPercent ?? 60,
      scaleUpWindowSeconds: options.scaleUpWindowSeconds ?? 90,
      scaleDownWindowSeconds: options.scaleDownWindowSeconds ?? 600,
    };
  }

  public bind(options: FlinkScalingBindOptions): FlinkScalingConfig {
    return {
      properties: { 'scheduler-mode': 'reactive' },
      autoscaler: this.autoscaler,
      maxTaskManagers: isToken(this.autoscaler.max) ? 1 : this.autoscaler.max,
      spareTaskManagers: 0,
      replacementFirst: options.version.scalesUpLater,
      problems: [...countProblems(this.autoscaler), ...this.reachProblems(options), ...windowProblems(this.autoscaler)],
      ignoredProperties: { 'parallelism.default': 'in Reactive Mode the job takes every slot there is' },
    };
  }

  private reachProblems({ maxParallelism, taskSlots }: FlinkScalingBindOptions): string[] {
    const slots = this.autoscaler.max * taskSlots;
    if ([this.autoscaler.max, taskSlots, maxParallelism].some(isToken) || !(slots > maxParallelism)) return [];
    return [
      `scaling.max ${this.autoscaler.max} x taskSlots ${taskSlots} = ${slots} is above flink.maxParallelism ${maxParallelism}: the slots above it would stay idle for ever; lower scaling.max or raise flink.maxParallelism`,
    ];
  }
}

function countProblems({ min, max, cpuPercent }: AutoscalerSpec): string[] {
  const problems: string[] = [];
  if (![min, max].some(isToken) && (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || min > max)) {
    problems.push(
      `scaling has min ${min} and max ${max}: allowed are whole numbers with 1 <= min <= max, because with no TaskManager there is no CPU use to scale by; use for example min 2 and max 10`,
    );
  }
  if (!isToken(cpuPercent) && (!Number.isInteger(cpuPercent) || cpuPercent < 10 || cpuPercent > 90)) {
    problems.push(
      `scaling.cpuPercent is ${cpuPercent}: allowed is a whole number from 10 to 90, in percent of the CPU request, because above it a job cannot catch up after a restart; use 60`,
    );
  }
  return problems;
}

/** Source: Kubernetes `HPAScalingRules.stabilizationWindowSeconds`: 0 to 3600. */
function windowProblems({ scaleUpWindowSeconds, scaleDownWindowSeconds }: AutoscalerSpec): string[] {
  const windows = { scaleUpWindowSeconds, scaleDownWindowSeconds };
  return Object.entries(windows)
    .filter(([, seconds]) => !isToken(seconds))
    .filter(([, seconds]) => !Number.isInteger(seconds) || seconds < 0 || seconds > 3600)
    .map(
      ([name, seconds]) =>
        `scaling.${name} is ${seconds}: allowed is a whole number from 0 to 3600, the range of Kubernetes' stabilization windows; use 90 up and 600 down`,
    );
}

const ADAPTIVE = { properties: { 'jobmanager.scheduler': 'adaptive' }, ignoredProperties: {} };
const REGIONS = {
  properties: { 'jobmanager.scheduler': 'Default', 'jobmanager.execution.failover-strategy': 'region' },
  ignoredProperties: { 'jobmanager.adaptive-scheduler.': 'the default scheduler never changes the parallelism' },
};

class FixedScaling extends FlinkScaling {
  private readonly spare: number;

  constructor(
    private readonly options: FixedScalingOptions,
    private readonly scheduler: Pick<FlinkScalingConfig, 'properties' | 'ignoredProperties'>,
  ) {
    super();
    this.spare = options.spare ?? 1;
  }

  public bind({ maxParallelism, taskSlots }: FlinkScalingBindOptions): FlinkScalingConfig {
    const parallelism = isToken(this.options.parallelism) ? 1 : this.options.parallelism;
    const replicas = Math.ceil(parallelism / (isToken(taskSlots) ? 1 : taskSlots)) + this.spare;
    return {
      properties: { ...this.scheduler.properties, 'parallelism.default': String(parallelism) },
      replicas,
      maxTaskManagers: replicas,
      spareTaskManagers: this.spare,
      replacementFirst: true,
      problems: this.problems(maxParallelism, taskSlots),
      ignoredProperties: this.scheduler.ignoredProperties,
    };
  }

  private problems(maxParallelism: number, taskSlots: number): string[] {
    const { parallelism } = this.options;
    const problems: string[] = [];
    if ([parallelism, this.spare, maxParallelism, taskSlots].some(isToken)) {
      return [
        'scaling.fixed has a number that only a deployment knows: allowed are plain numbers, because the TaskManagers are counted from them at synthesis; give it from context',
      ];
    }
    if (!Number.isInteger(parallelism) || parallelism < 1 || parallelism > maxParallelism) {
      problems.push(
        `scaling.parallelism is ${parallelism}: allowed is a whole number from 1 to flink.maxParallelism ${maxParallelism}, because Flink cannot split the keys further; lower it or raise flink.maxParallelism`,
      );
    }
    if (!Number.isInteger(this.spare) || this.spare < 0) {
      problems.push(
        `scaling.spare is ${this.spare}: allowed is a whole number of 0 or more, the TaskManagers that wait for one to be lost; use 1`,
      );
    }
    return problems;
  }
}

function isToken(value: number): boolean {
  return Token.isUnresolved(value);
}
