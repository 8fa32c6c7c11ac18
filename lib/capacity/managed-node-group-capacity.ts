import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, DependencyGroup } from 'constructs';
import { NodeOperator, NodeShape, Placement, Toleration } from '../placement';
import { CapacityBindOptions, CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { InterruptionHandling } from './interruption-handling';
import { NodeAutoscaling } from './node-autoscaling';
import { NodeGroup, NodeGroupOptions } from './node-group';
import { defineNodeGroup, defineNodeRole } from './node-group-resource';
import { NodeGroupSpread } from './node-group-spread';
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
   * How the Spot groups lie in the zones.
   *
   * @default NodeGroupSpread.acrossZones()
   */
  readonly spotSpread?: NodeGroupSpread;
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
  private readonly spotSpread: NodeGroupSpread;
  private readonly autoscaling: NodeAutoscaling;
  private readonly interruptionHandling: InterruptionHandling;

  constructor(props: ManagedNodeGroupCapacityProps = {}) {
    this.spotSpread = props.spotSpread ?? NodeGroupSpread.acrossZones();
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
    const parts = this.spotSpread.partsOf(options.subnets);
    const spot = this.spot.flatMap((group, index) =>
      parts.map(({ suffix, subnets }) => defineNodeGroup(scope, `Spot${index}${suffix}`, { ...options, subnets, role, group, spot: true })),
    );
    this.autoscaling.bind(scope, { ...options, nodes: onDemand });
    this.interruptionHandling.bind(scope, { ...options, nodes: new DependencyGroup(...spot) });
    return {
      capacityName: ManagedNodeGroupCapacity.name,
      onDemand: placement('ON_DEMAND', [], [this.onDemand]),
      spot: placement('SPOT', [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }], this.spot, parts.length),
      ready: new DependencyGroup(onDemand, ...spot),
      systemReady: onDemand,
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

/** @param times how many groups of each shape there are */
function placement(capacityType: string, tolerations: Toleration[], groups: NodeGroup[], times = 1): Placement {
  return {
    required: [{ key: CAPACITY_TYPE_LABEL, operator: NodeOperator.IN, values: [capacityType] }],
    preferred: [],
    tolerations,
    shapes: groups
      .map((group) => group.shape)
      .filter((shape): shape is NodeShape => shape !== undefined)
      .map((shape) => ({ ...shape, maxCount: shape.maxCount && shape.maxCount * times })),
  };
}
