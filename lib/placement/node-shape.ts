import { Size, SizeRoundingBehavior } from 'aws-cdk-lib';

/** What pods may request of one node, after what Kubernetes and the system keep. Source: Kubernetes `Node.status.allocatable`. */
export interface NodeAllocatable {
  /** vCPU, in cores: 3.92 is `3920m`. */
  readonly cpu: number;
  /** Memory. */
  readonly memory: Size;
  /** Pods, DaemonSets included. */
  readonly pods: number;
  /** Ephemeral storage: images, logs, disk-backed emptyDirs. */
  readonly ephemeralStorage: Size;
}

/** A kind of node that a capacity can bring. */
export interface NodeShape {
  /** What it is called in messages: an instance type or the smallest type of a group. */
  readonly name: string;
  /** What pods may request. */
  readonly allocatable: NodeAllocatable;
  /** `amd64` or `arm64`, the values of the label `kubernetes.io/arch`. */
  readonly architecture: string;
  /**
   * Availability zone, when the shape exists in one only.
   *
   * @default - every zone of the platform
   */
  readonly zone?: string;
  /**
   * How many such nodes there may be.
   *
   * @default - not limited
   */
  readonly maxCount?: number;
  /**
   * Name of a limit that shapes share: each of them alone may take it up, so their counts do not add up.
   *
   * @default - a limit of its own
   */
  readonly sharedLimit?: string;
}

/** Requests of one pod. */
export interface PodRequest {
  /** vCPU, in cores. */
  readonly cpu: number;
  /** Memory. */
  readonly memory: Size;
  /** Ephemeral storage. */
  readonly ephemeralStorage: Size;
}

/**
 * The reasons why a pod does not fit a node of this shape, each with its arithmetic; empty when it fits.
 *
 * @param pod what the pod requests
 * @param shape the node
 * @param reserved what DaemonSets request on every node
 */
export function misfits(pod: PodRequest, shape: NodeShape, reserved: PodRequest): string[] {
  const { cpu, memory, ephemeralStorage } = shape.allocatable;
  const freeCpu = cpu - reserved.cpu;
  const freeMemory = memory.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR }) - reserved.memory.toMebibytes();
  const freeStorage = ephemeralStorage.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR }) - reserved.ephemeralStorage.toMebibytes();
  const reasons: string[] = [];
  if (pod.cpu > freeCpu) reasons.push(`needs ${pod.cpu} vCPU, ${shape.name} leaves ${freeCpu.toFixed(2)}`);
  if (pod.memory.toMebibytes() > freeMemory) {
    reasons.push(`needs ${pod.memory.toMebibytes()} MiB of memory, ${shape.name} leaves ${freeMemory} MiB`);
  }
  if (pod.ephemeralStorage.toMebibytes() > freeStorage) {
    reasons.push(`needs ${pod.ephemeralStorage.toMebibytes()} MiB of ephemeral storage, ${shape.name} leaves ${freeStorage} MiB`);
  }
  return reasons;
}

/**
 * How many such pods one node of this shape holds beside its DaemonSets; 0 when not even one fits.
 *
 * @param pod what one pod requests
 * @param shape the node
 * @param reserved what DaemonSets request on every node
 */
export function podsPerNode(pod: PodRequest, shape: NodeShape, reserved: PodRequest): number {
  const { cpu, memory, ephemeralStorage, pods } = shape.allocatable;
  const mebibytes = (size: Size): number => size.toMebibytes({ rounding: SizeRoundingBehavior.FLOOR });
  const fits = (free: number, request: number): number => (request > 0 ? Math.floor(free / request) : Infinity);
  const count = Math.min(
    fits(cpu - reserved.cpu, pod.cpu),
    fits(mebibytes(memory) - mebibytes(reserved.memory), mebibytes(pod.memory)),
    fits(mebibytes(ephemeralStorage) - mebibytes(reserved.ephemeralStorage), mebibytes(pod.ephemeralStorage)),
    pods,
  );
  return Math.max(0, count);
}

/** How many pods nodes of one shape hold: `maxCount` nodes with so many each. */
export interface ShapeCount {
  /** The shape. */
  readonly shape: NodeShape;
  /** Pods that one node holds. */
  readonly each: number;
  /** Pods that all its nodes hold. */
  readonly total: number;
}

/**
 * How many such pods the shapes hold at most. Of shapes that share a limit the one counts that holds most.
 *
 * @param pod what one pod requests
 * @param shapes the nodes
 * @param reserved what DaemonSets request on every node
 */
export function mostPods(pod: PodRequest, shapes: NodeShape[], reserved: PodRequest): ShapeCount[] {
  const counts = shapes.map((shape) => {
    const each = podsPerNode(pod, shape, reserved);
    return { shape, each, total: each === 0 ? 0 : (shape.maxCount ?? Infinity) * each };
  });
  const isMost = (one: ShapeCount, index: number): boolean =>
    counts.every(
      (other, place) =>
        other.shape.sharedLimit !== one.shape.sharedLimit || other.total < one.total || (other.total === one.total && place >= index),
    );
  return counts.filter((one, index) => one.shape.sharedLimit === undefined || isMost(one, index));
}
