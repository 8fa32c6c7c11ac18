import { Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeShape } from '../placement';

/** vCPU and memory of an instance type. */
export interface InstanceShape {
  /** vCPU. */
  readonly vcpu: number;
  /** Memory in GiB. */
  readonly memoryGib: number;
}

/** GiB a vCPU of the general families. Source: EC2 instance types, compute optimized, general purpose, memory optimized. */
const GIB_PER_VCPU: Record<string, number> = { c: 2, m: 4, r: 8 };

/** vCPU of the sizes below those that count in multiples of four. Source: EC2 instance types, generations 5 to 8. */
const VCPU: Record<string, number> = { medium: 1, large: 2, xlarge: 4 };

/**
 * Shape of an instance type of the families c, m and r (generation 5 and later); `undefined` for all others.
 *
 * @param type for example `m6i.2xlarge`
 */
export function shapeOf(type: ec2.InstanceType): InstanceShape | undefined {
  // c5n alone among them has 2.625 GiB a vCPU.
  if (type.toString().startsWith('c5n.')) return undefined;
  const match = /^([cmr])([5-9])[a-z]*\.((\d+)xlarge|[a-z]+)$/.exec(type.toString());
  if (!match) return undefined;
  const vcpu = match[4] ? Number(match[4]) * VCPU.xlarge : VCPU[match[3]];
  return vcpu ? { vcpu, memoryGib: vcpu * GIB_PER_VCPU[match[1]] } : undefined;
}

/** Pods that fit the addresses of a node with the VPC CNI, by size. Source: amazon-eks-ami, eni-max-pods. */
function maxPods(vcpu: number): number {
  if (vcpu < 2) return 8;
  if (vcpu < 4) return 29;
  return vcpu < 16 ? 58 : 234;
}

/**
 * What pods may request of a node, by the rules of the EKS AMI: kubelet keeps 255 MiB + 11 MiB a pod and a share of the
 * first vCPUs, 100 MiB is the eviction threshold, and the hypervisor takes up to 7.5 % of memory (Karpenter's default).
 *
 * @param shape vCPU and memory
 * @param diskGib size of the root volume
 */
export function nodeShape(shape: InstanceShape, diskGib: number, name: string, arm: boolean, maxCount: number): NodeShape {
  const pods = maxPods(shape.vcpu);
  const memory = Math.floor(shape.memoryGib * 1024 * 0.925) - (255 + 11 * pods) - 100;
  return {
    name,
    allocatable: {
      cpu: shape.vcpu - keptCpu(shape.vcpu),
      memory: Size.mebibytes(memory),
      pods,
      // kubelet keeps 1 GiB and evicts at 10 % free. Source: amazon-eks-ami, kubelet configuration.
      ephemeralStorage: Size.gibibytes(Math.floor(diskGib * 0.9) - 1),
    },
    architecture: arm ? 'arm64' : 'amd64',
    maxCount,
  };
}

/** Cores that kubelet keeps: 6 % of the first, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest. */
function keptCpu(vcpu: number): number {
  const shares = [0.06, 0.01, 0.005, 0.005];
  let kept = 0;
  for (let core = 0; core < vcpu; core++) kept += shares[core] ?? 0.0025;
  return kept;
}
