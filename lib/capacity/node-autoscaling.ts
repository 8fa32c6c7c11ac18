import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';
import { CapacityBindOptions } from './capacity';
import { CLUSTER_AUTOSCALER, CLUSTER_AUTOSCALER_IMAGES, KARPENTER } from './chart-versions';
import { refuseCharts } from './exclusive-charts';
import { CAPACITY_TYPE_LABEL } from './node-labels';

/** Options of `NodeAutoscaling.bind`. */
export interface NodeAutoscalingBindOptions extends CapacityBindOptions {
  /** What the controller's pods need: nodes they may run on. */
  readonly nodes: IDependable;
}

/** Options of `NodeAutoscaling.clusterAutoscaler`. */
export interface ClusterAutoscalerOptions {
  /**
   * When a node that does not come is given up and the next group is tried: how long falling back takes.
   *
   * @default Duration.minutes(5)
   */
  readonly maxNodeProvisionTime?: Duration;
  /**
   * How long a node must have been unneeded before it is removed.
   *
   * @default Duration.minutes(10)
   */
  readonly scaleDownUnneededTime?: Duration;
}

/** Who changes the number of nodes of managed node groups. */
export abstract class NodeAutoscaling {
  /**
   * The Cluster Autoscaler, by its Helm chart, on the On-Demand nodes. It finds the groups by the tags that EKS gives them.
   *
   * @param options times
   */
  public static clusterAutoscaler(options: ClusterAutoscalerOptions = {}): NodeAutoscaling {
    return new ClusterAutoscaler(options);
  }

  /** Nobody: groups keep their desired size, or an autoscaler of the caller's own changes it. */
  public static none(): NodeAutoscaling {
    return new NoAutoscaling();
  }

  /** Whether a group may be empty at first and still get nodes when pods wait. */
  public abstract readonly scalesFromZero: boolean;

  /**
   * Defines the controller.
   *
   * @param scope where its resources go
   * @param options the cluster and its nodes
   */
  public abstract bind(scope: Construct, options: NodeAutoscalingBindOptions): void;
}

class NoAutoscaling extends NodeAutoscaling {
  public readonly scalesFromZero = false;

  public bind(): void {
    // Nothing to define: that is the choice.
  }
}

const NAMESPACE = 'kube-system';
const SERVICE_ACCOUNT = 'cluster-autoscaler';

/** Reading takes no resource. Source: cluster-autoscaler/cloudprovider/aws/README.md, full-features policy. */
const READ_ACTIONS = [
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeAutoScalingInstances',
  'autoscaling:DescribeLaunchConfigurations',
  'autoscaling:DescribeScalingActivities',
  'ec2:DescribeImages',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:GetInstanceTypesFromInstanceRequirements',
];

/** Source: as above. */
const WRITE_ACTIONS = ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'];

class ClusterAutoscaler extends NodeAutoscaling {
  public readonly scalesFromZero = true;

  constructor(private readonly options: ClusterAutoscalerOptions) {
    super();
  }

  public bind(scope: Construct, options: NodeAutoscalingBindOptions): void {
    const autoscaler = new Construct(scope, 'ClusterAutoscaler');
    const role = options.roles.roleFor(autoscaler, NAMESPACE, SERVICE_ACCOUNT);
    statementsFor(autoscaler, options.cluster).forEach((statement) => role.addToPolicy(statement));
    refuseCharts(autoscaler, options.cluster, 'The Cluster Autoscaler', [KARPENTER.chart]);
    const chart = new eks.HelmChart(autoscaler, 'Chart', {
      ...CLUSTER_AUTOSCALER,
      cluster: options.cluster,
      release: 'cluster-autoscaler',
      namespace: NAMESPACE,
      createNamespace: false,
      wait: true,
      timeout: Duration.minutes(10),
      values: this.values(autoscaler, options, role),
    });
    chart.node.addDependency(options.nodes, role);
  }

  private values(scope: Construct, { cluster, kubernetesVersion }: NodeAutoscalingBindOptions, role: iam.IRole): Record<string, unknown> {
    return {
      fullnameOverride: SERVICE_ACCOUNT,
      cloudProvider: 'aws',
      awsRegion: Stack.of(scope).region,
      autoDiscovery: { clusterName: cluster.clusterName },
      image: { tag: CLUSTER_AUTOSCALER_IMAGES[kubernetesVersion] },
      nodeSelector: { [CAPACITY_TYPE_LABEL]: 'ON_DEMAND' },
      rbac: { serviceAccount: { create: true, name: SERVICE_ACCOUNT, annotations: { 'eks.amazonaws.com/role-arn': role.roleArn } } },
      resources: { requests: { cpu: '100m', memory: '600Mi' }, limits: { memory: '600Mi' } },
      extraArgs: {
        expander: 'priority,least-waste',
        'max-node-provision-time': `${(this.options.maxNodeProvisionTime ?? Duration.minutes(5)).toSeconds()}s`,
        'scale-down-unneeded-time': `${(this.options.scaleDownUnneededTime ?? Duration.minutes(10)).toSeconds()}s`,
        // One group a shape, and often one a zone: new nodes are shared among groups that are alike.
        'balance-similar-node-groups': true,
        // Every Flink pod has disk-backed emptyDirs; with the default of true no node with one would ever be removed.
        'skip-nodes-with-local-storage': false,
        'skip-nodes-with-system-pods': false,
      },
      // Regular expressions on the names of Auto Scaling groups, `eks-<node group>-<uuid>`; the highest number wins.
      expanderPriorities: { 10: ['.*OnDemand.*'], 20: ['.*Spot.*'], 1: ['.*'] },
    };
  }
}

/** EKS tags the Auto Scaling groups of its node groups with the cluster's name, so writing is limited to this cluster's. */
function statementsFor(scope: Construct, cluster: eks.ICluster): iam.PolicyStatement[] {
  const nodeGroups = Stack.of(scope).formatArn({ service: 'eks', resource: 'nodegroup', resourceName: `${cluster.clusterName}/*` });
  const groups = Stack.of(scope).formatArn({
    service: 'autoscaling',
    resource: 'autoScalingGroup',
    resourceName: '*:autoScalingGroupName/eks-*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new iam.PolicyStatement({ sid: 'ReadGroups', actions: READ_ACTIONS, resources: ['*'] }),
    new iam.PolicyStatement({ sid: 'ReadNodeGroups', actions: ['eks:DescribeNodegroup'], resources: [nodeGroups] }),
    new iam.PolicyStatement({
      sid: 'ChangeOwnGroups',
      actions: WRITE_ACTIONS,
      resources: [groups],
      conditions: { StringEquals: { 'aws:ResourceTag/eks:cluster-name': cluster.clusterName } },
    }),
  ];
}
