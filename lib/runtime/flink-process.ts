import { Size, Token } from 'aws-cdk-lib';
import { misfits, mostPods, Placement, PlacementProfile, Placements, PodRequest, podsPerNode } from '../placement';
import { ProcessSpec } from './flink-job-spec';

/** Size and place of one kind of process. */
export interface FlinkProcessOptions {
  /**
   * Memory of the process and of its container: request, limit and Flink's `process.size` are this one number.
   *
   * @default - JobManager 2 GiB, TaskManager 4 GiB
   */
  readonly memory?: Size;
  /**
   * CPU request, in vCPU.
   *
   * @default - JobManager 0.5, TaskManager one a task slot
   */
  readonly cpu?: number;
  /**
   * Whether the CPU limit is the request, so that the pods are of class Guaranteed. A limit throttles, and throttling delays
   * heartbeats.
   *
   * @default false
   */
  readonly guaranteed?: boolean;
  /**
   * Limit of the working directory: RocksDB's files, spilled records, blobs.
   *
   * @default - JobManager 1 GiB, TaskManager 10 GiB
   */
  readonly workDirectory?: Size;
  /**
   * Which machines the pods use.
   *
   * @default - JobManager `PlacementProfile.onDemand()`, TaskManager `PlacementProfile.spot()`
   */
  readonly placement?: PlacementProfile;
}

/** Size and place of the TaskManagers. */
export interface TaskManagerOptions extends FlinkProcessOptions {
  /**
   * Task slots of each TaskManager. Source: `taskmanager.numberOfTaskSlots`.
   *
   * @default 1
   */
  readonly taskSlots?: number;
}

/** Defaults of one kind of process. */
export interface ProcessDefaults {
  /** What it is called in messages: the name of the prop. */
  readonly name: string;
  readonly memory: Size;
  readonly cpu: number;
  readonly workDirectory: Size;
  readonly placement: PlacementProfile;
}

/** Requests of the DaemonSets on a node: aws-node 50m, kube-proxy 100m (EKS add-ons), termination handler 50m and 64 MiB (its chart's values here). */
const DAEMON_SETS: PodRequest = { cpu: 0.2, memory: Size.mebibytes(64), ephemeralStorage: Size.mebibytes(0) };

const NOWHERE: Placement = { required: [], preferred: [], tolerations: [], shapes: [] };

/** One kind of process with every default in place. */
export class FlinkProcess {
  /** What is wrong, one sentence each. */
  public readonly problems: string[] = [];
  /** As a chart needs it. */
  public readonly spec: ProcessSpec;
  /** Risky but legal about its place, one sentence each. */
  public readonly placementWarnings: readonly string[];
  /** Whether AWS can take its machine back at two minutes' notice. */
  public readonly interruptible: boolean;

  constructor(
    private readonly defaults: ProcessDefaults,
    options: FlinkProcessOptions,
    machines: Placements,
  ) {
    const profile = options.placement ?? defaults.placement;
    this.interruptible = profile.interruptible;
    this.placementWarnings = profile.warnings.map((warning) => `${defaults.name}.placement ${warning}`);
    this.problems.push(...profile.problems.map((problem) => `${defaults.name}.placement ${problem}`));
    const placement = profile.choose(machines);
    if (!placement) {
      this.problems.push(
        `${defaults.name}.placement asks for ${profile.description}: ${machines.capacityName} has none; give it such machines or choose another profile`,
      );
    }
    this.spec = {
      memoryMib: this.known('memory', options.memory, defaults.memory).toMebibytes(),
      cpu: Token.isUnresolved(options.cpu) ? this.unknown('cpu', defaults.cpu) : (options.cpu ?? defaults.cpu),
      guaranteed: options.guaranteed ?? false,
      workMib: this.known('workDirectory', options.workDirectory, defaults.workDirectory).toMebibytes(),
      placement: placement ?? NOWHERE,
    };
    this.checkSize();
  }

  /**
   * Why so many pods can never all run, with the arithmetic; empty when they can, or when nothing is known of the machines.
   *
   * @param count how many pods there may be
   * @param podDiskMib what a pod needs of the disk besides its working directory
   */
  public fitProblems(count: number, podDiskMib: number): string[] {
    const { shapes } = this.spec.placement;
    const pod = this.request(podDiskMib);
    const reasons = shapes.map((shape) => misfits(pod, shape, DAEMON_SETS));
    if (reasons.length === 0) return [];
    if (reasons.every((reason) => reason.length > 0)) {
      return [
        `${this.defaults.name} fits no node it may use, so its pods would wait for ever: ${reasons.flat().join('; ')} (DaemonSets deducted); lower the request or give the capacity larger nodes`,
      ];
    }
    const counts = mostPods(pod, shapes, DAEMON_SETS);
    const most = counts.reduce((sum, { total }) => sum + total, 0);
    if (most >= count) return [];
    const arithmetic = counts.map(({ shape, each }) => `${shape.maxCount} ${shape.name} x ${each}`).join(' + ');
    return [
      `${this.defaults.name} may be ${count}, its machines hold ${arithmetic} = ${most}: the rest would wait for ever; raise maxSize of the groups or the limits of the pools, or lower the number`,
    ];
  }

  /**
   * Whether the pods may land on a machine that cannot run the image.
   *
   * @param architecture of the image, `amd64` or `arm64`; undefined when it is not known
   */
  public architectureProblems(architecture: string | undefined): string[] {
    const others = this.spec.placement.shapes.filter((shape) => architecture !== undefined && shape.architecture !== architecture);
    if (others.length === 0) return [];
    const { name, architecture: other } = others[0];
    return [
      `the image is for ${architecture}, ${this.defaults.name} may run on ${name} nodes, which are ${other}: allowed is an image for its nodes, because the pods would end with 'exec format error'; give the image the platform of the nodes, or the capacity instance types of ${architecture}`,
    ];
  }

  /**
   * The most pods that one machine may hold, and so the most that leave together; 0 when nothing is known of the machines.
   *
   * @param podDiskMib what a pod needs of the disk besides its working directory
   */
  public mostPerNode(podDiskMib: number): number {
    const pod = this.request(podDiskMib);
    return Math.max(0, ...this.spec.placement.shapes.map((shape) => podsPerNode(pod, shape, DAEMON_SETS)));
  }

  private request(podDiskMib: number): PodRequest {
    const { memoryMib, cpu, workMib } = this.spec;
    return { cpu, memory: Size.mebibytes(memoryMib), ephemeralStorage: Size.mebibytes(workMib + podDiskMib) };
  }

  private known(prop: string, given: Size | undefined, otherwise: Size): Size {
    return given?.isUnresolved() ? this.unknown(prop, otherwise) : (given ?? otherwise);
  }

  private unknown<T>(prop: string, otherwise: T): T {
    this.problems.push(
      `${this.defaults.name}.${prop} is a number that only a deployment knows: allowed is a plain one, because memory and fit are reckoned from it at synthesis; give it from context`,
    );
    return otherwise;
  }

  private checkSize(): void {
    const { cpu, workMib } = this.spec;
    const { name } = this.defaults;
    if (!(cpu > 0)) {
      this.problems.push(
        `${name}.cpu is ${cpu}: allowed is more than 0 vCPU, because the scheduler and the autoscaler reckon with it; use 1`,
      );
    }
    if (workMib < 128)
      this.problems.push(
        `${name}.workDirectory is ${workMib} MiB: allowed are 128 MiB or more, because Flink writes spill files and blobs there; use Size.gibibytes(10)`,
      );
  }
}
