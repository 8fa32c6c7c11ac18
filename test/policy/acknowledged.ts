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

const CLUSTER = 'FlinkPlatform/Platform/Cluster';
const HANDLER = `${CLUSTER}/KubectlProvider/Handler/ServiceRole/Resource`;
const FRAMEWORK = `${CLUSTER}/KubectlProvider/Provider/framework-onEvent/ServiceRole`;
const NODES = 'FlinkPlatform/Platform/Capacity/NodeRole/Resource';
const AUTOSCALER = 'FlinkPlatform/Platform/Capacity/ClusterAutoscaler/Role/DefaultPolicy/Resource';
const JOB = 'PriceMaxima/PriceMaxima/Role/DefaultPolicy/Resource';
const STATE = 'FlinkPlatform:ExportsOutputFnGetAttPlatformStateBucket729EB67AArnE6080D59';
const ECR_PUBLIC =
  '{"Fn::If":["PlatformClusterKubectlProviderHandlerHasEcrPublic93383F72",{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},' +
  '":iam::aws:policy/AmazonElasticContainerRegistryPublicReadOnly"]]},{"Ref":"AWS::NoValue"}]}';

const cdk = (what: string): string => `${what}: made by the CDK's own KubectlProvider, which has no option to change it`;
const eks = (policy: string, role: string): string => `AWS requires ${policy} for the ${role} (EKS user guide) and keeps it up to date`;
const ownPrefix = (what: string): string =>
  `the application's own ${what}: S3 has no way to name the objects that a job will write but their prefix`;

/** Findings of cdk-nag AwsSolutions on the sample that stay, one by one. A new finding fails the test, and so does one that is gone. */
export const ACKNOWLEDGED: Acknowledgement[] = [
  { rule: managed('AmazonEKSClusterPolicy'), path: `${CLUSTER}/Role/Resource`, reason: eks('AmazonEKSClusterPolicy', 'cluster role') },
  { rule: managed('AmazonEKSWorkerNodePolicy'), path: NODES, reason: eks('AmazonEKSWorkerNodePolicy', 'node role') },
  { rule: managed('AmazonEKS_CNI_Policy'), path: NODES, reason: eks('AmazonEKS_CNI_Policy', 'node role, under which the VPC CNI runs') },
  { rule: managed('AmazonEC2ContainerRegistryPullOnly'), path: NODES, reason: eks('AmazonEC2ContainerRegistryPullOnly', 'node role') },
  { rule: managed('service-role/AWSLambdaBasicExecutionRole'), path: HANDLER, reason: cdk('leave to write logs') },
  { rule: managed('service-role/AWSLambdaVPCAccessExecutionRole'), path: HANDLER, reason: cdk('leave to run inside the VPC') },
  { rule: managed('AmazonEC2ContainerRegistryReadOnly'), path: HANDLER, reason: cdk('leave to pull Helm charts from ECR') },
  { rule: `AwsSolutions-IAM4[Policy::${ECR_PUBLIC}]`, path: HANDLER, reason: cdk('leave to pull Helm charts from public ECR') },
  { rule: 'AwsSolutions-L1', path: `${CLUSTER}/KubectlProvider/Handler/Resource`, reason: cdk('the runtime of the kubectl handler') },
  { rule: managed('service-role/AWSLambdaBasicExecutionRole'), path: `${FRAMEWORK}/Resource`, reason: cdk('leave to write logs') },
  {
    rule: managed('service-role/AWSLambdaVPCAccessExecutionRole'),
    path: `${FRAMEWORK}/Resource`,
    reason: cdk('leave to run inside the VPC'),
  },
  {
    rule: wildcard('<PlatformClusterKubectlProviderHandler878759C4.Arn>:*'),
    path: `${FRAMEWORK}/DefaultPolicy/Resource`,
    reason: cdk('leave to call every version of the one handler'),
  },
  {
    rule: wildcard('*'),
    path: AUTOSCALER,
    reason:
      'the Cluster Autoscaler only reads with it: the Describe actions of EC2 and Auto Scaling take no resource (Service Authorization Reference)',
  },
  {
    rule: wildcard('arn:<AWS::Partition>:eks:<AWS::Region>:<AWS::AccountId>:nodegroup/<PlatformCluster6842C9C4>/*'),
    path: AUTOSCALER,
    reason: 'the Cluster Autoscaler reads the node groups of this cluster, whose last part is an id that EKS draws',
  },
  {
    rule: wildcard('arn:<AWS::Partition>:autoscaling:<AWS::Region>:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/eks-*'),
    path: AUTOSCALER,
    reason: "the Cluster Autoscaler changes groups that EKS names; a condition on the tag eks:cluster-name limits it to this cluster's",
  },
  { rule: wildcard(`${STATE}/checkpoints/price-maxima/*`), path: JOB, reason: ownPrefix('checkpoints') },
  { rule: wildcard(`${STATE}/savepoints/price-maxima/*`), path: JOB, reason: ownPrefix('savepoints') },
  { rule: wildcard(`${STATE}/ha/price-maxima/*`), path: JOB, reason: ownPrefix('HA metadata') },
  { rule: wildcard('<Results25575328.Arn>/price-maxima/*'), path: JOB, reason: ownPrefix('results') },
  {
    rule: 'AwsSolutions-S1',
    path: 'PriceMaxima/Results/Resource',
    reason: "the sample's results are made-up prices that nobody audits; the state bucket, which matters, has an access log",
  },
];
