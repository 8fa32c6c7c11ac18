import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';
import { Placements } from '../placement';

/** An EKS add-on that a capacity needs. */
export interface AddOnNeed {
  /** EKS name of the add-on, for example `vpc-cni`. */
  readonly name: string;
  /**
   * Whether its pods need a node to become healthy, so that it must wait for the nodes.
   *
   * @default false
   */
  readonly needsNodes?: boolean;
  /**
   * Configuration of the add-on, in the shape that its schema asks for.
   *
   * @default - the add-on's own
   */
  readonly configuration?: Record<string, unknown>;
}

/** Who brings nodes to the cluster. Source: EKS `CreateCluster`, compute configuration; the CDK's `ClusterProps` of the same names. */
export interface ClusterCompute {
  /** Node groups and controllers that the capacity defines, or EKS Auto Mode. */
  readonly defaultCapacityType: eks.DefaultCapacityType;
  /**
   * Nodes that the CDK adds by itself.
   *
   * @default - two where node groups bring the nodes, so those say 0
   */
  readonly defaultCapacity?: number;
  /**
   * Settings of EKS Auto Mode.
   *
   * @default - no Auto Mode
   */
  readonly compute?: eks.ComputeConfig;
}

/** The capacity defines every node itself. */
export const OWN_NODES: ClusterCompute = { defaultCapacityType: eks.DefaultCapacityType.NODEGROUP, defaultCapacity: 0 };

/** What a capacity asks of the cluster: a value, read before the cluster exists. */
export interface ClusterNeeds {
  /**
   * Who brings nodes.
   *
   * @default OWN_NODES
   */
  readonly compute?: ClusterCompute;
  /**
   * What a cluster that is already there must have, in words: for example `EKS Auto Mode`.
   *
   * @default - any cluster will do
   */
  readonly clusterKind?: string;
  /** Add-ons that the machines or Flink's pods need. */
  readonly addOns: AddOnNeed[];
}

/** Makes IAM roles for controllers in the cluster. */
export interface IServiceAccountRoles {
  /**
   * Defines a role that only this service account can assume.
   *
   * @param scope where its resources go
   * @param namespace of the service account
   * @param name of the service account
   */
  roleFor(scope: Construct, namespace: string, name: string): iam.Role;
}

/** Options of `ICapacity.bind`. */
export interface CapacityBindOptions {
  /** The cluster that the machines join. */
  readonly cluster: eks.ICluster;
  /** Version of Kubernetes, for example `1.36`. */
  readonly kubernetesVersion: string;
  /** Makes roles that only a given service account of the cluster can assume. */
  readonly roles: IServiceAccountRoles;
  /** Subnets of the machines: private, one an availability zone. */
  readonly subnets: ec2.ISubnet[];
}

/** Machines for Flink, as `bind` returns them. */
export interface CapacityConfig extends Placements {
  /** What pods must wait for. */
  readonly ready: IDependable;
  /**
   * What the cluster's own pods, DNS and metrics, must wait for: the nodes that they run on.
   *
   * @default - `ready`
   */
  readonly systemReady?: IDependable;
}

/** Which machines Flink runs on. */
export interface ICapacity {
  /** What the cluster must bring. */
  readonly clusterNeeds: ClusterNeeds;
  /**
   * Defines the machines.
   *
   * @param scope where their resources go
   * @param options the cluster and its network
   */
  bind(scope: Construct, options: CapacityBindOptions): CapacityConfig;
}
