/** A finding of a rule set that stays, and why. */
export interface Acknowledgement {
  /** Rule with the finding, as the report spells it. */
  readonly rule: string;
  /** Path of the resource. */
  readonly path: string;
  /** Why it stays. */
  readonly reason: string;
}

const managed = (name: string): string => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`;
const wildcard = (resource: string): string => `AwsSolutions-IAM5[Resource::${resource}]`;

const ECR_PUBLIC =
  '{"Fn::If":["PlatformClusterKubectlProviderHandlerHasEcrPublic93383F72",{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},' +
  '":iam::aws:policy/AmazonElasticContainerRegistryPublicReadOnly"]]},{"Ref":"AWS::NoValue"}]}';

const cdk = (what: string): string => `${what}: made by the CDK's own KubectlProvider, which has no option to change it`;
const eks = (policy: string, role: string): string => `AWS requires ${policy} for the ${role} (EKS user guide) and keeps it up to date`;
const ownPrefix = (what: string): string =>
  `the application's own ${what}: S3 has no way to name the objects that a job will write but their prefix`;

/** The handler of a cluster that is somebody else's: outside its network, as a role that is given. */
function handlerFindings(platform: string): Acknowledgement[] {
  const framework = `${platform}/KubectlProvider/Provider/framework-onEvent/ServiceRole`;
  return [
    { rule: 'AwsSolutions-L1', path: `${platform}/KubectlProvider/Handler/Resource`, reason: cdk('the runtime of the kubectl handler') },
    { rule: managed('service-role/AWSLambdaBasicExecutionRole'), path: `${framework}/Resource`, reason: cdk('leave to write logs') },
    {
      rule: wildcard('<PlatformKubectlProviderHandler7418FA79.Arn>:*'),
      path: `${framework}/DefaultPolicy/Resource`,
      reason: cdk('leave to call every version of the one handler'),
    },
  ];
}

/** What every platform has: the cluster, and the CDK's functions that run kubectl. */
function clusterFindings(stack: string): Acknowledgement[] {
  const cluster = `${stack}/Platform/Cluster`;
  const handler = `${cluster}/KubectlProvider/Handler/ServiceRole/Resource`;
  const framework = `${cluster}/KubectlProvider/Provider/framework-onEvent/ServiceRole`;
  const logs = managed('service-role/AWSLambdaBasicExecutionRole');
  const vpc = managed('service-role/AWSLambdaVPCAccessExecutionRole');
  return [
    { rule: managed('AmazonEKSClusterPolicy'), path: `${cluster}/Role/Resource`, reason: eks('AmazonEKSClusterPolicy', 'cluster role') },
    { rule: logs, path: handler, reason: cdk('leave to write logs') },
    { rule: vpc, path: handler, reason: cdk('leave to run inside the VPC') },
    { rule: managed('AmazonEC2ContainerRegistryReadOnly'), path: handler, reason: cdk('leave to pull Helm charts from ECR') },
    { rule: `AwsSolutions-IAM4[Policy::${ECR_PUBLIC}]`, path: handler, reason: cdk('leave to pull Helm charts from public ECR') },
    { rule: 'AwsSolutions-L1', path: `${cluster}/KubectlProvider/Handler/Resource`, reason: cdk('the runtime of the kubectl handler') },
    { rule: logs, path: `${framework}/Resource`, reason: cdk('leave to write logs') },
    { rule: vpc, path: `${framework}/Resource`, reason: cdk('leave to run inside the VPC') },
    {
      rule: wildcard('<PlatformClusterKubectlProviderHandler878759C4.Arn>:*'),
      path: `${framework}/DefaultPolicy/Resource`,
      reason: cdk('leave to call every version of the one handler'),
    },
  ];
}

function nodeFindings(role: string): Acknowledgement[] {
  return [
    { rule: managed('AmazonEKSWorkerNodePolicy'), path: role, reason: eks('AmazonEKSWorkerNodePolicy', 'node role') },
    { rule: managed('AmazonEKS_CNI_Policy'), path: role, reason: eks('AmazonEKS_CNI_Policy', 'node role, under which the VPC CNI runs') },
    { rule: managed('AmazonEC2ContainerRegistryPullOnly'), path: role, reason: eks('AmazonEC2ContainerRegistryPullOnly', 'node role') },
  ];
}

/** What EKS Auto Mode asks for besides: policies of the cluster's role and of its nodes. */
function autoModeFindings(stack: string): Acknowledgement[] {
  const cluster = `${stack}/Platform/Cluster/Role/Resource`;
  const nodes = `${stack}/Platform/Capacity/NodeRole/Resource`;
  const ofCluster = ['AmazonEKSBlockStoragePolicy', 'AmazonEKSComputePolicy', 'AmazonEKSLoadBalancingPolicy', 'AmazonEKSNetworkingPolicy'];
  const ofNodes = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'];
  return [
    ...ofCluster.map((name) => ({ rule: managed(name), path: cluster, reason: eks(name, 'cluster role of Auto Mode') })),
    ...ofNodes.map((name) => ({ rule: managed(name), path: nodes, reason: eks(name, 'nodes of Auto Mode') })),
  ];
}

/** State bucket of a platform in another stack, and of one in the same. */
const exported = (stack: string): string => `${stack}:ExportsOutputFnGetAttPlatformStateBucket729EB67AArnE6080D59`;
const STATE = '<PlatformStateBucket729EB67A.Arn>';
const RESULTS = '<Results25575328.Arn>';

function jobFindings(application: string, name: string, state: string, results = RESULTS): Acknowledgement[] {
  const path = `${application}/Role/DefaultPolicy/Resource`;
  return [
    { rule: wildcard(`${state}/checkpoints/${name}/*`), path, reason: ownPrefix('checkpoints') },
    { rule: wildcard(`${state}/savepoints/${name}/*`), path, reason: ownPrefix('savepoints') },
    { rule: wildcard(`${state}/ha/${name}/*`), path, reason: ownPrefix('HA metadata') },
    { rule: wildcard(`${results}/${name}/*`), path, reason: ownPrefix('results') },
  ];
}

function resultsFinding(scope: string): Acknowledgement {
  const reason = "the sample's results are made-up prices that nobody audits; the state bucket, which matters, has an access log";
  return { rule: 'AwsSolutions-S1', path: `${scope}/Results/Resource`, reason };
}

function autoscalerFindings(path: string): Acknowledgement[] {
  return [
    {
      rule: wildcard('*'),
      path,
      reason:
        'the Cluster Autoscaler only reads with it: the Describe actions of EC2 and Auto Scaling take no resource (Service Authorization Reference)',
    },
    {
      rule: wildcard('arn:<AWS::Partition>:eks:<AWS::Region>:<AWS::AccountId>:nodegroup/<PlatformCluster6842C9C4>/*'),
      path,
      reason: 'the Cluster Autoscaler reads the node groups of this cluster, whose last part is an id that EKS draws',
    },
    {
      rule: wildcard('arn:<AWS::Partition>:autoscaling:<AWS::Region>:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/eks-*'),
      path,
      reason: "the Cluster Autoscaler changes groups that EKS names; a condition on the tag eks:cluster-name limits it to this cluster's",
    },
  ];
}

/** All as in the reference policy of Karpenter v1.14.1, but for the account (test/capacity/reference-policies.test.ts). */
function karpenterFindings(path: string): Acknowledgement[] {
  const ec2 = (account: string, kinds: string[], reason: string): Acknowledgement[] =>
    kinds.map((kind) => ({ rule: wildcard(`arn:<AWS::Partition>:ec2:<AWS::Region>:${account}:${kind}/*`), path, reason }));
  const own = ['launch-template', 'fleet', 'instance', 'network-interface', 'spot-instances-request', 'volume'];
  const tagged = "Karpenter makes these, so no id is known; conditions on eks:eks-cluster-name limit it to this cluster's";
  return [
    ...ec2('<AWS::AccountId>', own, tagged),
    ...ec2(
      '',
      ['image', 'snapshot'],
      'images belong to AWS and change with each release; starting an instance from one changes nothing in it',
    ),
    ...ec2(
      '*',
      ['capacity-reservation', 'placement-group', 'security-group', 'subnet'],
      'an instance is started with them, which changes nothing in them; they may be shared from another account (Karpenter reference policy)',
    ),
    {
      rule: wildcard('*'),
      path,
      reason: 'Karpenter only reads with it: the Describe actions of EC2, prices and the list of instance profiles take no resource',
    },
    {
      rule: wildcard('arn:<AWS::Partition>:ssm:<AWS::Region>::parameter/aws/service/*'),
      path,
      reason: 'Karpenter reads the public parameters of AWS that name the images of each Kubernetes version',
    },
    {
      rule: wildcard('arn:<AWS::Partition>:iam::<AWS::AccountId>:instance-profile/*'),
      path,
      reason: 'Karpenter looks whether a profile is there; it may change none, because the stack makes the only one',
    },
  ];
}

const generated = (platform: string): Acknowledgement[] => [
  ...jobFindings('GeneratedTicks/GeneratedTicks', 'generated-ticks', exported(platform)),
  resultsFinding('GeneratedTicks'),
];

/** Findings of cdk-nag AwsSolutions on each sample that stay, one by one. A new finding fails the test, and so does one that is gone. */
export const ACKNOWLEDGED: Record<string, Acknowledgement[]> = {
  'flink-on-spot': [
    ...clusterFindings('FlinkPlatform'),
    ...nodeFindings('FlinkPlatform/Platform/Capacity/NodeRole/Resource'),
    ...autoscalerFindings('FlinkPlatform/Platform/Capacity/ClusterAutoscaler/Role/DefaultPolicy/Resource'),
    ...jobFindings('PriceMaxima/PriceMaxima', 'price-maxima', exported('FlinkPlatform')),
    resultsFinding('PriceMaxima'),
  ],
  'flink-on-karpenter': [
    ...clusterFindings('FlinkOnKarpenter'),
    ...nodeFindings('FlinkOnKarpenter/Platform/Capacity/NodeRole/Resource'),
    ...nodeFindings('FlinkOnKarpenter/Platform/Capacity/KarpenterNodes/NodeRole/Resource'),
    ...karpenterFindings('FlinkOnKarpenter/Platform/Capacity/Karpenter/Role/DefaultPolicy/Resource'),
    ...generated('FlinkOnKarpenter'),
  ],
  'flink-on-auto-mode': [...clusterFindings('FlinkOnAutoMode'), ...autoModeFindings('FlinkOnAutoMode'), ...generated('FlinkOnAutoMode')],
  'flink-on-existing-nodes': [
    ...handlerFindings('FlinkOnExistingNodes/Platform'),
    ...jobFindings('FlinkOnExistingNodes/GeneratedTicks', 'generated-ticks', STATE),
    resultsFinding('FlinkOnExistingNodes'),
  ],
  'flink-in-a-blueprint': [
    ...jobFindings(
      'FlinkInABlueprint/FlinkAddOn/GeneratedTicks',
      'generated-ticks',
      '<FlinkAddOnPlatformStateBucket8B9FEC34.Arn>',
      '<FlinkAddOnResultsF5BA429A.Arn>',
    ),
    resultsFinding('FlinkInABlueprint/FlinkAddOn'),
  ],
};

/** Only what lies below is judged: the rest of a blueprint is EKS Blueprints' own. */
export const JUDGED: Record<string, string> = { 'flink-in-a-blueprint': 'FlinkInABlueprint/FlinkAddOn/' };

/** So many findings there may be at most: the number falls, it does not grow. */
export const MOST: Record<string, number> = {
  'flink-on-spot': 20,
  'flink-on-karpenter': 35,
  'flink-on-auto-mode': 20,
  'flink-on-existing-nodes': 8,
  'flink-in-a-blueprint': 5,
};
