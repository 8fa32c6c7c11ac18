import { Annotations, CfnOutput, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { CapacityConfig, ICapacity } from './capacity';
import { FlinkPlatformBase } from './flink-platform-base';
import { ClusterIdentity, defineIrsaRole } from './identity';
import { IKubectl } from './manifest';
import * as platform from './platform';
import { StateBucket } from './state';

/** Options of `FlinkPlatform.fromExistingCluster`. */
export interface ExistingClusterProps {
  /** The cluster. */
  readonly cluster: platform.ExistingCluster;
  /** The machines: those that the cluster has, or more of them. */
  readonly capacity: ICapacity;
  /**
   * Kubernetes of the cluster, for example `KubernetesVersion.of('1.35')`. Needed by a capacity that brings machines.
   *
   * @default - not known
   */
  readonly kubernetesVersion?: eks.KubernetesVersion;
  /**
   * Subnets of machines that the capacity brings, with a way out.
   *
   * @default - the private subnets of the cluster's network, where that is known
   */
  readonly subnets?: ec2.ISubnet[];
  /**
   * Where applications keep their state.
   *
   * @default - a bucket of its own, kept when the stack is deleted
   */
  readonly stateBucket?: StateBucket;
  /**
   * What pods must wait for besides the machines of the capacity: node groups and controllers of the app that are not ready by themselves.
   *
   * @default - nothing
   */
  readonly after?: IDependable[];
  /**
   * Role that may run kubectl, for the command in `kubeconfigCommand`.
   *
   * @default - the command has no role: it acts as whoever runs it
   */
  readonly accessRole?: iam.IRole;
}

/** A platform on a cluster that was there before it: it adds a bucket, machines if asked, and nothing to the cluster itself. */
export class ExistingFlinkPlatform extends FlinkPlatformBase {
  public readonly clusterName: string;
  public readonly kubeconfigCommand: string;
  public readonly capacity: CapacityConfig;
  public readonly clusterIdentity: ClusterIdentity;
  public readonly stateBucket: StateBucket;
  public readonly ready: IDependable;
  protected readonly kubectl: IKubectl;

  /** @throws when something that is needed cannot be known; all problems in one error */
  constructor(scope: Construct, id: string, props: ExistingClusterProps) {
    super(scope, id);
    const known = props.cluster.bind(this);
    const subnets = props.subnets ?? known.vpc?.privateSubnets ?? [];
    const problems = [...known.problems, ...machineProblems(props, known, subnets)];
    if (problems.length > 0) throw new Error(`${this.node.path}: ${problems.join('\n')}`);

    this.clusterName = known.clusterName;
    this.kubectl = known.kubectl;
    const oidc = known.oidcProvider!;
    this.clusterIdentity = { oidcProviderArn: oidc.openIdConnectProviderArn, oidcIssuer: oidc.openIdConnectProviderIssuer };
    this.capacity = props.capacity.bind(new Construct(this, 'Capacity'), {
      // A capacity that brings machines has been refused where there is none.
      cluster: known.cluster!,
      kubernetesVersion: props.kubernetesVersion?.version ?? '',
      subnets,
      roles: { roleFor: (owner, namespace, name) => this.roleFor(owner, namespace, name) },
    });
    this.ready = new DependencyGroup(this.capacity.ready, ...(props.after ?? []));
    this.stateBucket = props.stateBucket ?? new StateBucket(this, 'State');
    this.kubeconfigCommand = this.kubeconfig(props);
    this.warn(props);
  }

  private roleFor(owner: Construct, namespace: string, name: string): iam.Role {
    return defineIrsaRole(owner, 'Role', this.clusterIdentity, { namespace, name, description: `Service account ${name} of ${namespace}` });
  }

  private kubeconfig({ accessRole }: ExistingClusterProps): string {
    const role = accessRole ? ` --role-arn ${accessRole.roleArn}` : '';
    const value = `aws eks update-kubeconfig --name ${this.clusterName} --region ${Stack.of(this).region}${role}`;
    new CfnOutput(this, 'Kubeconfig', { value, description: 'Lets kubectl talk to the cluster, if you have access' });
    return value;
  }

  private warn({ capacity }: ExistingClusterProps): void {
    const { clusterKind, addOns } = capacity.clusterNeeds;
    if (clusterKind) {
      Annotations.of(this).addWarningV2(
        'cdk-flink-on-eks:existing-cluster-kind',
        `the capacity needs a cluster with ${clusterKind}, which a synthesis cannot see: see that it is one`,
      );
    }
    const names = addOns.map(({ name }) => name);
    if (names.length === 0) return;
    Annotations.of(this).addWarningV2(
      'cdk-flink-on-eks:existing-add-ons',
      `the capacity needs ${names.join(', ')} on the cluster, which a synthesis cannot see, and this platform installs no add-ons on a cluster that is not its own: see that they are there`,
    );
  }
}

/** A capacity that brings machines says so by what it needs of the cluster; it defines charts, node groups and rights. */
function machineProblems(
  { capacity, kubernetesVersion }: ExistingClusterProps,
  { cluster }: platform.ExistingClusterConfig,
  subnets: ec2.ISubnet[],
): string[] {
  const name = capacity.constructor.name;
  if (capacity.clusterNeeds.compute?.compute) {
    return [
      `capacity is ${name}: allowed is a capacity that leaves the compute configuration of the cluster as it is, because this platform changes nothing of a cluster that is not its own; name the nodes with ExistingCapacity`,
    ];
  }
  if (capacity.clusterNeeds.addOns.length === 0) return [];
  const problems: string[] = [];
  if (!cluster) {
    problems.push(
      `capacity is ${name} on a cluster of aws-eks: allowed is a capacity that takes the machines of the cluster as they are, because the handler of aws-eks takes no Helm chart of aws-eks-v2; use ExistingCapacity, or a cluster of aws-eks-v2`,
    );
  }
  if (!kubernetesVersion) {
    problems.push(
      `kubernetesVersion is not given: allowed is the version of the cluster, because ${name} installs controllers for it; give 'kubernetesVersion'`,
    );
  } else if (!Token.isUnresolved(kubernetesVersion.version) && !platform.SUPPORTED_KUBERNETES.includes(kubernetesVersion.version)) {
    problems.push(
      `kubernetesVersion is '${kubernetesVersion.version}': allowed are ${platform.SUPPORTED_KUBERNETES.join(', ')}, the versions that ${name} has controllers for; use a capacity that takes the machines of the cluster as they are`,
    );
  }
  if (subnets.length === 0) {
    problems.push(
      `subnets of the cluster are not known: allowed are private subnets with a way out, because ${name} starts machines in them; give 'subnets', or the cluster with its 'vpc'`,
    );
  }
  return problems;
}
