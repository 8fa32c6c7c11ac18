import { Aws, Duration, Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct, IDependable } from 'constructs';
import { CapacityBindOptions } from './capacity';
import { KARPENTER, KARPENTER_CRDS } from './chart-versions';
import { CAPACITY_TYPE_LABEL } from './node-labels';

const NAMESPACE = 'kube-system';
const SERVICE_ACCOUNT = 'karpenter';

/** What the controller is made from. */
export interface KarpenterControllerDefinition extends CapacityBindOptions {
  /** Where it learns of interruptions. */
  readonly queue: sqs.IQueue;
  /** Role of the nodes that it starts. */
  readonly nodeRole: iam.IRole;
  /** Nodes that it runs on; it does not make them itself. */
  readonly nodes: IDependable;
}

/** Defines Karpenter itself: its role, its CRDs as a release of their own (Helm never upgrades a chart's own), its controller. */
export function defineKarpenter(scope: Construct, definition: KarpenterControllerDefinition): IDependable {
  const { cluster, queue, nodes, roles } = definition;
  const role = roles.roleFor(scope, NAMESPACE, SERVICE_ACCOUNT);
  statementsFor(scope, definition).forEach((statement) => role.addToPolicy(statement));
  const common = { cluster, namespace: NAMESPACE, createNamespace: false, wait: true, timeout: Duration.minutes(10) };
  const resources = new eks.HelmChart(scope, 'Crds', {
    ...common,
    ...KARPENTER_CRDS,
    release: 'karpenter-crd',
  });
  const controller = new eks.HelmChart(scope, 'Controller', {
    ...common,
    ...KARPENTER,
    release: 'karpenter',
    skipCrds: true,
    values: {
      settings: { clusterName: cluster.clusterName, interruptionQueue: queue.queueName },
      serviceAccount: { create: true, name: SERVICE_ACCOUNT, annotations: { 'eks.amazonaws.com/role-arn': role.roleArn } },
      nodeSelector: { [CAPACITY_TYPE_LABEL]: 'ON_DEMAND' },
      // It must start nodes when the cluster's DNS has none to run on.
      dnsPolicy: 'Default',
      controller: { resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '1Gi' } } },
    },
  });
  // The CRDs have no pods, so they wait for no node.
  controller.node.addDependency(resources, role, queue, nodes);
  return controller;
}

const TAG = 'eks:eks-cluster-name';
const WRITTEN = ['fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request'];

/**
 * The controller's rights. They follow the reference policy of v1.14.1 with one difference: writing is limited by the tag
 * `eks:eks-cluster-name`, which stands in a condition's value, where the reference also names `kubernetes.io/cluster/NAME`, whose
 * cluster name would stand in a key, and CloudFormation resolves no token in a key (docs/decisions/0008).
 */
function statementsFor(scope: Construct, { cluster, queue, nodeRole }: KarpenterControllerDefinition): iam.PolicyStatement[] {
  const own = {
    StringEquals: { [`aws:ResourceTag/${TAG}`]: cluster.clusterName },
    StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
  };
  const asked = {
    StringEquals: { [`aws:RequestTag/${TAG}`]: cluster.clusterName },
    StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' },
  };
  const ec2 = (kinds: string[], account = Aws.ACCOUNT_ID): string[] =>
    kinds.map((kind) => `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${account}:${kind}/*`);
  const shared = [...ec2(['image', 'snapshot'], ''), ...ec2(['security-group', 'subnet', 'capacity-reservation', 'placement-group'], '*')];
  const create = ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'];
  const statement = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>): iam.PolicyStatement =>
    new iam.PolicyStatement({ sid, actions, resources, conditions });
  return [
    statement('UseSharedResources', ['ec2:RunInstances', 'ec2:CreateFleet'], shared),
    statement('UseOwnLaunchTemplates', ['ec2:RunInstances', 'ec2:CreateFleet'], ec2(['launch-template']), own),
    statement('CreateTagged', ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'], ec2(WRITTEN), asked),
    statement('TagWhileCreating', ['ec2:CreateTags'], ec2(WRITTEN), {
      ...asked,
      StringEquals: { ...asked.StringEquals, 'ec2:CreateAction': create },
    }),
    statement('TagOwnInstances', ['ec2:CreateTags'], ec2(['instance']), {
      ...own,
      StringEqualsIfExists: { [`aws:RequestTag/${TAG}`]: cluster.clusterName },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [TAG, 'karpenter.sh/nodeclaim', 'Name'] },
    }),
    statement('DeleteOwn', ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'], ec2(['instance', 'launch-template']), own),
    statement('PassNodeRole', ['iam:PassRole'], [nodeRole.roleArn], {
      StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
    }),
    ...readStatements(scope, cluster, queue),
  ];
}

/** Source: as above; `Describe…` and prices take no resource. */
function readStatements(scope: Construct, cluster: eks.ICluster, queue: sqs.IQueue): iam.PolicyStatement[] {
  const { region } = Stack.of(scope);
  const parameters = `arn:${Aws.PARTITION}:ssm:${Aws.REGION}::parameter/aws/service/*`;
  const profiles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:instance-profile/*`;
  return [
    new iam.PolicyStatement({ sid: 'DescribeCluster', actions: ['eks:DescribeCluster'], resources: [cluster.clusterArn] }),
    new iam.PolicyStatement({
      sid: 'ReadInterruptions',
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      resources: [queue.queueArn],
    }),
    new iam.PolicyStatement({
      sid: 'ReadEc2',
      actions: DESCRIBE,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': region } },
    }),
    new iam.PolicyStatement({ sid: 'ReadParameters', actions: ['ssm:GetParameter'], resources: [parameters] }),
    new iam.PolicyStatement({ sid: 'ReadPrices', actions: ['pricing:GetProducts'], resources: ['*'] }),
    new iam.PolicyStatement({ sid: 'ListProfiles', actions: ['iam:ListInstanceProfiles'], resources: ['*'] }),
    new iam.PolicyStatement({ sid: 'ReadProfiles', actions: ['iam:GetInstanceProfile'], resources: [profiles] }),
  ];
}

const DESCRIBE = [
  'ec2:DescribeCapacityReservations',
  'ec2:DescribeImages',
  'ec2:DescribeInstances',
  'ec2:DescribeInstanceStatus',
  'ec2:DescribeInstanceTypeOfferings',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribePlacementGroups',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSpotPriceHistory',
  'ec2:DescribeSubnets',
];
