import { Lazy, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as lib from '../lib';
import { messageOf, testApp, testApplication, testPlatform } from './fixtures/apps';
import { expectProblem, Refusal, testRefusals } from './fixtures/refusals';

type Props = lib.FlinkPlatformProps;

const row = (title: string, bad: () => Props, given: string | RegExp, near: () => Props): Refusal => ({
  title,
  refused: () => testPlatform(bad()),
  given,
  passes: () => testPlatform(near()),
});

/** A VPC of the caller whose private subnets lie in so many zones. */
function vpc(privateZones: number, type = ec2.SubnetType.PRIVATE_WITH_EGRESS): Props {
  const availabilityZones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].slice(0, Math.max(1, privateZones));
  const subnetConfiguration = [{ name: 'Public', subnetType: ec2.SubnetType.PUBLIC }];
  if (privateZones > 0) subnetConfiguration.push({ name: 'Private', subnetType: type });
  return { vpc: new ec2.Vpc(new Stack(testApp(), 'Network'), 'Vpc', { availabilityZones, subnetConfiguration }) };
}

const from = (...cidrs: string[]): Props => ({ endpoint: lib.FlinkEndpoint.publicFrom(cidrs) });
const kubernetes = (version: string): Props => ({ kubernetesVersion: eks.KubernetesVersion.of(version) });

describe('options of FlinkPlatform', () => {
  testRefusals(/^PlatformStack\/Platform: /, [
    row(
      'one zone',
      () => ({ zones: 1 }),
      'zones is 1',
      () => ({ zones: 2 }),
    ),
    row(
      'four zones',
      () => ({ zones: 4 }),
      'zones is 4',
      () => ({ zones: 3 }),
    ),
    row(
      'zones beside a VPC',
      () => ({ ...vpc(2), zones: 2 }),
      'zones is 2 together with vpc',
      () => vpc(2),
    ),
    row(
      'a VPC with public subnets only',
      () => vpc(0),
      'vpc has no private subnets',
      () => vpc(3),
    ),
    row(
      'a VPC whose private subnets have no way out',
      () => vpc(2, ec2.SubnetType.PRIVATE_ISOLATED),
      'vpc has no private subnets',
      () => vpc(2),
    ),
    row(
      'a VPC with private subnets in one zone',
      () => vpc(1),
      'vpc has private subnets in 1 zone',
      () => vpc(2),
    ),
    row(
      'no range for a public endpoint',
      () => from(),
      'endpoint has no range',
      () => from('203.0.113.7/32'),
    ),
    row(
      'an address without its length',
      () => from('203.0.113.7'),
      "'203.0.113.7'",
      () => from('203.0.113.7/32'),
    ),
    row(
      'an address that cannot be',
      () => from('203.0.113.256/32'),
      "'203.0.113.256/32'",
      () => from('203.0.113.255/32'),
    ),
    row(
      'a length that cannot be',
      () => from('203.0.113.0/33'),
      "'203.0.113.0/33'",
      () => from('203.0.113.0/32'),
    ),
    row(
      'Kubernetes 1.12',
      () => kubernetes('1.12'),
      "kubernetesVersion is '1.12'",
      () => kubernetes('1.36'),
    ),
    row(
      'a Kubernetes that is not there yet',
      () => kubernetes('1.99'),
      "kubernetesVersion is '1.99'",
      () => kubernetes('1.35'),
    ),
  ]);

  test('kubectl two minor versions away is refused, one minor version away or a layer of its own is not', () => {
    const own = (version: string, layer?: lambda.ILayerVersion) => () =>
      new lib.FlinkPlatform(new Stack(testApp(), 'Own'), 'Platform', { ...kubernetes(version), kubectlLayer: layer });
    const message = messageOf(own('1.34'));
    expect(message).toMatch(
      /^Own\/Platform: kubernetesVersion is '1\.34' with kubectl 1\.36: allowed is one minor version of skew; give 'kubectlLayer'/,
    );
    expect(own('1.35')).not.toThrow();
    expect(() => testPlatform(kubernetes('1.34'))).not.toThrow();
  });

  test('all problems come in one error', () => {
    const message = messageOf(() => testPlatform({ zones: 7, ...from('nowhere'), ...kubernetes('1.12') }));
    for (const name of ['zones is 7', "'nowhere'", "'1.12'"]) expect(message).toContain(name);
    for (const line of message.split('\n')) expectProblem(line);
  });

  test('a range that is known only at deployment is not compared', () => {
    expect(() => testPlatform(from(Token.asString({ Ref: 'Range' })))).not.toThrow();
  });
});

describe('node groups', () => {
  const six = ['m5', 'm5a', 'm5d', 'm5n', 'm6i', 'm6a'];
  const types = (names: string[]): ec2.InstanceType[] => names.map((name) => new ec2.InstanceType(name));
  const shape = (size: string, families = six): ec2.InstanceType[] => types(families.map((family) => `${family}.${size}`));
  const second: lib.NodeGroupOptions = { instanceTypes: shape('4xlarge'), minSize: 0 };

  /** A platform whose first Spot group is this one. */
  const spot = (group: Partial<lib.NodeGroupOptions>) => (): Props => ({
    capacity: new lib.ManagedNodeGroupCapacity({ spot: [{ instanceTypes: shape('xlarge'), minSize: 0, ...group }, second] }),
  });
  const onDemand = (group: Partial<lib.NodeGroupOptions>) => (): Props => ({
    capacity: new lib.ManagedNodeGroupCapacity({ onDemand: { instanceTypes: types(['m6i.large']), ...group } }),
  });
  const named = (...names: string[]) => spot({ instanceTypes: types([...names, ...shape('xlarge').map(String)]) });

  testRefusals(/^PlatformStack\/Platform\/Capacity: /, [
    row(
      'more nodes at least than at most',
      spot({ minSize: 5, maxSize: 4 }),
      'minSize 5, desiredSize 5, maxSize 4',
      spot({ minSize: 4, maxSize: 4 }),
    ),
    row('more nodes at first than at most', spot({ desiredSize: 11 }), 'desiredSize 11, maxSize 10', spot({ desiredSize: 10 })),
    row(
      'fewer nodes at first than at least',
      onDemand({ minSize: 3, desiredSize: 2 }),
      'minSize 3, desiredSize 2',
      onDemand({ minSize: 3, desiredSize: 3 }),
    ),
    row('no node at most', spot({ maxSize: 0 }), 'sizes 0, 0, 0', spot({ maxSize: 1 })),
    row('less than no node', spot({ minSize: -1 }), 'sizes -1', spot({ minSize: 0 })),
    row('half a node', spot({ maxSize: 2.5 }), '2.5', spot({ maxSize: 3 })),
    row('a tiny disk', spot({ diskGib: 19 }), 'diskGib 19', spot({ diskGib: 20 })),
    row(
      'five types in a Spot group',
      spot({ instanceTypes: shape('xlarge', six.slice(1)) }),
      'spot[0] has 5 instance types',
      spot({ instanceTypes: shape('xlarge') }),
    ),
    row('a type that does not exist', named('m99.large'), /'m99\.large'.*did you mean/, named('m5zn.xlarge')),
    row('a type without a size', named('m5'), /'m5'.*did you mean 'm5/, named('m5dn.xlarge')),
    row('types of two sizes', named('m5dn.2xlarge'), /mixes shapes \(.*m5dn\.2xlarge 8 vCPU 32 GiB/, named('m5dn.xlarge')),
    row('types of equal vCPU and other memory', named('r5.xlarge'), /mixes shapes \(.*r5\.xlarge 4 vCPU 32 GiB/, named('m5dn.xlarge')),
    row('types of two architectures', named('m6g.xlarge'), 'mixes x86_64 and arm64 types', named('m6id.xlarge')),
    row('a type twice', named('m5.xlarge'), 'names an instance type twice', named('m5dn.xlarge')),
    row('a burstable type', named('t3.xlarge'), "burstable type 't3.xlarge'", named('m6id.xlarge')),
    row(
      'one Spot group',
      () => ({ capacity: new lib.ManagedNodeGroupCapacity({ spot: [second] }) }),
      'spot has 1 group',
      () => ({ capacity: new lib.ManagedNodeGroupCapacity({ spot: [second, { instanceTypes: shape('xlarge'), minSize: 0 }] }) }),
    ),
  ]);

  test('all problems of all groups come in one error', () => {
    const capacity = new lib.ManagedNodeGroupCapacity({
      onDemand: { instanceTypes: types(['m99.large']), minSize: 5, maxSize: 4 },
      spot: [{ instanceTypes: types(['t3.large']), diskGib: 1 }],
    });
    const message = messageOf(() => testPlatform({ capacity }));
    for (const name of [
      'onDemand has minSize 5',
      "onDemand has 'm99.large'",
      'spot[0] has 1 instance types',
      'spot[0] has diskGib 1',
      'spot has 1 group',
    ]) {
      expect(message).toContain(name);
    }
  });

  test('sizes that are known only at deployment are not compared', () => {
    const later = Lazy.number({ produce: () => 3 });
    const { app, platform } = testPlatform(spot({ minSize: later, desiredSize: later, maxSize: later })());
    expect(() => testApplication(new Stack(app, 'Jobs'), platform)).not.toThrow();
  });
});
