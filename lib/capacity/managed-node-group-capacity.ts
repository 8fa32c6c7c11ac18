import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup } from 'constructs';
import { NodeOperator, NodeShape, Placement, Toleration } from '../placement';
import { CapacityBindOptions, CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { InterruptionHandling } from './interruption-handling';
import { NodeAutoscaling } from './node-autoscaling';
import { NodeGroup, NodeGroupOptions } from './node-group';
import { CAPACITY_TYPE_LABEL, SPOT_TAINT } from './node-labels';

/** Options of `ManagedNodeGroupCapacity`. */
export interface ManagedNodeGroupCapacityProps {
  /**
   * On-Demand nodes: JobManagers and what the cluster itself runs.
   *
   * @default - 2 to 6 nodes of 2 vCPU and 8 GiB (m6i, m5, m5a)
   */
  readonly onDemand?: NodeGroupOptions;
  /**
   * Spot nodes: one group a shape, at least two shapes, at least six types each.
   *
   * @default - 0 to 10 nodes of 4 vCPU and 16 GiB and 0 to 5 of 8 vCPU and 32 GiB, ten types of the families m5 and m6 each
   */
  readonly spot?: NodeGroupOptions[];
  /**
   * Who changes the number of nodes.
   *
   * @default NodeAutoscaling.clusterAutoscaler()
   */
  readonly autoscaling?: NodeAutoscaling;
  /**
   * Who drains Spot nodes.
   *
   * @default InterruptionHandling.nodeTerminationHandler()
   */
  readonly interruptionHandling?: InterruptionHandling;
}

/** Managed policies that a node needs to join and to pull images. Source: EKS user guide, node IAM role. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonEKS_CNI_Policy'];

/** Ten Spot pools a zone, of families that nearly every region has; a fixed list, so that templates do not move with the catalog. */
const SPOT_FAMILIES = ['m5', 'm5a', 'm5ad', 'm5d', 'm5dn', 'm5n', 'm6a', 'm6i', 'm6id', 'm6in'];

/**
 * Machines from EKS managed node groups: one On-Demand group and several Spot groups of different shapes.
 *
 * EKS itself replaces and drains Spot nodes on the rebalance recommendation and on the interruption notice.
 */
export class ManagedNodeGroupCapacity implements ICapacity {
  public readonly clusterNeeds: ClusterNeeds = {
    addOns: [
      { name: 'vpc-cni', configuration: { enableNetworkPolicy: 'true' } },
      { name: 'kube-proxy' },
      { name: 'coredns', needsNodes: true },
      { name: 'metrics-server', needsNodes: true },
    ],
  };
  private readonly onDemand: NodeGroup;
  private readonly spot: NodeGroup[];
  private readonly autoscaling: NodeAutoscaling;
  private readonly interruptionHandling: InterruptionHandling;

  constructor(props: ManagedNodeGroupCapacityProps = {}) {
    this.autoscaling = props.autoscaling ?? NodeAutoscaling.clusterAutoscaler();
    this.interruptionHandling = props.interruptionHandling ?? InterruptionHandling.nodeTerminationHandler();
    this.onDemand = new NodeGroup(
      'onDemand',
      props.onDemand ?? { instanceTypes: typesOf(['m6i', 'm5', 'm5a'], 'large'), minSize: 2, maxSize: 6 },
      1,
    );
    // Without an autoscaler an empty group stays empty, so then one node of the first shape is there from the start.
    const minSize = this.autoscaling.scalesFromZero ? 0 : 1;
    const spot = props.spot ?? [
      { instanceTypes: typesOf(SPOT_FAMILIES, 'xlarge'), minSize, maxSize: 10 },
      { instanceTypes: typesOf(SPOT_FAMILIES, '2xlarge'), minSize: 0, maxSize: 5 },
    ];
    this.spot = spot.map((options, index) => new NodeGroup(`spot[${index}]`, options, 6));
  }

  /** @throws when a group's sizes or types cannot work; all problems in one error */
  public bind(scope: Construct, options: CapacityBindOptions): CapacityConfig {
    this.validate(scope);
    const role = defineNodeRole(scope);
    const onDemand = defineNodeGroup(scope, 'OnDemand', { ...options, role, group: this.onDemand, spot: false });
    const spot = this.spot.map((group, index) => defineNodeGroup(scope, `Spot${index}`, { ...options, role, group, spot: true }));
    this.autoscaling.bind(scope, { ...options, nodes: onDemand });
    this.interruptionHandling.bind(scope, { ...options, nodes: new DependencyGroup(...spot) });
    return {
      capacityName: ManagedNodeGroupCapacity.name,
      onDemand: placement('ON_DEMAND', [], [this.onDemand]),
      spot: placement('SPOT', [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }], this.spot),
      ready: new DependencyGroup(onDemand, ...spot),
    };
  }

  private validate(scope: Construct): void {
    const problems = [this.onDemand, ...this.spot].flatMap((group) => group.problems);
    if (this.spot.length < 2) {
      problems.push(
        `spot has ${this.spot.length} group: allowed are 2 or more of different shapes, because one shape can run out in all its Spot pools at once; add a group of the next size`,
      );
    }
    if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);
  }
}

function typesOf(families: string[], size: string): ec2.InstanceType[] {
  return families.map((family) => new ec2.InstanceType(`${family}.${size}`));
}

function placement(capacityType: string, tolerations: Toleration[], groups: NodeGroup[]): Placement {
  return {
    required: [{ key: CAPACITY_TYPE_LABEL, operator: NodeOperator.IN, values: [capacityType] }],
    preferred: [],
    tolerations,
    shapes: groups.map((group) => group.shape).filter((shape): shape is NodeShape => shape !== undefined),
  };
}

function defineNodeRole(scope: Construct): iam.Role {
  return new iam.Role(scope, 'NodeRole', {
    description: 'Nodes of the Flink platform: no access to data',
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: NODE_POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
  });
}

interface NodeGroupDefinition extends CapacityBindOptions {
  readonly role: iam.IRole;
  readonly group: NodeGroup;
  readonly spot: boolean;
}

function defineNodeGroup(scope: Construct, id: string, { cluster, subnets, role, group, spot }: NodeGroupDefinition): eks.CfnNodegroup {
  const template = defineLaunchTemplate(scope, `${id}LaunchTemplate`, group.diskGib);
  // The L1: the L2 asks for one type's architecture 44 times a type, which hangs Node 20 with aws-cdk-lib 2.260 to 2.268.
  const nodeGroup = new eks.CfnNodegroup(scope, id, {
    clusterName: cluster.clusterName,
    nodeRole: role.roleArn,
    subnets: subnets.map((subnet) => subnet.subnetId),
    capacityType: spot ? 'SPOT' : 'ON_DEMAND',
    amiType: group.arm ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
    instanceTypes: group.instanceTypes,
    scalingConfig: { minSize: group.minSize, desiredSize: group.desiredSize, maxSize: group.maxSize },
    launchTemplate: { id: template.launchTemplateId!, version: template.latestVersionNumber },
    labels: spot ? { [SPOT_TAINT]: 'true' } : undefined,
    taints: spot ? [{ key: SPOT_TAINT, value: 'true', effect: 'NO_SCHEDULE' }] : undefined,
    // A pod that a budget protects is never thrown off by an update of the nodes.
    forceUpdateEnabled: false,
    updateConfig: { maxUnavailable: 1 },
    // An empty group has no node to look at: the Cluster Autoscaler learns labels and taints from EKS, the disk from this tag.
    tags: { 'k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage': `${group.allocatableDiskGib}Gi` },
  });
  nodeGroup.overrideLogicalId(shortLogicalId(scope, id));
  // Nodes need a way out to join; the cluster itself does not wait for it (docs/decisions/0003).
  nodeGroup.node.addDependency(...subnets.map((subnet) => subnet.internetConnectivityEstablished));
  return nodeGroup;
}

function defineLaunchTemplate(scope: Construct, id: string, diskGib: number): ec2.LaunchTemplate {
  return new ec2.LaunchTemplate(scope, id, {
    // One hop: pods without host network cannot reach the metadata service and so never act as the node.
    httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(diskGib, { volumeType: ec2.EbsDeviceVolumeType.GP3, encrypted: true, deleteOnTermination: true }),
      },
    ],
  });
}

/**
 * EKS names Auto Scaling groups after the node group, and CloudFormation names that after the logical id, cut at some length: a short
 * id keeps `Spot` and `OnDemand` in the name, which the autoscaler's priorities look for.
 */
function shortLogicalId(scope: Construct, id: string): string {
  return `${id}${scope.node.addr.slice(-8).toUpperCase()}`;
}
