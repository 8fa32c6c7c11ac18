import { Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ExistingCapacity, ExistingCapacityProps, ExistingNodes, PlacementProfile, TaskManagerOptions } from '../../lib';
import { messageOf, resourcesOf, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects } from '../fixtures/kubernetes';

const types = (...names: string[]): ec2.InstanceType[] => names.map((name) => new ec2.InstanceType(name));
const onDemand: ExistingNodes = { labels: { pool: 'steady' }, instanceTypes: types('m6i.large'), diskGib: 60, maxNodes: 2 };
const spotTypes = types('m6i.xlarge', 'm5.xlarge', 'm5a.xlarge', 'm6a.xlarge', 'm5n.xlarge', 'm5d.xlarge');
const spot: ExistingNodes = {
  labels: { pool: 'cheap' },
  tolerations: [{ key: 'spot', value: 'yes', effect: 'NoSchedule' }],
  instanceTypes: spotTypes,
  diskGib: 60,
  maxNodes: 10,
};
const withCapacity = (props: ExistingCapacityProps): Stack => testPlatform({ capacity: new ExistingCapacity(props) }).stack;

describe('machines that are already there', () => {
  const { stack, platform } = testPlatform({ capacity: new ExistingCapacity({ onDemand, spot }) });
  testApplication(stack, platform);
  const template = templateOf(stack);
  const { jobManager, taskManager } = deploymentsOf(kubernetesObjects(template));
  const pod = (deployment: any): any => deployment.spec.template.spec;
  const asked = (deployment: any): unknown =>
    pod(deployment).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions;

  test('get nothing installed', () => {
    for (const type of ['AWS::EKS::Nodegroup', 'AWS::EKS::Addon', 'Custom::AWSCDK-EKS-HelmChart', 'AWS::EC2::LaunchTemplate']) {
      expect(Object.keys(resourcesOf(template, type))).toEqual([]);
    }
  });

  test('are told apart by their labels, and their taints are accepted', () => {
    expect(asked(jobManager)).toEqual([{ key: 'pool', operator: 'In', values: ['steady'] }]);
    expect(asked(taskManager)).toEqual([{ key: 'pool', operator: 'In', values: ['cheap'] }]);
    expect(pod(taskManager).tolerations).toContainEqual({ key: 'spot', operator: 'Equal', value: 'yes', effect: 'NoSchedule' });
    expect(JSON.stringify(pod(jobManager).tolerations ?? [])).not.toContain('"spot"');
  });
});

describe('what runs on them', () => {
  const placed = (taskManager: TaskManagerOptions): Stack => {
    const { stack, platform } = testPlatform({ capacity: new ExistingCapacity({ onDemand, spot }) });
    testApplication(stack, platform, { taskManager });
    return stack;
  };

  // 16 GiB of the smallest type, less what Kubernetes and the system keep of it.
  test('is checked: a pod that fits none of them is refused', () => {
    expect(messageOf(() => placed({ memory: Size.gibibytes(16) }))).toMatch(/taskManager fits no node/);
    expect(() => placed({ memory: Size.gibibytes(12) })).not.toThrow();
  });

  test('takes both sides where Spot may fall back to On-Demand', () => {
    const objects = kubernetesObjects(templateOf(placed({ placement: PlacementProfile.spotWithFallback() })));
    const { nodeAffinity } = deploymentsOf(objects).taskManager.spec.template.spec.affinity;
    expect(nodeAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: ['cheap', 'steady'] }] }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, preference: { matchExpressions: [{ key: 'pool', operator: 'In', values: ['cheap'] }] } },
      ],
    });
  });
});

// Source: EKS user guide, launch templates: the root volume is 20 GiB where nothing is said.
test('nodes whose disk is not told have as much as EKS gives: 20 GiB, of which kubelet keeps a tenth and one', () => {
  const { platform } = testPlatform({ capacity: new ExistingCapacity({ spot: { labels: { pool: 'cheap' }, instanceTypes: spotTypes } }) });
  expect(platform.capacity.spot!.shapes.map(({ allocatable }) => allocatable.ephemeralStorage.toGibibytes())).toEqual([17]);
});

describe('bad input', () => {
  test.each<[string, ExistingCapacityProps, RegExp]>([
    ['no side at all', {}, /neither onDemand nor spot is given/],
    ['no label', { spot: { labels: {} } }, /spot\.labels is empty/],
    ['a label that is none', { spot: { labels: { 'a b': 'c' } } }, /spot\.labels has 'a b: c': allowed/],
    ['a value of 64 characters', { spot: { labels: { pool: 'x'.repeat(64) } } }, /spot\.labels has 'pool: x+': allowed/],
    ['sides that look alike', { spot: { labels: { pool: 'a' } }, onDemand: { labels: { pool: 'a' } } }, /no label with two values/],
    ['a type that is none', { onDemand: { labels: { a: 'b' }, instanceTypes: types('m7i.lrge') } }, /did you mean 'm7i\.large'/],
    ['types and shapes', { onDemand: { ...onDemand, shapes: [] } }, /onDemand has shapes beside instanceTypes/],
    ['no node at all', { onDemand: { ...onDemand, maxNodes: 0 } }, /onDemand\.maxNodes is 0: allowed/],
    ['two architectures', { onDemand: { labels: { a: 'b' }, instanceTypes: types('m6i.large', 'm6g.large') } }, /mixes x86_64 and arm64/],
  ])('%s is refused', (_, props, message) => {
    expect(messageOf(() => withCapacity(props))).toMatch(message);
  });

  test.each<[string, ExistingCapacityProps]>([
    ['one side', { spot }],
    ['one node', { spot, onDemand: { ...onDemand, maxNodes: 1 } }],
    ['a value of 63 characters', { spot: { ...spot, labels: { 'example.com/pool': 'x'.repeat(63) } } }],
    [
      'sides that differ in one label',
      { spot: { ...spot, labels: { a: 'b', pool: 'x' } }, onDemand: { ...onDemand, labels: { a: 'b', pool: 'y' } } },
    ],
  ])('%s passes', (_, props) => {
    expect(() => withCapacity(props)).not.toThrow();
  });

  test('an application that asks for a side that is not there is refused, with the name of the capacity', () => {
    const { stack, platform } = testPlatform({ capacity: new ExistingCapacity({ spot }) });
    expect(messageOf(() => testApplication(stack, platform))).toMatch(
      /jobManager\.placement asks for On-Demand Instances: ExistingCapacity has none/,
    );
  });

  test('sides that no single condition describes cannot fall back', () => {
    const capacity = new ExistingCapacity({ onDemand, spot: { ...spot, labels: { pool: 'cheap', lifecycle: 'spot' } } });
    const { stack, platform } = testPlatform({ capacity });
    const taskManager = { placement: PlacementProfile.spotWithFallback() };
    expect(messageOf(() => testApplication(stack, platform, { taskManager }))).toMatch(
      /taskManager\.placement asks for Spot and On-Demand/,
    );
  });
});

describe('warnings', () => {
  const few = 'spot has 5 instance types*';
  const unknown = 'nothing is known of the size of the spot nodes*';
  const warned = (props: ExistingCapacityProps, text: string): number =>
    Annotations.fromStack(withCapacity(props)).findWarning('*', Match.stringLikeRegexp(text.replace('*', '.*'))).length;

  test('few Spot pools, and nodes of unknown size, are warned about; six types are not', () => {
    expect(warned({ spot: { ...spot, instanceTypes: spotTypes.slice(1) } }, few)).toBe(1);
    expect(warned({ spot: { ...spot, instanceTypes: spotTypes.slice(0, 1) } }, 'spot has 1 instance types*')).toBe(1);
    expect(warned({ spot: { labels: { a: 'b' } } }, unknown)).toBe(1);
    expect(warned({ spot }, 'spot|nothing')).toBe(0);
  });
});
