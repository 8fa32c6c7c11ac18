import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';

/** How a cluster lets service accounts become IAM principals. */
export interface ClusterIdentity {
  /** ARN of the IAM OIDC provider of the cluster. */
  readonly oidcProviderArn: string;
  /** Issuer of the cluster's tokens, without `https://`. */
  readonly oidcIssuer: string;
}

/** Options of `IFlinkIdentity.bind`. */
export interface IdentityBindOptions {
  /** Name of the application, for descriptions. */
  readonly applicationName: string;
  /** Logical id of the role: it stands in the service account's annotation, so it must not change with a construct path. */
  readonly roleLogicalId: string;
  /** Logical id of the role's policy, for the same reason. */
  readonly policyLogicalId: string;
  /** Namespace of the pods. */
  readonly namespace: string;
  /** Name of the pods' service account. */
  readonly serviceAccountName: string;
  /** Identity of the cluster. */
  readonly clusterIdentity: ClusterIdentity;
}

/** Who the pods are in AWS: values, from which the runtime draws the service account. */
export interface IdentityConfig {
  /** Grants go to this principal. */
  readonly grantPrincipal: iam.IPrincipal;
  /** What must exist before pods start, or their first calls are refused. */
  readonly prerequisites: IDependable[];
  /** Annotations of the service account. */
  readonly serviceAccountAnnotations: Record<string, string>;
  /** Flink options that make the S3 file systems take this identity and no other. */
  readonly properties: Record<string, string>;
}

/** A way for pods to become an IAM principal. */
export interface IFlinkIdentity {
  /**
   * Defines the principal of one application.
   *
   * @param scope where its resources go
   * @param options who and where the pods are
   */
  bind(scope: Construct, options: IdentityBindOptions): IdentityConfig;
}
