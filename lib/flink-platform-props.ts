import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct, IDependable } from 'constructs';
import { CapacityConfig, ICapacity } from './capacity';
import { ClusterIdentity } from './identity';
import { ManifestPart, ObjectValueOptions } from './manifest';
import * as cluster from './platform';
import { StateBucket } from './state';

/** What an application sees of a platform. */
export interface IFlinkPlatform extends IConstruct {
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** Command that lets `kubectl` talk to the cluster, with a role that has access. */
  readonly kubeconfigCommand: string;
  /** The machines. */
  readonly capacity: CapacityConfig;
  /** How service accounts become IAM principals. */
  readonly clusterIdentity: ClusterIdentity;
  /** Where state is kept unless an application brings its own bucket. */
  readonly stateBucket: StateBucket;
  /** What pods must wait for: nodes, DNS and metrics. */
  readonly ready: IDependable;
  /**
   * Applies one part's objects to the cluster, as one resource in the caller's own scope.
   *
   * @param scope where the resource goes
   * @param part the objects
   */
  applyManifest(scope: Construct, id: string, part: ManifestPart): IDependable;
  /**
   * Lets the deployment wait until an object has a value, and fail if it never does.
   *
   * @param scope where the resource goes
   */
  awaitValue(scope: Construct, id: string, options: AwaitedValue): IConstruct;
  /**
   * Takes an application's name; two applications of one name would share state and objects.
   *
   * @param name name of the application
   * @param application the construct that takes it
   * @throws when another construct has it
   */
  claimName(name: string, application: IConstruct): void;
  /**
   * Notes that an application uses a namespace.
   *
   * @param namespace name of the namespace
   * @param application the construct that uses it
   * @returns path of another application that uses it too, if there is one
   */
  shareNamespace(namespace: string, application: IConstruct): string | undefined;
}

/** A value of a Kubernetes object that a deployment waits for. */
export interface AwaitedValue extends ObjectValueOptions {
  /** Logical id of the resource that waits; it must not come from a construct path. */
  readonly logicalId: string;
}

/** Options of `FlinkPlatform`. */
export interface FlinkPlatformProps {
  /**
   * Which machines Flink runs on.
   *
   * @default new ManagedNodeGroupCapacity()
   */
  readonly capacity?: ICapacity;
  /**
   * Network of the platform, with private subnets in two zones or more.
   *
   * @default - a network of its own
   */
  readonly vpc?: ec2.IVpc;
  /**
   * Availability zones of the platform's own network: 2 or 3. Not together with `vpc`.
   *
   * @default 3
   */
  readonly zones?: number;
  /**
   * Who can reach the Kubernetes API server.
   *
   * @default FlinkEndpoint.privateOnly()
   */
  readonly endpoint?: cluster.FlinkEndpoint;
  /**
   * Roles that may do everything on the cluster.
   *
   * @default - none: nobody can run kubectl
   */
  readonly admins?: iam.IRole[];
  /**
   * Roles that may read the cluster, secrets excepted.
   *
   * @default - none
   */
  readonly viewers?: iam.IRole[];
  /**
   * Version of Kubernetes. Another version than the default also needs `kubectlLayer` when it is more than one minor away.
   *
   * @default - 1.36
   */
  readonly kubernetesVersion?: eks.KubernetesVersion;
  /**
   * Lambda layer with kubectl and Helm.
   *
   * @default - `@aws-cdk/lambda-layer-kubectl-v36`
   */
  readonly kubectlLayer?: lambda.ILayerVersion;
  /**
   * Key that encrypts the cluster's Kubernetes secrets. Source: EKS `EncryptionConfig`.
   *
   * @default - a key of its own, rotated every year
   */
  readonly secretsKey?: kms.IKey;
  /**
   * Versions of EKS add-ons by name, for example `{ coredns: 'v1.14.3-eksbuild.3' }`.
   *
   * @default - a table for Kubernetes 1.36; what it does not name, and all add-ons of other versions, EKS decides
   */
  readonly addOnVersions?: Record<string, string>;
  /**
   * Where applications keep their state.
   *
   * @default - a bucket of its own, kept when the stack is deleted
   */
  readonly stateBucket?: StateBucket;
  /**
   * Tags of everything that the platform defines, machines and volumes included.
   *
   * @default - none
   */
  readonly tags?: Record<string, string>;
}
