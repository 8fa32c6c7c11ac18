import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { FlinkEndpoint, FlinkPlatform, StateBucket } from '../lib';
import { CfnTemplate, onlyResource, resourcesOf, templateOf, testApp, testPlatform, warningsOf } from './fixtures/apps';
import { statementsOf } from './fixtures/iam';
import { textOf } from './fixtures/kubernetes';

const { stack, platform } = testPlatform();
const template = templateOf(stack);

/** Logical ids on which a resource waits, directly or by way of others. */
function waitsFor(all: CfnTemplate, id: string, seen = new Set<string>()): Set<string> {
  const resource = all.Resources[id];
  const text = JSON.stringify(resource.Properties ?? {});
  const named = [...text.matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, name]) => name);
  for (const next of [...(resource.DependsOn ?? []), ...named]) {
    if (!all.Resources[next] || seen.has(next)) continue;
    seen.add(next);
    waitsFor(all, next, seen);
  }
  return seen;
}

const typesAwaited = (all: CfnTemplate, id: string): string[] => [...waitsFor(all, id)].map((one) => all.Resources[one].Type);

// cdk-nag is blind to these on the cluster of aws-eks-v2.
describe('the cluster', () => {
  const cluster = onlyResource(template, 'AWS::EKS::Cluster');

  test('is reachable from its own network only', () => {
    expect(cluster.Properties.ResourcesVpcConfig).toMatchObject({ EndpointPrivateAccess: true, EndpointPublicAccess: false });
  });

  // Source: EKS user guide, control plane logs: these five types.
  test('sends all five control-plane logs', () => {
    const types = cluster.Properties.Logging.ClusterLogging.EnabledTypes.map(({ Type }: any) => Type as string);
    expect(types.sort()).toEqual(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']);
  });

  test('encrypts secrets with a key of its own, which rotates', () => {
    const [{ Provider, Resources }] = cluster.Properties.EncryptionConfig;
    expect(Resources).toEqual(['secrets']);
    expect(template.Resources[Provider.KeyArn['Fn::GetAtt'][0]].Properties.EnableKeyRotation).toBe(true);
  });

  test('gives no access to whoever happened to create it', () => {
    expect(cluster.Properties.AccessConfig).toEqual({ AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false });
  });

  test('runs Kubernetes 1.36', () => {
    expect(cluster.Properties.Version).toBe('1.36');
  });

  test('waits for what the caller says, and for nothing of the network beside it', () => {
    const own = testPlatform();
    const first = new s3.Bucket(own.stack, 'First');
    const second = new s3.Bucket(own.stack, 'Second');
    own.platform.cluster.node.addDependency(second, own.platform.vpc, first);
    const buckets = Object.keys(resourcesOf(templateOf(own.stack), 'AWS::S3::Bucket')).filter((id) => /^(First|Second)/.test(id));
    expect(buckets).toHaveLength(2);
    expect(onlyResource(templateOf(own.stack), 'AWS::EKS::Cluster').DependsOn).toEqual(buckets.sort());
  });

  test('does not wait for the NAT gateway or a route', () => {
    expect(cluster.DependsOn).toBeUndefined();
    const types = typesAwaited(template, cluster.logicalId);
    expect(types).not.toContain('AWS::EC2::NatGateway');
    expect(types).not.toContain('AWS::EC2::Route');
  });

  test('is alone: no node groups but those of the capacity, which state their image', () => {
    const groups = Object.values(resourcesOf(template, 'AWS::EKS::Nodegroup'));
    expect(groups).toHaveLength(3);
    for (const { Properties } of groups) expect(Properties.AmiType).toMatch(/^AL2023_/);
  });

  test('has its tokens turned into role sessions by a provider of its own', () => {
    expect(platform.clusterName).toBeTruthy();
    expect(onlyResource(template, 'AWS::IAM::OIDCProvider').Properties.ClientIdList).toEqual(['sts.amazonaws.com']);
  });
});

describe('what needs the way out waits for it', () => {
  const handler = Object.keys(template.Resources).find(
    (id) => template.Resources[id].Type === 'AWS::Lambda::Function' && /KubectlProviderHandler/.test(id),
  )!;

  test.each([...Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup')), handler])('%s', (id) => {
    const types = (template.Resources[id].DependsOn ?? []).map((one) => template.Resources[one].Type);
    expect(types).toContain('AWS::EC2::Route');
    expect(typesAwaited(template, id)).toContain('AWS::EC2::NatGateway');
  });

  test('the handler runs inside the network, or it could not reach a private endpoint', () => {
    expect(template.Resources[handler].Properties.VpcConfig.SubnetIds).toHaveLength(3);
  });
});

describe('the network', () => {
  const subnets = Object.values(resourcesOf(template, 'AWS::EC2::Subnet'));

  test('has three zones without an account: those that the region names first', () => {
    const zones = subnets.map(({ Properties }) => JSON.stringify(Properties.AvailabilityZone));
    const wanted = [0, 1, 2].map((index) => JSON.stringify({ 'Fn::Select': [index, { 'Fn::GetAZs': { Ref: 'AWS::Region' } }] }));
    expect([...new Set(zones)].sort()).toEqual(wanted.sort());
    expect(subnets).toHaveLength(6);
  });

  test('gives no public address to whatever starts in it', () => {
    for (const { Properties } of subnets) expect(Properties.MapPublicIpOnLaunch).toBe(false);
  });

  test('lets nodes and control plane into private subnets only', () => {
    const isPrivate = ({ Ref }: { Ref: string }): boolean => /Private/.test(Ref);
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::EKS::Nodegroup')))
      expect(Properties.Subnets.every(isPrivate)).toBe(true);
    expect(onlyResource(template, 'AWS::EKS::Cluster').Properties.ResourcesVpcConfig.SubnetIds.every(isPrivate)).toBe(true);
  });

  test('reaches S3 past the NAT gateway, from every private subnet', () => {
    const { Properties } = onlyResource(template, 'AWS::EC2::VPCEndpoint');
    expect(Properties.VpcEndpointType).toBe('Gateway');
    expect(textOf(Properties.ServiceName)).toMatch(/\.s3$/);
    const tables = Object.keys(resourcesOf(template, 'AWS::EC2::RouteTable')).filter((id) => /Private/.test(id));
    const reached = Properties.RouteTableIds.map(({ Ref }: any) => Ref as string);
    expect(tables).toHaveLength(3);
    for (const table of tables) expect(reached).toContain(table);
  });

  test('logs what it refuses, and its default security group lets nothing through', () => {
    expect(onlyResource(template, 'AWS::EC2::FlowLog').Properties.TrafficType).toMatch(/^(REJECT|ALL)$/);
    expect(Object.keys(resourcesOf(template, 'Custom::VpcRestrictDefaultSG'))).toHaveLength(1);
  });

  test('has two zones where two are asked for', () => {
    const two = templateOf(testPlatform({ zones: 2 }).stack);
    expect(Object.keys(resourcesOf(two, 'AWS::EC2::Subnet'))).toHaveLength(4);
  });

  test('of the caller is used as it is, and none is made', () => {
    const app = testApp();
    const network = new ec2.Vpc(new Stack(app, 'Network'), 'Vpc', { availabilityZones: ['eu-west-1a', 'eu-west-1b'] });
    const made = templateOf(testPlatform({ vpc: network }, app).stack);
    expect(resourcesOf(made, 'AWS::EC2::VPC')).toEqual({});
    expect(onlyResource(made, 'AWS::EKS::Cluster').Properties.ResourcesVpcConfig.SubnetIds).toHaveLength(2);
  });
});

describe('add-ons', () => {
  const addOns = Object.values(resourcesOf(template, 'AWS::EKS::Addon'));
  const named = (name: string): (typeof addOns)[0] => addOns.find(({ Properties }) => Properties.AddonName === name)!;

  test('are the four that Flink needs, taken over from what EKS put there', () => {
    expect(addOns.map(({ Properties }) => Properties.AddonName as string).sort()).toEqual([
      'coredns',
      'kube-proxy',
      'metrics-server',
      'vpc-cni',
    ]);
    for (const { Properties } of addOns) expect(Properties.ResolveConflicts).toBe('OVERWRITE');
  });

  test('have versions that are stated', () => {
    for (const name of ['vpc-cni', 'kube-proxy', 'coredns'])
      expect(named(name).Properties.AddonVersion).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
  });

  test('that run as pods wait for nodes, those that make nodes ready do not', () => {
    const waits = (name: string): boolean =>
      (named(name).DependsOn ?? []).some((id) => template.Resources[id].Type === 'AWS::EKS::Nodegroup');
    expect([waits('coredns'), waits('metrics-server'), waits('vpc-cni'), waits('kube-proxy')]).toEqual([true, true, false, false]);
  });

  // Source: EKS user guide, network policies: enableNetworkPolicy of the add-on vpc-cni, a text.
  test('hold network policies, without which the policy of an application is only a wish', () => {
    expect(JSON.parse(named('vpc-cni').Properties.ConfigurationValues as string)).toEqual({ enableNetworkPolicy: 'true' });
  });

  test('take a version of the caller', () => {
    const made = templateOf(testPlatform({ addOnVersions: { coredns: 'v9.9.9-eksbuild.1' } }).stack);
    const versions = Object.values(resourcesOf(made, 'AWS::EKS::Addon')).map(({ Properties }) => Properties.AddonVersion as string);
    expect(versions).toContain('v9.9.9-eksbuild.1');
  });

  test('of another Kubernetes get the versions that EKS takes for it', () => {
    const made = templateOf(testPlatform({ kubernetesVersion: eks.KubernetesVersion.of('1.35') }).stack);
    for (const { Properties } of Object.values(resourcesOf(made, 'AWS::EKS::Addon'))) expect(Properties.AddonVersion).toBeUndefined();
  });
});

describe('people', () => {
  const people = new Stack(testApp(), 'People');
  const role = (name: string): iam.IRole => iam.Role.fromRoleArn(people, name, `arn:aws:iam::111122223333:role/${name}`);
  const made = testPlatform({ admins: [role('Admin')], viewers: [role('Viewer')] });
  const entries = Object.values(resourcesOf(templateOf(made.stack), 'AWS::EKS::AccessEntry'));

  // Source: EKS user guide, access policy permissions.
  test.each([
    ['Admin', 'AmazonEKSClusterAdminPolicy'],
    ['Viewer', 'AmazonEKSViewPolicy'],
  ])('%s gets %s on the whole cluster', (name, policy) => {
    const entry = entries.find(({ Properties }) => Properties.PrincipalArn === `arn:aws:iam::111122223333:role/${name}`)!;
    expect(entry.Properties.AccessPolicies).toHaveLength(1);
    expect(textOf(entry.Properties.AccessPolicies[0].PolicyArn)).toBe(`arn:\${AWS::Partition}:eks::aws:cluster-access-policy/${policy}`);
    expect(entry.Properties.AccessPolicies[0].AccessScope).toEqual({ Type: 'cluster' });
  });

  test('nobody else does, apart from the handler', () => {
    expect(entries).toHaveLength(3);
    expect(Object.values(resourcesOf(template, 'AWS::EKS::AccessEntry'))).toHaveLength(1);
  });

  test('are told a command with a role that has access', () => {
    expect(made.stack.resolve(made.platform.kubeconfigCommand)).toBeTruthy();
    expect(textOf(made.stack.resolve(made.platform.kubeconfigCommand))).toMatch(
      /^aws eks update-kubeconfig --name \S+ --region \S+ --role-arn arn:aws:iam::111122223333:role\/Admin$/,
    );
  });

  test('are told the same command with the role to fill in, and what gives it access, when nobody has', () => {
    expect(textOf(stack.resolve(platform.kubeconfigCommand))).toMatch(
      /^aws eks update-kubeconfig --name \S+ --region \S+ --role-arn ROLE$/,
    );
    const [output, ...others] = Object.values(template.Outputs!).filter(({ Value }) => textOf(Value).includes('update-kubeconfig'));
    // The CDK has one of its own, with the role that nobody may assume.
    expect(others).toEqual([]);
    expect(output.Description).toMatch(/admins/);
  });
});

describe('the endpoint', () => {
  test('is open to the ranges that are named and to no other', () => {
    const made = templateOf(testPlatform({ endpoint: FlinkEndpoint.publicFrom(['203.0.113.7/32', '198.51.100.0/24']) }).stack);
    expect(onlyResource(made, 'AWS::EKS::Cluster').Properties.ResourcesVpcConfig).toMatchObject({
      EndpointPrivateAccess: true,
      EndpointPublicAccess: true,
      PublicAccessCidrs: ['203.0.113.7/32', '198.51.100.0/24'],
    });
  });

  test('that is open to everybody is warned about, one that is nearly so is not', () => {
    const open = (cidr: string): string[] => warningsOf(testPlatform({ endpoint: FlinkEndpoint.publicFrom([cidr]) }).platform);
    expect(open('0.0.0.0/0').join()).toMatch(/open to the whole internet/);
    expect(open('203.0.0.0/8')).toEqual([]);
  });
});

describe('the rest', () => {
  test('tags reach what costs money, down to instances and volumes', () => {
    const made = templateOf(testPlatform({ tags: { team: 'market' } }).stack);
    for (const { Properties } of Object.values(resourcesOf(made, 'AWS::EC2::LaunchTemplate'))) {
      const kinds = Properties.LaunchTemplateData.TagSpecifications.filter(({ Tags }: any) =>
        Tags.some(({ Key, Value }: any) => Key === 'team' && Value === 'market'),
      );
      expect(kinds.map(({ ResourceType }: any) => ResourceType as string).sort()).toEqual(['instance', 'volume']);
    }
    for (const { Properties } of Object.values(resourcesOf(made, 'AWS::EKS::Nodegroup'))) expect(Properties.Tags.team).toBe('market');
    expect(onlyResource(made, 'AWS::EKS::Cluster').Properties.Tags).toContainEqual({ Key: 'team', Value: 'market' });
  });

  test('a state bucket of the caller is used, and none is made', () => {
    const app = testApp();
    const data = new Stack(app, 'Data');
    const stateBucket = StateBucket.fromBucket(data, 'State', s3.Bucket.fromBucketName(data, 'Bucket', 'state'));
    expect(resourcesOf(templateOf(testPlatform({ stateBucket }, app).stack), 'AWS::S3::Bucket')).toEqual({});
  });

  test('no statement of the platform allows a wildcard of actions', () => {
    const own = statementsOf(template, /Capacity/);
    expect(own.length).toBeGreaterThan(0);
    for (const { actions } of own) for (const action of actions) expect(action).not.toContain('*');
  });

  test('kubectl comes from the layer package unless a layer is given', () => {
    const app: App = testApp();
    const own = new Stack(app, 'Own');
    new FlinkPlatform(own, 'Platform');
    expect(Object.keys(resourcesOf(templateOf(own), 'AWS::Lambda::LayerVersion')).some((id) => /KubectlLayer/.test(id))).toBe(true);
    expect(Object.keys(resourcesOf(template, 'AWS::Lambda::LayerVersion')).some((id) => /KubectlLayer/.test(id))).toBe(false);
  });
});
