import { Annotations, CfnOutput, Fn, Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Role } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { CapacityConfig, ClusterNeeds, ICapacity, ManagedNodeGroupCapacity, OWN_NODES } from './capacity';
import { ExistingClusterProps, ExistingFlinkPlatform } from './existing-flink-platform';
import { FlinkPlatformBase } from './flink-platform-base';
import { FlinkPlatformProps, IFlinkPlatform } from './flink-platform-props';
import { ClusterIdentity, defineIrsaRole } from './identity';
import { EksKubectl, IKubectl } from './manifest';
import * as cluster from './platform';
import { StateBucket } from './state';

/**
 * One EKS cluster made ready for Flink: network, machines, add-ons, access, and a bucket for state.
 *
 * @example
 * const platform = new FlinkPlatform(stack, 'Platform');
 */
export class FlinkPlatform extends FlinkPlatformBase {
  /**
   * A cluster that is already there, made usable for applications. Nothing of the cluster itself is changed.
   *
   * @param scope where the bucket for state and the machines go
   * @param props which cluster, and which machines
   * @throws when something that is needed cannot be known; all problems in one error
   */
  public static fromExistingCluster(scope: Construct, id: string, props: ExistingClusterProps): IFlinkPlatform {
    return new ExistingFlinkPlatform(scope, id, props);
  }

  public readonly clusterName: string;
  public readonly kubeconfigCommand: string;
  public readonly capacity: CapacityConfig;
  public readonly clusterIdentity: ClusterIdentity;
  public readonly stateBucket: StateBucket;
  public readonly ready: IDependable;
  /** Network of the platform. */
  public readonly vpc: ec2.IVpc;
  /** Version of Kubernetes, for example `1.36`. */
  public readonly kubernetesVersion: string;
  /** The EKS cluster, to reach what this library does not model. */
  public readonly cluster: eks.Cluster;
  protected readonly kubectl: IKubectl;

  /** @throws when the options cannot work together; all problems in one error */
  constructor(scope: Construct, id: string, props: FlinkPlatformProps = {}) {
    super(scope, id);
    this.node.setContext(cluster.NATIVE_OIDC_PROVIDER, true);
    const capacity = props.capacity ?? new ManagedNodeGroupCapacity();
    const { endpoint, version } = this.validated(props, capacity);

    this.kubernetesVersion = version.version;
    this.vpc = props.vpc ?? cluster.defineNetwork(this, props.zones ?? 3);
    const kubectlLayer = props.kubectlLayer ?? cluster.defaultKubectlLayer(this);
    this.cluster = cluster.defineCluster(this, {
      vpc: this.vpc,
      endpoint,
      version,
      kubectlLayer,
      secretsKey: props.secretsKey,
      compute: capacity.clusterNeeds.compute ?? OWN_NODES,
    });
    this.kubectl = new EksKubectl(this.cluster);
    cluster.defineAccess(this, this.cluster, { admins: props.admins ?? [], viewers: props.viewers ?? [] });
    this.clusterIdentity = this.defineIdentity();
    this.capacity = capacity.bind(new Construct(this, 'Capacity'), {
      cluster: this.cluster,
      kubernetesVersion: version.version,
      subnets: this.vpc.privateSubnets,
      roles: { roleFor: (owner, namespace, name) => this.roleFor(owner, namespace, name) },
    });
    this.ready = this.defineAddOns(capacity.clusterNeeds, addOnVersions(props, version));
    this.stateBucket = props.stateBucket ?? new StateBucket(this, 'State');

    this.clusterName = this.cluster.clusterName;
    this.kubeconfigCommand = this.kubeconfig(props);
    Object.entries(props.tags ?? {}).forEach(([key, value]) => Tags.of(this).add(key, value));
  }

  private validated(props: FlinkPlatformProps, capacity: ICapacity): { endpoint: cluster.FlinkEndpoint; version: eks.KubernetesVersion } {
    const endpoint = props.endpoint ?? cluster.FlinkEndpoint.privateOnly();
    const version = props.kubernetesVersion ?? eks.KubernetesVersion.of(cluster.KUBERNETES_VERSION);
    const problems = [
      ...endpoint.problems,
      ...versionProblems(version.version, props.kubectlLayer),
      ...zoneProblems(props),
      ...addOnProblems(props, capacity),
    ];
    if (problems.length > 0) throw new Error(`${this.node.path}: ${problems.join('\n')}`);
    for (const warning of endpoint.warnings) Annotations.of(this).addWarningV2('cdk-flink-on-eks:open-endpoint', warning);
    return { endpoint, version };
  }

  private defineAddOns(needs: ClusterNeeds, versions: Record<string, string>): IDependable {
    const addOns = needs.addOns.map(({ name, needsNodes, configuration }) => ({
      name,
      configuration,
      version: versions[name],
      after: needsNodes ? (this.capacity.systemReady ?? this.capacity.ready) : undefined,
    }));
    const group = new DependencyGroup();
    group.add(this.capacity.ready);
    group.add(cluster.defineAddOns(this, this.cluster, addOns));
    return group;
  }

  private defineIdentity(): ClusterIdentity {
    const provider = cluster.oidcProviderOf(this.cluster);
    const issuer = Fn.select(1, Fn.split('//', this.cluster.clusterOpenIdConnectIssuerUrl));
    return { oidcProviderArn: provider.openIdConnectProviderArn, oidcIssuer: issuer };
  }

  private roleFor(owner: Construct, namespace: string, name: string): Role {
    return defineIrsaRole(owner, 'Role', this.clusterIdentity, { namespace, name, description: `Service account ${name} of ${namespace}` });
  }

  private kubeconfig({ admins, viewers }: FlinkPlatformProps): string {
    const role = [...(admins ?? []), ...(viewers ?? [])][0];
    const command = `aws eks update-kubeconfig --name ${this.cluster.clusterName} --region ${Stack.of(this).region}`;
    const description = role
      ? 'Lets kubectl talk to the cluster'
      : "Nobody has access yet: give FlinkPlatform 'admins' (the sample: -c adminRoleArn=ARN) and deploy; ROLE is the ARN of one of them";
    const value = `${command} --role-arn ${role?.roleArn ?? 'ROLE'}`;
    new CfnOutput(this, 'Kubeconfig', { value, description });
    return value;
  }
}

function zoneProblems({ vpc, zones }: FlinkPlatformProps): string[] {
  if (vpc)
    return zones === undefined
      ? cluster.networkProblems(vpc)
      : [`zones is ${zones} together with vpc: allowed is one of them, because the zones are those of the VPC; remove 'zones'`];
  if (zones === undefined || zones === 2 || zones === 3) return [];
  return [`zones is ${zones}: allowed are 2 or 3, because EKS needs two and few regions have more than three for every account; use 3`];
}

function versionProblems(version: string, layer?: lambda.ILayerVersion): string[] {
  if (!cluster.SUPPORTED_KUBERNETES.includes(version)) {
    return [
      `kubernetesVersion is '${version}': allowed are ${cluster.SUPPORTED_KUBERNETES.join(', ')}, the versions that EKS supports and this library's add-ons know; leave it out for ${cluster.KUBERNETES_VERSION}`,
    ];
  }
  const minor = Number(version.split('.')[1]);
  if (layer || Math.abs(minor - cluster.KUBECTL_MINOR) <= 1) return [];
  return [
    `kubernetesVersion is '${version}' with kubectl 1.${cluster.KUBECTL_MINOR}: allowed is one minor version of skew; give 'kubectlLayer' from @aws-cdk/lambda-layer-kubectl-v${minor}`,
  ];
}

/** A version of an add-on that is not installed would have no effect. */
function addOnProblems({ addOnVersions: given = {} }: FlinkPlatformProps, { clusterNeeds }: ICapacity): string[] {
  const names = clusterNeeds.addOns.map(({ name }) => name);
  return Object.keys(given)
    .filter((name) => !names.includes(name))
    .map(
      (name) =>
        `addOnVersions has '${name}': allowed are ${names.join(', ')}, because no other add-on is installed; remove it, or correct the name`,
    );
}

function addOnVersions(props: FlinkPlatformProps, version: eks.KubernetesVersion): Record<string, string> {
  const known = version.version === cluster.KUBERNETES_VERSION ? cluster.ADD_ON_VERSIONS : {};
  return { ...known, ...props.addOnVersions };
}
