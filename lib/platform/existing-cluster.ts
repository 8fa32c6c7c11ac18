import { Token } from 'aws-cdk-lib';
import type { ICluster as ILegacyCluster } from 'aws-cdk-lib/aws-eks';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EksKubectl, IKubectl, LegacyKubectl } from '../manifest';

/** What is known of a cluster by its attributes alone. */
export interface ExistingClusterAttributes {
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /** IAM OIDC provider of the cluster; the account has one for each issuer. */
  readonly openIdConnectProvider: iam.IOpenIdConnectProvider;
  /**
   * Handler that runs kubectl, for example from `KubectlProvider.fromKubectlProviderAttributes`. One of this and `kubectlRole` is needed.
   *
   * @default - a handler is defined, which acts as `kubectlRole`
   */
  readonly kubectlProvider?: eks.IKubectlProvider;
  /**
   * Role for a handler that is defined here: Lambda can assume it, and the cluster has an access entry for it with the policy
   * `AmazonEKSClusterAdminPolicy`.
   *
   * @default - `kubectlProvider` is used
   */
  readonly kubectlRole?: iam.IRole;
  /**
   * Layer with kubectl for that handler, at most one minor version away from the cluster's Kubernetes.
   *
   * @default - `@aws-cdk/lambda-layer-kubectl-v36`
   */
  readonly kubectlLayer?: lambda.ILayerVersion;
  /**
   * Network of the cluster, needed when machines are added to it, and with `clusterSecurityGroup`.
   *
   * @default - not known
   */
  readonly vpc?: ec2.IVpc;
  /**
   * Security group that EKS made for the cluster. With it the handler runs inside `vpc`, as a private endpoint needs.
   *
   * @default - the handler reaches the cluster over its public endpoint
   */
  readonly clusterSecurityGroup?: ec2.ISecurityGroup;
}

/** A cluster that is already there, as values. */
export interface ExistingClusterConfig {
  /** Name of the EKS cluster. */
  readonly clusterName: string;
  /**
   * The cluster for resources of `aws-eks-v2`, such as Helm charts and node groups.
   *
   * @default - it is a cluster of `aws-eks`, whose handler takes none
   */
  readonly cluster?: eks.ICluster;
  /**
   * Network of the cluster.
   *
   * @default - not known
   */
  readonly vpc?: ec2.IVpc;
  /**
   * Its IAM OIDC provider.
   *
   * @default - not known
   */
  readonly oidcProvider?: iam.IOpenIdConnectProvider;
  /** The way to the cluster. */
  readonly kubectl: IKubectl;
  /** What is missing, one sentence each. */
  readonly problems: string[];
}

/**
 * An EKS cluster that this library did not define.
 *
 * @example
 * cluster: ExistingCluster.of(cluster)
 */
export abstract class ExistingCluster {
  /**
   * A cluster of `aws-cdk-lib/aws-eks-v2`, of this stack, of another, or imported.
   *
   * @param cluster with a handler for kubectl (`kubectlProviderOptions`, or `kubectlProvider` when it is imported)
   */
  public static of(cluster: eks.ICluster): ExistingCluster {
    return new CurrentCluster(cluster);
  }

  /**
   * A cluster of `aws-cdk-lib/aws-eks`, the older module, of this stack, of another, or imported.
   *
   * @param cluster when it is imported: with `kubectlRoleArn` or `kubectlProvider`
   */
  public static ofLegacy(cluster: ILegacyCluster): ExistingCluster {
    return new OlderCluster(cluster);
  }

  /**
   * A cluster of which the app knows no construct.
   *
   * @param attributes of the cluster
   */
  public static fromAttributes(attributes: ExistingClusterAttributes): ExistingCluster {
    return new ClusterByAttributes(attributes);
  }

  /**
   * What is known of the cluster.
   *
   * @param scope where resources that are missing go
   */
  public abstract bind(scope: Construct): ExistingClusterConfig;
}

class CurrentCluster extends ExistingCluster {
  constructor(private readonly cluster: eks.ICluster) {
    super();
  }

  public bind(): ExistingClusterConfig {
    const { cluster } = this;
    const oidcProvider = known(() => cluster.openIdConnectProvider);
    const problems = oidcProblems(oidcProvider);
    if (!cluster.kubectlProvider) {
      problems.push(
        `cluster '${nameOf(cluster)}' has no handler for kubectl: allowed is a cluster with one, because objects are applied through it; give it 'kubectlProviderOptions', or 'kubectlProvider' where it is imported`,
      );
    }
    const vpc = known(() => cluster.vpc);
    return { clusterName: cluster.clusterName, cluster, vpc, oidcProvider, kubectl: new EksKubectl(cluster), problems };
  }
}

class OlderCluster extends ExistingCluster {
  constructor(private readonly cluster: ILegacyCluster) {
    super();
  }

  public bind(): ExistingClusterConfig {
    const { cluster } = this;
    const oidcProvider = known(() => cluster.openIdConnectProvider);
    const problems = oidcProblems(oidcProvider);
    if (!cluster.kubectlRole && !cluster.kubectlProvider) {
      problems.push(
        `cluster '${nameOf(cluster)}' was imported without a role for kubectl: allowed is a cluster with one, because objects are applied as it; give 'kubectlRoleArn' or 'kubectlProvider' where it is imported`,
      );
    }
    const vpc = known(() => cluster.vpc);
    return { clusterName: cluster.clusterName, vpc, oidcProvider, kubectl: new LegacyKubectl(cluster), problems };
  }
}

class ClusterByAttributes extends ExistingCluster {
  constructor(private readonly attributes: ExistingClusterAttributes) {
    super();
  }

  public bind(scope: Construct): ExistingClusterConfig {
    const { clusterName, openIdConnectProvider, kubectlProvider, kubectlRole, vpc } = this.attributes;
    const problems = this.problems();
    const shared = { clusterName, openIdConnectProvider, vpc };
    const bare = eks.Cluster.fromClusterAttributes(scope, 'Cluster', { ...shared, kubectlProvider });
    const cluster = kubectlRole && problems.length === 0 ? this.withHandler(scope, bare, kubectlRole) : bare;
    return { clusterName, cluster, vpc, oidcProvider: openIdConnectProvider, kubectl: new EksKubectl(cluster), problems };
  }

  private problems(): string[] {
    const { kubectlProvider, kubectlRole, vpc, clusterSecurityGroup } = this.attributes;
    const problems: string[] = [];
    if ((kubectlProvider === undefined) === (kubectlRole === undefined)) {
      problems.push(
        kubectlRole
          ? "kubectlProvider and kubectlRole are both given: allowed is one of them, because objects are applied by one handler; remove 'kubectlRole'"
          : "kubectlProvider and kubectlRole are not given: allowed is one of them, because objects are applied by a handler as a role with access; give 'kubectlRole', a role with an access entry",
      );
    }
    if (clusterSecurityGroup && !vpc) {
      problems.push(
        "clusterSecurityGroup is given without vpc: allowed are both, because the handler that has the group runs in the network; give 'vpc'",
      );
    }
    return problems;
  }

  private withHandler(scope: Construct, cluster: eks.ICluster, role: iam.IRole): eks.ICluster {
    const { clusterName, openIdConnectProvider, kubectlLayer, vpc, clusterSecurityGroup } = this.attributes;
    const kubectlProvider = new eks.KubectlProvider(scope, 'KubectlProvider', {
      cluster,
      role,
      kubectlLayer: kubectlLayer ?? defaultKubectlLayer(scope),
      privateSubnets: clusterSecurityGroup && vpc?.privateSubnets,
      securityGroups: clusterSecurityGroup && [clusterSecurityGroup],
    });
    removeUnusedCondition(role);
    return eks.Cluster.fromClusterAttributes(scope, 'ClusterWithHandler', { clusterName, openIdConnectProvider, vpc, kubectlProvider });
  }
}

/** The CDK writes a condition beside the handler's role for a policy that it cannot add to an imported one; strict validation refuses it then. */
function removeUnusedCondition(role: iam.IRole): void {
  const imported = role.node.defaultChild === undefined;
  if (imported) role.node.scope?.node.tryRemoveChild('HasEcrPublic');
}

/** A property that an imported construct refuses to give when it was not told. */
function known<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function oidcProblems(provider: iam.IOpenIdConnectProvider | undefined): string[] {
  if (provider !== undefined) return [];
  return [
    "the cluster was imported without 'openIdConnectProvider': allowed is a cluster with one, because pods become IAM principals through it and an account has one for each issuer; give it where the cluster is imported, for example OpenIdConnectProvider.fromOpenIdConnectProviderArn()",
  ];
}

function nameOf({ clusterName }: { readonly clusterName: string }): string {
  return Token.isUnresolved(clusterName) ? '(named at deployment)' : clusterName;
}

/** kubectl and Helm for the default Kubernetes. Loaded only when it is needed: 37 MB that apps with a layer of their own never read. */
export function defaultKubectlLayer(scope: Construct): lambda.ILayerVersion {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { KubectlV36Layer } = require('@aws-cdk/lambda-layer-kubectl-v36') as typeof import('@aws-cdk/lambda-layer-kubectl-v36');
  return new KubectlV36Layer(scope, 'KubectlLayer');
}
