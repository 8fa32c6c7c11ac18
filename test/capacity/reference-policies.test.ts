import { resourcesOf, templateOf, testPlatform } from '../fixtures/apps';
import { KarpenterCapacity } from '../../lib';
import { Statement, statementsOf } from '../fixtures/iam';
import { textOf } from '../fixtures/kubernetes';

/** A statement as its reference has it, in the words of CloudFormation's `Fn::Sub`. */
interface Reference {
  readonly sid: string;
  readonly actions: string[];
  readonly resources: string[];
  readonly condition?: Record<string, Record<string, string | string[]>>;
}

const arn = (rest: string): string => `arn:\${AWS::Partition}:${rest}`;
const ec2 = (account: string, ...kinds: string[]): string[] => kinds.map((kind) => arn(`ec2:\${AWS::Region}:${account}:${kind}/*`));
const CREATED = ['fleet', 'instance', 'volume', 'network-interface', 'launch-template', 'spot-instances-request'];
const OWNED = { 'aws:ResourceTag/kubernetes.io/cluster/${ClusterName}': 'owned' };
const ASKED = { 'aws:RequestTag/kubernetes.io/cluster/${ClusterName}': 'owned', 'aws:RequestTag/eks:eks-cluster-name': '${ClusterName}' };
const OF_POOL = { 'aws:ResourceTag/karpenter.sh/nodepool': '*' };
const FOR_POOL = { 'aws:RequestTag/karpenter.sh/nodepool': '*' };
const PROFILES = [arn('iam::${AWS::AccountId}:instance-profile/*')];

/**
 * Typed in from aws/karpenter-provider-aws v1.14.1, website/content/en/v1.14/getting-started/getting-started-with-karpenter/cloudformation.yaml.
 * Of the three statements that write instance profiles, the actions only: none of them is here.
 */
const KARPENTER: Reference[] = [
  {
    sid: 'AllowScopedEC2InstanceAccessActions',
    actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
    resources: [...ec2('', 'image', 'snapshot'), ...ec2('*', 'security-group', 'subnet', 'capacity-reservation', 'placement-group')],
  },
  {
    sid: 'AllowScopedEC2LaunchTemplateAccessActions',
    actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
    resources: ec2('*', 'launch-template'),
    condition: { StringEquals: OWNED, StringLike: OF_POOL },
  },
  {
    sid: 'AllowScopedEC2InstanceActionsWithTags',
    actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
    resources: ec2('*', ...CREATED),
    condition: { StringEquals: ASKED, StringLike: FOR_POOL },
  },
  {
    sid: 'AllowScopedResourceCreationTagging',
    actions: ['ec2:CreateTags'],
    resources: ec2('*', ...CREATED),
    condition: {
      StringEquals: { ...ASKED, 'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'] },
      StringLike: FOR_POOL,
    },
  },
  {
    sid: 'AllowScopedResourceTagging',
    actions: ['ec2:CreateTags'],
    resources: ec2('*', 'instance'),
    condition: {
      StringEquals: OWNED,
      StringLike: OF_POOL,
      StringEqualsIfExists: { 'aws:RequestTag/eks:eks-cluster-name': '${ClusterName}' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'] },
    },
  },
  {
    sid: 'AllowScopedDeletion',
    actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
    resources: ec2('*', 'instance', 'launch-template'),
    condition: { StringEquals: OWNED, StringLike: OF_POOL },
  },
  {
    sid: 'AllowPassingInstanceRole',
    actions: ['iam:PassRole'],
    resources: ['${KarpenterNodeRole.Arn}'],
    condition: { StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] } },
  },
  { sid: 'AllowScopedInstanceProfileCreationActions', actions: ['iam:CreateInstanceProfile'], resources: PROFILES },
  { sid: 'AllowScopedInstanceProfileTagActions', actions: ['iam:TagInstanceProfile'], resources: PROFILES },
  {
    sid: 'AllowScopedInstanceProfileActions',
    actions: ['iam:AddRoleToInstanceProfile', 'iam:RemoveRoleFromInstanceProfile', 'iam:DeleteInstanceProfile'],
    resources: PROFILES,
  },
  {
    sid: 'AllowAPIServerEndpointDiscovery',
    actions: ['eks:DescribeCluster'],
    resources: [arn('eks:${AWS::Region}:${AWS::AccountId}:cluster/${ClusterName}')],
  },
  {
    sid: 'AllowInterruptionQueueActions',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    resources: ['${KarpenterInterruptionQueue.Arn}'],
  },
  { sid: 'AllowZonalShiftStatusReadOnly', actions: ['arc-zonal-shift:GetManagedResource'], resources: ['*'] },
  {
    sid: 'AllowRegionalReadActions',
    actions: [
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
    ],
    resources: ['*'],
    condition: { StringEquals: { 'aws:RequestedRegion': '${AWS::Region}' } },
  },
  { sid: 'AllowSSMReadActions', actions: ['ssm:GetParameter'], resources: [arn('ssm:${AWS::Region}::parameter/aws/service/*')] },
  { sid: 'AllowPricingReadActions', actions: ['pricing:GetProducts'], resources: ['*'] },
  { sid: 'AllowUnscopedInstanceProfileListAction', actions: ['iam:ListInstanceProfiles'], resources: ['*'] },
  { sid: 'AllowInstanceProfileReadActions', actions: ['iam:GetInstanceProfile'], resources: PROFILES },
];

/** Where ours differs, statement by statement, and why (docs/decisions/0008). */
const DIFFERENCES: Record<string, { readonly reason: string; readonly change: (reference: Reference) => Reference | undefined }> = {
  AllowScopedInstanceProfileCreationActions: { reason: 'the profile is the stack’s: Karpenter writes no IAM', change: () => undefined },
  AllowScopedInstanceProfileTagActions: { reason: 'as above', change: () => undefined },
  AllowScopedInstanceProfileActions: { reason: 'as above', change: () => undefined },
  AllowZonalShiftStatusReadOnly: { reason: 'only for settings.enableZonalShift, which is off', change: () => undefined },
  ...Object.fromEntries(
    [
      'AllowScopedEC2LaunchTemplateAccessActions',
      'AllowScopedEC2InstanceActionsWithTags',
      'AllowScopedResourceCreationTagging',
      'AllowScopedResourceTagging',
      'AllowScopedDeletion',
    ].map((sid) => [sid, { reason: 'the tag with the name in its value, and this account only', change: byValueInThisAccount }]),
  ),
};

/** `kubernetes.io/cluster/NAME` = `owned` becomes `eks:eks-cluster-name` = `NAME`; any account becomes this one. */
function byValueInThisAccount({ sid, actions, resources, condition }: Reference): Reference {
  const tags = Object.entries(condition!.StringEquals).map(([key, value]) =>
    key.endsWith('/kubernetes.io/cluster/${ClusterName}')
      ? [key.replace('kubernetes.io/cluster/${ClusterName}', 'eks:eks-cluster-name'), '${ClusterName}']
      : [key, value],
  );
  return {
    sid,
    actions,
    resources: resources.map((resource) => resource.replace('${AWS::Region}:*:', '${AWS::Region}:${AWS::AccountId}:')),
    condition: { ...condition, StringEquals: Object.fromEntries(tags) as Record<string, string> },
  };
}

/** A statement without its name, with the names of this template's resources replaced by those of the reference. */
function comparable({ actions, resources, Condition }: Statement, names: [RegExp, string][]): string {
  const replaced = (text: string): string => names.reduce((now, [from, to]) => now.replace(from, to), text);
  const values = (value: unknown): unknown => (Array.isArray(value) ? value.map((one) => replaced(textOf(one))) : replaced(textOf(value)));
  const condition = Object.entries(Condition ?? {}).map(([operator, tests]) => [
    operator,
    Object.fromEntries(Object.entries(tests).map(([key, value]) => [key, values(value)])),
  ]);
  return inOrder({ sid: '', actions, resources: resources.map(replaced), condition: Object.fromEntries(condition) });
}

/** One text for one meaning: neither the order of lists nor that of keys has any. */
function inOrder({ actions, resources, condition }: Reference): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return [...(value as string[])].sort();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, one]) => [key, sorted(one)]),
    );
  };
  return JSON.stringify({ actions: sorted(actions), resources: sorted(resources), condition: sorted(condition ?? {}) }, null, 1);
}

describe('the policy of Karpenter’s controller', () => {
  const template = templateOf(testPlatform({ capacity: new KarpenterCapacity() }).stack);
  const idOf = (type: string, name: RegExp): string => Object.keys(resourcesOf(template, type)).find((id) => name.test(id))!;
  const cluster = idOf('AWS::EKS::Cluster', /./);
  const names: [RegExp, string][] = [
    [new RegExp(`\\$\\{${cluster}\\.Arn\\}`), arn('eks:${AWS::Region}:${AWS::AccountId}:cluster/${ClusterName}')],
    [new RegExp(`\\$\\{${cluster}\\}`), '${ClusterName}'],
    [new RegExp(`\\$\\{${idOf('AWS::IAM::Role', /KarpenterNodes/)}\\.Arn\\}`), '${KarpenterNodeRole.Arn}'],
    [new RegExp(`\\$\\{${idOf('AWS::SQS::Queue', /InterruptionQueue/)}\\.Arn\\}`), '${KarpenterInterruptionQueue.Arn}'],
  ];
  const statements = statementsOf(template, /KarpenterRole/);

  test('is the reference policy, statement by statement, but for the differences that are named', () => {
    const expected = KARPENTER.map((one) => (DIFFERENCES[one.sid] ? DIFFERENCES[one.sid].change(one) : one)).filter(
      (one) => one !== undefined,
    );
    expect(statements.map((one) => comparable(one, names)).sort()).toEqual(expected.map(inOrder).sort());
  });

  test('differs where the reference has something to differ from, each with a reason', () => {
    for (const [sid, { reason, change }] of Object.entries(DIFFERENCES)) {
      const reference = KARPENTER.find((one) => one.sid === sid)!;
      const changed = change(reference);
      expect(changed && inOrder(changed)).not.toEqual(inOrder(reference));
      expect(reason).not.toBe('');
    }
  });

  test('has a wildcard for all resources only where the reference has it, and reads with it', () => {
    const wild = statements.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions);
    // Source: Service Authorization Reference: none of these takes a resource.
    expect(wild.filter((action) => !/^(ec2:Describe\w+|pricing:GetProducts|iam:ListInstanceProfiles)$/.test(action))).toEqual([]);
  });
});

describe('the policy of the Cluster Autoscaler', () => {
  const template = templateOf(testPlatform().stack);
  const statements = statementsOf(template, /ClusterAutoscalerRole/);

  // Typed in from kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws/README.md, full Cluster Autoscaler features policy.
  const READ = [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeAutoScalingInstances',
    'autoscaling:DescribeLaunchConfigurations',
    'autoscaling:DescribeScalingActivities',
    'ec2:DescribeImages',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:GetInstanceTypesFromInstanceRequirements',
    'eks:DescribeNodegroup',
  ];
  const WRITE = ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'];

  test('has the actions of the reference policy and no other', () => {
    expect(statements.flatMap(({ actions }) => actions).sort()).toEqual([...READ, ...WRITE].sort());
  });

  test('reads everything but node groups, which have a resource, and writes what EKS tags with this cluster', () => {
    const of = (sid: string): Statement => statements.find(({ Sid }) => Sid === sid)!;
    const cluster = Object.keys(resourcesOf(template, 'AWS::EKS::Cluster'))[0];
    expect(of('ReadGroups')).toMatchObject({ actions: READ.filter((action) => !action.startsWith('eks:')), resources: ['*'] });
    expect(of('ReadNodeGroups').resources).toEqual([arn(`eks:\${AWS::Region}:\${AWS::AccountId}:nodegroup/\${${cluster}}/*`)]);
    expect(of('ChangeOwnGroups')).toMatchObject({
      actions: WRITE,
      resources: [arn('autoscaling:${AWS::Region}:${AWS::AccountId}:autoScalingGroup:*:autoScalingGroupName/eks-*')],
    });
    // The reference limits by `k8s.io/cluster-autoscaler/NAME`; EKS puts `eks:cluster-name` on the same groups, with the name in the value.
    expect(of('ChangeOwnGroups').Condition).toEqual({ StringEquals: { 'aws:ResourceTag/eks:cluster-name': { Ref: cluster } } });
  });
});
