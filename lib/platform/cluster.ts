import { CfnResource, Lazy, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, IConstruct } from 'constructs';
import { FlinkEndpoint } from './flink-endpoint';

/** What `defineCluster` needs, all defaults in place. */
export interface ClusterDefinition {
  readonly vpc: ec2.IVpc;
  readonly endpoint: FlinkEndpoint;
  readonly version: eks.KubernetesVersion;
  readonly kubectlLayer: lambda.ILayerVersion;
  /** Key for secrets, or one is defined. */
  readonly secretsKey?: kms.IKey;
  /** Who brings nodes. */
  readonly compute: Pick<eks.ClusterProps, 'defaultCapacityType' | 'defaultCapacity' | 'compute'>;
}

/** The EKS cluster of a platform: no nodes, private endpoint unless said otherwise, encrypted secrets, all five logs. */
export function defineCluster(
  scope: Construct,
  { vpc, endpoint, version, kubectlLayer, compute, secretsKey }: ClusterDefinition,
): eks.Cluster {
  const cluster = new eks.Cluster(scope, 'Cluster', {
    version,
    vpc,
    vpcSubnets: [{ subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }],
    endpointAccess: endpoint.access,
    ...compute,
    bootstrapClusterCreatorAdminPermissions: false,
    clusterLogging: [
      eks.ClusterLoggingTypes.API,
      eks.ClusterLoggingTypes.AUDIT,
      eks.ClusterLoggingTypes.AUTHENTICATOR,
      eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
      eks.ClusterLoggingTypes.SCHEDULER,
    ],
    secretsEncryptionKey:
      secretsKey ?? new kms.Key(scope, 'SecretsKey', { description: 'Secrets of the Flink platform', enableKeyRotation: true }),
    kubectlProviderOptions: { kubectlLayer },
  });
  // Or an app that is validated strictly could not use this library.
  Validations.of(cluster).acknowledge({
    id: 'CloudFormation-Validate::W9009',
    reason: 'EncryptionConfig.Resources is deprecated, and the CDK writes it for every cluster with a key for secrets',
  });
  startBeforeNetwork(cluster, vpc);
  return cluster;
}

/**
 * The CDK lets the cluster wait for the whole network, NAT gateway included: two and a half minutes for nothing. Nodes wait
 * for it by themselves; of the cluster's own parts only the kubectl handler needs the way out (docs/decisions/0003).
 */
function startBeforeNetwork(cluster: eks.Cluster, vpc: ec2.IVpc): void {
  const resource = cluster.node.defaultChild as CfnResource;
  resource.addOverride('DependsOn', Lazy.any({ produce: () => dependenciesOutside(vpc, resource) }));
  const handler = cluster.kubectlProvider as unknown as IConstruct;
  handler.node.addDependency(...vpc.privateSubnets.map((subnet) => subnet.internetConnectivityEstablished));
}

/** Logical ids of what a resource waits for besides a network, such as what users say with `cluster.node.addDependency`; undefined when nothing is left. */
function dependenciesOutside(vpc: ec2.IVpc, resource: CfnResource): string[] | undefined {
  const left = resource
    .obtainDependencies()
    .filter((one): one is CfnResource => one instanceof CfnResource && !one.node.scopes.includes(vpc));
  const ids = left.filter(({ stack }) => stack === resource.stack).map((one) => resource.stack.getLogicalId(one));
  return ids.length > 0 ? ids.sort() : undefined;
}

/** With it the CDK makes the provider of a cluster without a Lambda function. Read from the context of constructs above the cluster. */
export const NATIVE_OIDC_PROVIDER = '@aws-cdk/aws-eks:useNativeOidcProvider';

/**
 * The IAM OIDC provider that turns the cluster's service account tokens into role sessions: the cluster's own, because an account has one for
 * each issuer, and service accounts that users add to the cluster need it too.
 */
export function oidcProviderOf(cluster: eks.Cluster): iam.IOpenIdConnectProvider {
  return cluster.openIdConnectProvider;
}

/** Access of people to the cluster. */
export interface ClusterAccess {
  /** Roles that may do everything. */
  readonly admins: iam.IRole[];
  /** Roles that may read everything but secrets. */
  readonly viewers: iam.IRole[];
}

/** Defines an access entry for each role. Source: EKS user guide, access policy permissions. */
export function defineAccess(scope: Construct, cluster: eks.Cluster, { admins, viewers }: ClusterAccess): void {
  const entry = (id: string, role: iam.IRole, policy: string): void => {
    const accessPolicies = [eks.AccessPolicy.fromAccessPolicyName(policy, { accessScopeType: eks.AccessScopeType.CLUSTER })];
    new eks.AccessEntry(scope, id, { cluster, principal: role.roleArn, accessPolicies });
  };
  admins.forEach((role, index) => entry(`Admin${index}`, role, 'AmazonEKSClusterAdminPolicy'));
  viewers.forEach((role, index) => entry(`Viewer${index}`, role, 'AmazonEKSViewPolicy'));
}
