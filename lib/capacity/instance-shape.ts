import { Size } from 'aws-cdk-lib';
import { NodeShape } from '../placement';
import { InstanceFacts } from './instance-catalog';

/** What machines of a type, or of several alike, offer beside their catalog entry. */
export interface InstanceShapeOptions {
  /** Root volume, in GiB. */
  readonly diskGib: number;
  /** How many such nodes there may be. */
  readonly maxCount?: number;
  /** The most pods that a node takes, whatever its addresses allow. */
  readonly mostPods?: number;
}

/** Shape of nodes of these types: the least that any of them allows. */
export function shapeOfInstances(facts: InstanceFacts[], { diskGib, maxCount, mostPods = Infinity }: InstanceShapeOptions): NodeShape {
  const least = (value: (known: InstanceFacts) => number): number => Math.min(...facts.map(value));
  return {
    name: facts[0].type,
    allocatable: {
      cpu: least((known) => known.allocatableMillicpu) / 1000,
      memory: Size.mebibytes(least((known) => known.allocatableMib)),
      pods: Math.min(
        least((known) => known.pods),
        mostPods,
      ),
      ephemeralStorage: Size.gibibytes(allocatableDiskGib(diskGib)),
    },
    architecture: facts[0].arm ? 'arm64' : 'amd64',
    maxCount,
  };
}

/** What pods may use of a root volume: kubelet keeps 1 GiB and evicts at 10 % free. Source: amazon-eks-ami, kubelet configuration. */
export function allocatableDiskGib(diskGib: number): number {
  return Math.floor(diskGib * 0.9) - 1;
}
