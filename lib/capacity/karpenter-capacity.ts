import { Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup } from 'constructs';
import { NodeOperator, NodeShape, Placement, Toleration } from '../placement';
import { CapacityBindOptions, CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { InstanceCatalog, InstanceFacts } from './instance-catalog';
import { InstanceSelector } from './instance-selector';
import { defineInterruptionQueue } from './interruption-queue';
import { defineKarpenter } from './karpenter-controller';
import { defineNodePools, KARPENTER_CAPACITY_TYPE, NodePool } from './karpenter-nodes';
import { NodeGroup } from './node-group';
import { defineNodeGroup, defineNodeRole } from './node-group-resource';
import { SPOT_TAINT } from './node-labels';

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

  constructor(private readonly props: KarpenterCapacityProps = {}) {
    this.diskGib = props.diskGib ?? 60;
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
    const problems = [...poolProblems('spot', this.pools.spot, 5), ...poolProblems('onDemand', this.pools.onDemand, 1)];
    if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);

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
      subnetIds: options.subnets.map((subnet) => subnet.subnetId),
      instanceProfile: nodeRole.profile,
      amiAlias: this.props.amiAlias ?? 'al2023@latest',
      diskGib: this.diskGib,
      pools: [this.pools.spot, this.pools.onDemand],
      after: new DependencyGroup(controller, nodeRole.access, ...options.subnets.map((subnet) => subnet.internetConnectivityEstablished)),
    });
    return {
      capacityName: KarpenterCapacity.name,
      onDemand: this.placement(this.pools.onDemand, []),
      spot: this.placement(this.pools.spot, [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }]),
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

  private placement(pool: NodePool, tolerations: Toleration[]): Placement {
    return {
      required: [{ key: KARPENTER_CAPACITY_TYPE, operator: NodeOperator.IN, values: [pool.capacityType] }],
      preferred: [],
      tolerations,
      shapes: shapesOf(pool, this.diskGib),
    };
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

/** One shape for each size of machine, the smallest first; each alone could take up the whole limit. */
function shapesOf(pool: NodePool, diskGib: number): NodeShape[] {
  const facts = pool.instanceTypes
    .map((type) => InstanceCatalog.instance.find(type))
    .filter((known): known is InstanceFacts => known !== undefined);
  const sizes = new Map(facts.map((known) => [`${known.vcpu}/${known.memoryMib}`, known]));
  return [...sizes.values()]
    .sort((a, b) => a.vcpu - b.vcpu || a.memoryMib - b.memoryMib)
    .map((known) => ({
      name: known.type,
      allocatable: {
        cpu: known.allocatableMillicpu / 1000,
        memory: Size.mebibytes(known.allocatableMib),
        pods: known.pods,
        ephemeralStorage: Size.gibibytes(Math.floor(diskGib * 0.9) - 1),
      },
      architecture: known.arm ? 'arm64' : 'amd64',
      maxCount: Math.floor(pool.cpuLimit / known.vcpu),
    }));
}

function poolProblems(name: string, pool: NodePool, leastTypes: number): string[] {
  const catalog = InstanceCatalog.instance;
  const problems = pool.instanceTypes
    .filter((type) => !catalog.find(type))
    .map(
      (type) =>
        `${name}InstanceTypes has '${type}', which is not among the instance types of ${catalog.date}: did you mean '${catalog.nearest(type)}'?`,
    );
  if (pool.instanceTypes.length < leastTypes) {
    problems.push(
      `${name}InstanceTypes has ${pool.instanceTypes.length} types: allowed are ${leastTypes} or more, because with few Spot pools a notice finds no replacement; use InstanceSelector.within(…).instanceTypes`,
    );
  }
  const architectures = new Set(pool.instanceTypes.map((type) => catalog.find(type)?.arm));
  if (architectures.size > 1)
    problems.push(
      `${name}InstanceTypes mixes x86_64 and arm64: allowed is one architecture, because the image of a job usually has one; split it`,
    );
  if (!Number.isInteger(pool.cpuLimit) || pool.cpuLimit < 2) {
    problems.push(`${name}CpuLimit is ${pool.cpuLimit}: allowed is a whole number of 2 or more vCPU, because no node fits below; use 32`);
  }
  return problems;
}
