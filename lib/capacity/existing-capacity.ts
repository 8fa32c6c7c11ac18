import { Annotations, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { NodeOperator, NodeShape, Placement, Toleration } from '../placement';
import { CapacityConfig, ClusterNeeds, ICapacity } from './capacity';
import { InstanceCatalog } from './instance-catalog';
import { shapeOfInstances } from './instance-shape';

/** Nodes that a cluster already has. */
export interface ExistingNodes {
  /** Labels that every one of these nodes carries, for example `{ 'eks.amazonaws.com/capacityType': 'SPOT' }`. */
  readonly labels: Record<string, string>;
  /**
   * Taints of theirs that pods must accept.
   *
   * @default - none
   */
  readonly tolerations?: Toleration[];
  /**
   * Their instance types, to prove at synthesis that pods fit. Types of different sizes are reckoned as the smallest.
   *
   * @default - not known: `shapes` says it, or nothing is checked
   */
  readonly instanceTypes?: ec2.InstanceType[];
  /**
   * Root volume of each node, in GiB; used with `instanceTypes`.
   *
   * @default 20, which EKS gives a node group that says nothing
   */
  readonly diskGib?: number;
  /**
   * How many of them there may be at most; used with `instanceTypes`.
   *
   * @default - not limited
   */
  readonly maxNodes?: number;
  /**
   * Shapes of the nodes, where types do not say it. Not together with `instanceTypes`.
   *
   * @default - from `instanceTypes`
   */
  readonly shapes?: NodeShape[];
}

/** Options of `ExistingCapacity`. At least one side must be there. */
export interface ExistingCapacityProps {
  /**
   * On-Demand nodes.
   *
   * @default - the cluster has none
   */
  readonly onDemand?: ExistingNodes;
  /**
   * Spot nodes.
   *
   * @default - the cluster has none
   */
  readonly spot?: ExistingNodes;
  /**
   * What pods must wait for, for example node groups of the same app.
   *
   * @default - nothing
   */
  readonly ready?: IDependable;
}

/** Label key: an optional prefix and a name of 63 characters at most. Source: Kubernetes, labels and selectors, syntax. */
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Label value. Source: as above. */
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/**
 * Machines that are already there: this library defines none, and installs neither autoscaler nor interruption handling. Draining
 * Spot nodes at the notice is then the cluster's own matter; without it no checkpoint is taken before a node goes.
 */
export class ExistingCapacity implements ICapacity {
  public readonly clusterNeeds: ClusterNeeds = { addOns: [] };

  constructor(private readonly props: ExistingCapacityProps) {}

  /** @throws when labels, types or shapes cannot be; all problems in one error */
  public bind(scope: Construct): CapacityConfig {
    const { onDemand, spot, ready } = this.props;
    const problems = [...this.sideProblems(), ...nodesProblems('onDemand', onDemand), ...nodesProblems('spot', spot)];
    if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);
    warnOfUnknown(scope, 'onDemand', onDemand);
    warnOfUnknown(scope, 'spot', spot);
    warnOfFewPools(scope, spot);
    return {
      capacityName: ExistingCapacity.name,
      onDemand: onDemand && placementOf(onDemand),
      spot: spot && placementOf(spot),
      ready: ready ?? new DependencyGroup(),
    };
  }

  private sideProblems(): string[] {
    const { onDemand, spot } = this.props;
    if (!onDemand && !spot) {
      return [
        `neither onDemand nor spot is given: allowed is one or both, because pods must be told which nodes are theirs; name their labels`,
      ];
    }
    if (onDemand && spot && !Object.entries(onDemand.labels).some(([key, value]) => key in spot.labels && spot.labels[key] !== value)) {
      return [
        `onDemand and spot have no label with two values: allowed are labels that tell them apart, or a JobManager could be put on a Spot node; add for example 'eks.amazonaws.com/capacityType'`,
      ];
    }
    return [];
  }
}

function placementOf(nodes: ExistingNodes): Placement {
  return {
    required: Object.entries(nodes.labels).map(([key, value]) => ({ key, operator: NodeOperator.IN, values: [value] })),
    preferred: [],
    tolerations: nodes.tolerations ?? [],
    shapes: nodes.shapes ?? shapesFrom(nodes),
  };
}

function shapesFrom({ instanceTypes, diskGib, maxNodes }: ExistingNodes): NodeShape[] {
  const facts = (instanceTypes ?? []).flatMap((type) => InstanceCatalog.instance.find(type.toString()) ?? []);
  return facts.length === 0 ? [] : [shapeOfInstances(facts, { diskGib: diskGib ?? 20, maxCount: maxNodes })];
}

function nodesProblems(side: string, nodes: ExistingNodes | undefined): string[] {
  if (!nodes) return [];
  const problems = Object.entries(nodes.labels)
    .filter(([key, value]) => ![key, value].some((text) => Token.isUnresolved(text)) && !(LABEL_KEY.test(key) && LABEL_VALUE.test(value)))
    .map(
      ([key, value]) =>
        `${side}.labels has '${key}: ${value}': allowed are label keys and values as Kubernetes takes them, or the pods are refused; copy one from 'kubectl get nodes --show-labels'`,
    );
  if (Object.keys(nodes.labels).length === 0) {
    problems.push(
      `${side}.labels is empty: allowed is one label or more, because without one every node would do; name a label that only they carry`,
    );
  }
  if (nodes.shapes && (nodes.instanceTypes || nodes.maxNodes !== undefined || nodes.diskGib !== undefined)) {
    problems.push(
      `${side} has shapes beside instanceTypes, maxNodes or diskGib: allowed is one way, because both say what the nodes hold; remove the others`,
    );
  }
  if (nodes.maxNodes !== undefined && !Token.isUnresolved(nodes.maxNodes) && !(Number.isInteger(nodes.maxNodes) && nodes.maxNodes >= 1)) {
    problems.push(
      `${side}.maxNodes is ${nodes.maxNodes}: allowed is a whole number of 1 or more, because no pod runs without a node; leave it out if it is not known`,
    );
  }
  return [...problems, ...typeProblems(side, nodes.instanceTypes ?? [])];
}

function typeProblems(side: string, types: ec2.InstanceType[]): string[] {
  const catalog = InstanceCatalog.instance;
  const problems: string[] = [];
  for (const type of types.map((given) => given.toString()).filter((given) => !catalog.find(given))) {
    problems.push(
      `${side}.instanceTypes has '${type}', which is not among the instance types of ${catalog.date}: did you mean '${catalog.nearest(type)}'? For a type that is newer than that give 'shapes'`,
    );
  }
  if (problems.length === 0 && new Set(types.map((type) => catalog.find(type.toString())?.arm)).size > 1) {
    problems.push(
      `${side}.instanceTypes mixes x86_64 and arm64 (${types.join(', ')}): allowed is one architecture, because the image of a job usually has one; name a label that tells them apart`,
    );
  }
  return problems;
}

function warnOfUnknown(scope: Construct, side: string, nodes: ExistingNodes | undefined): void {
  if (!nodes || placementOf(nodes).shapes.length > 0) return;
  Annotations.of(scope).addWarningV2(
    `cdk-flink-on-eks:unknown-nodes-${side}`,
    `nothing is known of the size of the ${side} nodes, so nobody checks that pods fit them; give instanceTypes or shapes`,
  );
}

/** Each instance type is a Spot pool of its own in each zone. Source: EC2 user guide, best practices for Spot: be flexible about types. */
function warnOfFewPools(scope: Construct, spot: ExistingNodes | undefined): void {
  const count = new Set(spot?.instanceTypes?.map((type) => type.toString())).size;
  if (count === 0 || count >= 6) return;
  Annotations.of(scope).addWarningV2(
    'cdk-flink-on-eks:few-spot-pools',
    `spot has ${count} instance types: with fewer than 6 all may run out at once, and TaskManagers wait; widen the node group, or use PlacementProfile.spotWithFallback()`,
  );
}
