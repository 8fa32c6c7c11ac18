import { Annotations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, DependencyGroup } from 'constructs';
import {
  AUTO_MODE_MOST_PODS,
  AUTO_MODE_POOL_RULES,
  autoModeNodeClass,
  autoModeStarts,
  defineAutoModeNodeRole,
  enforceNetworkPolicies,
} from './auto-mode-nodes';
import { CapacityBindOptions, CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { InstanceSelector } from './instance-selector';
import { defineNodePools, NodePool, placementOn } from './node-pool';
import { diskProblems, poolProblems } from './node-pool-problems';

/** Options of `AutoModeCapacity`. */
export interface AutoModeCapacityProps {
  /**
   * Instance types that Spot nodes may have, of any shapes, 5 or more. Source: EKS user guide, EKS Auto Mode supported instance reference.
   *
   * @default - c, m and r from generation 5 with 4 to 8 vCPU and 16 to 64 GiB, on x86_64
   */
  readonly spotInstanceTypes?: ec2.InstanceType[];
  /**
   * Instance types that On-Demand nodes may have.
   *
   * @default - m from generation 5 with 2 to 4 vCPU and 8 to 16 GiB, on x86_64
   */
  readonly onDemandInstanceTypes?: ec2.InstanceType[];
  /**
   * Most vCPU of all Spot nodes together. Source: Karpenter NodePool `spec.limits`.
   *
   * @default 128
   */
  readonly spotCpuLimit?: number;
  /**
   * Most vCPU of all On-Demand nodes together.
   *
   * @default 32
   */
  readonly onDemandCpuLimit?: number;
  /**
   * Ephemeral storage of each node, in GiB. EKS encrypts it. Source: EKS user guide, Node Class Specification, `ephemeralStorage`.
   *
   * @default 80
   */
  readonly diskGib?: number;
}

/**
 * Machines from EKS Auto Mode: AWS runs the node controller outside the cluster, replaces and drains Spot nodes by itself, and
 * brings network, DNS and storage. The two pools are this library's own, because the built-in ones are On-Demand only. A node lives
 * at most 21 days, so each TaskManager moves at least that often.
 */
export class AutoModeCapacity implements ICapacity {
  public readonly clusterNeeds: ClusterNeeds = {
    // Without built-in pools the cluster takes no node role: the class below names its own.
    compute: { defaultCapacityType: eks.DefaultCapacityType.AUTOMODE, compute: { nodePools: [] } },
    // Network, DNS and proxy run on the nodes themselves; resource metrics do not come with them.
    addOns: [{ name: 'metrics-server', needsNodes: true }],
    clusterKind: 'EKS Auto Mode',
  };
  private readonly pools: { readonly spot: NodePool; readonly onDemand: NodePool };
  private readonly diskGib: number;

  constructor(private readonly props: AutoModeCapacityProps = {}) {
    this.diskGib = props.diskGib ?? 80;
    const spot = this.starting(
      props.spotInstanceTypes ??
        InstanceSelector.within({ minVcpu: 4, maxVcpu: 8, minMemoryGib: 16, maxMemoryGib: 64, limit: 60 }).instanceTypes,
    );
    const onDemand = this.starting(
      props.onDemandInstanceTypes ??
        InstanceSelector.within({ categories: ['m'], minVcpu: 2, maxVcpu: 4, minMemoryGib: 8, maxMemoryGib: 16 }).instanceTypes,
    );
    this.pools = {
      spot: { name: 'flink-spot', capacityType: 'spot', instanceTypes: spot, cpuLimit: props.spotCpuLimit ?? 128 },
      onDemand: {
        name: 'flink-on-demand',
        capacityType: 'on-demand',
        instanceTypes: onDemand,
        cpuLimit: props.onDemandCpuLimit ?? 32,
      },
    };
  }

  /** @throws when types or limits cannot work; all problems in one error */
  public bind(scope: Construct, { cluster, subnets }: CapacityBindOptions): CapacityConfig {
    const { spot, onDemand } = this.pools;
    const problems = [...poolProblems('spot', spot, 5), ...poolProblems('onDemand', onDemand, 1), ...diskProblems(this.diskGib)];
    if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);

    this.warn(scope);
    const { role, access } = defineAutoModeNodeRole(scope, cluster);
    const pools = defineNodePools(scope, {
      cluster,
      nodeClass: autoModeNodeClass(
        cluster,
        role,
        subnets.map((subnet) => subnet.subnetId),
        this.diskGib,
      ),
      pools: [spot, onDemand],
      rules: AUTO_MODE_POOL_RULES,
      after: new DependencyGroup(
        access,
        role,
        enforceNetworkPolicies(scope, cluster),
        ...subnets.map((subnet) => subnet.internetConnectivityEstablished),
      ),
    });
    return {
      capacityName: AutoModeCapacity.name,
      onDemand: placementOn(onDemand, this.diskGib, AUTO_MODE_MOST_PODS),
      spot: placementOn(spot, this.diskGib, AUTO_MODE_MOST_PODS),
      ready: pools,
    };
  }

  /** Selectors know newer types than EKS Auto Mode starts: those are left out. */
  private starting(types: ec2.InstanceType[]): string[] {
    return types.map((type) => type.toString()).filter(autoModeStarts);
  }

  private warn(scope: Construct): void {
    const given = [...(this.props.spotInstanceTypes ?? []), ...(this.props.onDemandInstanceTypes ?? [])].map((type) => type.toString());
    const left = given.filter((type) => !autoModeStarts(type));
    if (left.length === 0) return;
    Annotations.of(scope).addWarningV2(
      'cdk-flink-on-eks:auto-mode-types',
      `EKS Auto Mode does not start ${left.join(', ')}, so the pools are without them: allowed are the types of its own list with 2 vCPU or more; remove them, or use KarpenterCapacity`,
    );
  }
}
