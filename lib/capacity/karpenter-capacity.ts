import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup } from 'constructs';
import { CapacityBindOptions, CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { CLUSTER_AUTOSCALER, TERMINATION_HANDLER } from './chart-versions';
import { refuseCharts } from './exclusive-charts';
import { InstanceSelector } from './instance-selector';
import { defineInterruptionQueue } from './interruption-queue';
import { defineKarpenter } from './karpenter-controller';
import { KARPENTER_POOL_RULES, karpenterNodeClass } from './karpenter-nodes';
import { NodeGroup } from './node-group';
import { defineNodeGroup, defineNodeRole } from './node-group-resource';
import { defineNodePools, NodePool, placementOn } from './node-pool';
import { nodeProblems, poolProblems } from './node-pool-problems';

/** Options of `KarpenterCapacity`. */
export interface KarpenterCapacityProps {
  /**
   * Instance types that Spot nodes may have, of any shapes; fewer than 15 narrow what Karpenter can choose from.
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
   * AMI of the nodes. A pinned alias such as `al2023@v20260810` changes only when the stack does; `@latest` reaches nodes only as
   * they are replaced, because Karpenter is not allowed to replace them for a new AMI. Source: Karpenter EC2NodeClass `amiSelectorTerms`.
   *
   * @default 'al2023@latest'
   */
  readonly amiAlias?: string;
  /**
   * Size of the encrypted gp3 root volume of each node, in GiB.
   *
   * @default 60
   */
  readonly diskGib?: number;
}

/**
 * Machines from Karpenter: it starts a node of the cheapest type with capacity when a pod waits, and drains it at a Spot notice by its own
 * queue. Karpenter itself runs on a small On-Demand managed node group. The Node Termination Handler has no place here: two that
 * drain one node work against each other.
 */
export class KarpenterCapacity implements ICapacity {
  public readonly clusterNeeds: ClusterNeeds = {
    addOns: [
      { name: 'vpc-cni', configuration: { enableNetworkPolicy: 'true' } },
      { name: 'kube-proxy' },
      { name: 'coredns', needsNodes: true },
      { name: 'metrics-server', needsNodes: true },
    ],
  };
  private readonly pools: { readonly spot: NodePool; readonly onDemand: NodePool };
  private readonly diskGib: number;
  private readonly amiAlias: string;

  constructor(props: KarpenterCapacityProps = {}) {
    this.diskGib = props.diskGib ?? 60;
    this.amiAlias = props.amiAlias ?? 'al2023@latest';
    const spotTypes =
      props.spotInstanceTypes ??
      InstanceSelector.within({ minVcpu: 4, maxVcpu: 8, minMemoryGib: 16, maxMemoryGib: 64, limit: 60 }).instanceTypes;
    const onDemandTypes =
      props.onDemandInstanceTypes ??
      InstanceSelector.within({ categories: ['m'], minVcpu: 2, maxVcpu: 4, minMemoryGib: 8, maxMemoryGib: 16 }).instanceTypes;
    this.pools = {
      spot: { name: 'flink-spot', capacityType: 'spot', instanceTypes: names(spotTypes), cpuLimit: props.spotCpuLimit ?? 128 },
      onDemand: {
        name: 'flink-on-demand',
        capacityType: 'on-demand',
        instanceTypes: names(onDemandTypes),
        cpuLimit: props.onDemandCpuLimit ?? 32,
      },
    };
  }

  /** @throws when types or limits cannot work; all problems in one error */
  public bind(scope: Construct, options: CapacityBindOptions): CapacityConfig {
    const problems = [
      ...poolProblems('spot', this.pools.spot, 5),
      ...poolProblems('onDemand', this.pools.onDemand, 1),
      ...nodeProblems({ amiAlias: this.amiAlias, diskGib: this.diskGib }),
    ];
    if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);

    refuseCharts(scope, options.cluster, 'Karpenter', [CLUSTER_AUTOSCALER.chart, TERMINATION_HANDLER.chart]);
    const system = defineNodeGroup(scope, 'System', { ...options, role: defineNodeRole(scope), group: systemNodes(), spot: false });
    const nodeRole = this.defineKarpenterNodes(scope, options.cluster);
    const controller = defineKarpenter(new Construct(scope, 'Karpenter'), {
      ...options,
      queue: defineInterruptionQueue(scope),
      nodeRole: nodeRole.role,
      nodes: system,
    });
    const pools = defineNodePools(scope, {
      cluster: options.cluster,
      nodeClass: karpenterNodeClass({
        cluster: options.cluster,
        subnetIds: options.subnets.map((subnet) => subnet.subnetId),
        instanceProfile: nodeRole.profile,
        amiAlias: this.amiAlias,
        diskGib: this.diskGib,
      }),
      pools: [this.pools.spot, this.pools.onDemand],
      rules: KARPENTER_POOL_RULES,
      after: new DependencyGroup(controller, nodeRole.access, ...options.subnets.map((subnet) => subnet.internetConnectivityEstablished)),
    });
    return {
      capacityName: KarpenterCapacity.name,
      onDemand: placementOn(this.pools.onDemand, this.diskGib),
      spot: placementOn(this.pools.spot, this.diskGib),
      ready: new DependencyGroup(system, pools),
      systemReady: system,
    };
  }

  /** An instance profile of the stack: Karpenter then needs no right to write IAM, and a destroy does not hang on a profile it made. */
  private defineKarpenterNodes(scope: Construct, cluster: eks.ICluster): { role: iam.Role; profile: string; access: eks.AccessEntry } {
    const owner = new Construct(scope, 'KarpenterNodes');
    const role = defineNodeRole(owner);
    const profile = new iam.CfnInstanceProfile(owner, 'Profile', { roles: [role.roleName] });
    const access = new eks.AccessEntry(owner, 'Access', {
      cluster,
      principal: role.roleArn,
      accessEntryType: eks.AccessEntryType.EC2_LINUX,
      accessPolicies: [],
    });
    return { role, profile: profile.ref, access };
  }
}

/** Two small nodes for Karpenter, DNS and metrics. */
function systemNodes(): NodeGroup {
  const instanceTypes = ['m6i', 'm5', 'm5a'].map((family) => new ec2.InstanceType(`${family}.large`));
  return new NodeGroup('system', { instanceTypes, minSize: 2, maxSize: 3 }, 1);
}

function names(types: ec2.InstanceType[]): string[] {
  return types.map((type) => type.toString());
}
