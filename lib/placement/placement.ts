import { NodeShape } from './node-shape';

/** Operators of a node selector requirement. Source: Kubernetes `NodeSelectorRequirement.operator`. */
export enum NodeOperator {
  /** The label's value is one of the values. */
  IN = 'In',
  /** The label's value is none of the values, or the label is missing. */
  NOT_IN = 'NotIn',
  /** The label is there; no values. */
  EXISTS = 'Exists',
  /** The label is not there; no values. */
  DOES_NOT_EXIST = 'DoesNotExist',
}

/** One condition on a node's labels. Source: Kubernetes `NodeSelectorRequirement`. */
export interface NodeRequirement {
  /** Label key, for example `eks.amazonaws.com/capacityType`. */
  readonly key: string;
  /** How the label's value is compared. */
  readonly operator: NodeOperator;
  /**
   * Values to compare with.
   *
   * @default - none, as `EXISTS` and `DOES_NOT_EXIST` want it
   */
  readonly values?: string[];
}

/** A condition that the scheduler would rather meet. Source: Kubernetes `PreferredSchedulingTerm`. */
export interface WeightedRequirement {
  /** Weight, 1 to 100. */
  readonly weight: number;
  /** The condition. */
  readonly requirement: NodeRequirement;
}

/** A taint that a pod accepts. Source: Kubernetes `Toleration`. */
export interface Toleration {
  /** Taint key, for example `cdk-flink-on-eks/spot`. */
  readonly key: string;
  /**
   * Value the taint must have.
   *
   * @default - any value (`operator: Exists`)
   */
  readonly value?: string;
  /**
   * Effect, in Kubernetes' spelling: `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
   *
   * @default - every effect
   */
  readonly effect?: string;
  /**
   * How long a pod stays on a node after a `NoExecute` taint appears, in seconds.
   *
   * @default - forever
   */
  readonly tolerationSeconds?: number;
}

/** Where pods of one role may run: the only thing the pod side knows of the machine side. */
export interface Placement {
  /** Conditions that a node must meet; all of them. */
  readonly required: NodeRequirement[];
  /** Conditions that the scheduler would rather meet. */
  readonly preferred: WeightedRequirement[];
  /** Taints that the pods accept. */
  readonly tolerations: Toleration[];
  /** Shapes of the nodes that meet the conditions, to prove at synth that a pod fits. Empty: not known, nothing is checked. */
  readonly shapes: NodeShape[];
}

/** The sides of a capacity that a profile chooses from. */
export interface Placements {
  /** What the capacity is called in messages, for example `ManagedNodeGroupCapacity`. */
  readonly capacityName: string;
  /**
   * On-Demand Instances.
   *
   * @default - the capacity has none
   */
  readonly onDemand?: Placement;
  /**
   * Spot Instances.
   *
   * @default - the capacity has none
   */
  readonly spot?: Placement;
}
