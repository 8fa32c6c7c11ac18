import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { InstanceFilter, InstanceSelector, KarpenterCapacity, ManagedNodeGroupCapacity, Placement } from '../../lib';
import { InstanceCatalog } from '../../lib/capacity/instance-catalog';
import { messageOf, testPlatform } from '../fixtures/apps';

const names = (selector: InstanceSelector): string[] => selector.instanceTypes.map(String);
const shape = (filter: InstanceFilter = {}): string[] => names(InstanceSelector.of({ vcpu: 4, memoryGib: 16, ...filter }));

// By the names alone, which EC2 builds of family, generation and size. Source: Amazon EC2 instance types, naming conventions.
describe('types of one shape', () => {
  test('are m and xlarge for 4 vCPU and 16 GiB, newest first, twenty at most', () => {
    const found = shape();
    expect(found).toHaveLength(20);
    expect(found.filter((type) => !/^m\d+[a-z]*\.xlarge$/.test(type))).toEqual([]);
    const generations = found.map((type) => Number(/\d+/.exec(type)![0]));
    expect(generations).toEqual([...generations].sort((a, b) => b - a));
    expect(Math.min(...generations)).toBeGreaterThanOrEqual(5);
  });

  test('are the same list each time, sorted by name within a generation', () => {
    expect(shape()).toEqual(shape());
    const fifth = shape({ maxGeneration: 5 });
    expect(fifth).toEqual([...fifth].sort());
    expect(fifth).toEqual(expect.arrayContaining(['m5.xlarge', 'm5a.xlarge', 'm5d.xlarge', 'm5n.xlarge']));
  });

  test('follow memory: c has 2 GiB a vCPU, r has 8', () => {
    expect(names(InstanceSelector.of({ vcpu: 4, memoryGib: 8 })).filter((type) => !type.startsWith('c'))).toEqual([]);
    expect(names(InstanceSelector.of({ vcpu: 4, memoryGib: 32 })).filter((type) => !type.startsWith('r'))).toEqual([]);
  });

  test('have processors of one architecture: Graviton families have a g after the generation', () => {
    const graviton = /^m\d+g[a-z]*\./;
    expect(shape().filter((type) => graviton.test(type))).toEqual([]);
    const arm = shape({ architecture: ec2.InstanceArchitecture.ARM_64 });
    expect(arm.length).toBeGreaterThanOrEqual(6);
    expect(arm.filter((type) => !graviton.test(type))).toEqual([]);
  });

  test('with local disks have a d in the family', () => {
    const local = shape({ localNvme: true });
    expect(local).toEqual(expect.arrayContaining(['m5d.xlarge', 'm6id.xlarge']));
    expect(local.filter((type) => !/d/.test(type.split('.')[0]))).toEqual([]);
  });

  test('are without the families and types that are left out', () => {
    const all = shape({ maxGeneration: 5 });
    expect(shape({ maxGeneration: 5, exclude: ['m5', 'm5a.xlarge'] })).toEqual(all.filter((type) => !/^(m5|m5a)\.xlarge$/.test(type)));
  });

  test('lie between two generations, and are as many as are asked for', () => {
    expect(shape({ minGeneration: 6, maxGeneration: 6 }).filter((type) => !/^m6/.test(type))).toEqual([]);
    expect(shape({ limit: 3 })).toEqual(shape().slice(0, 3));
  });
});

test('types within limits have every shape between them, neither burstable nor bare metal', () => {
  const found = names(InstanceSelector.within({ minVcpu: 2, maxVcpu: 96, minMemoryGib: 4, maxMemoryGib: 384, limit: 1000 }));
  const sizes = new Set(found.map((type) => type.split('.')[1]));
  expect([...sizes]).toEqual(
    expect.arrayContaining(['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']),
  );
  expect([...sizes].filter((size) => /^(medium|small|32xlarge|48xlarge)/.test(size))).toEqual([]);
  expect(found.filter((type) => /^t|flex|metal/.test(type))).toEqual([]);
});

test('a shape that no type has is refused with one that some have', () => {
  expect(messageOf(() => InstanceSelector.of({ vcpu: 4, memoryGib: 15 }))).toMatch(/no instance type of .* use for example/);
  expect(() => InstanceSelector.of({ vcpu: 4, memoryGib: 16 })).not.toThrow();
});

// Source: EC2, naming of instance types: the family stands before the point.
test('the catalog knows the parts of a name', () => {
  expect(InstanceCatalog.instance.find('m6gd.metal')).toMatchObject({
    family: 'm6gd',
    category: 'm',
    generation: 6,
    arm: true,
    metal: true,
  });
});

// Source: the label kubernetes.io/arch; Karpenter v1.14, reference/instance-types.md: 3920m and 14162Mi of m5.xlarge, 14103Mi of m6g.xlarge.
describe('shapes of nodes', () => {
  const shapesOf = (side?: Placement): unknown[] =>
    side!.shapes.map(({ architecture, allocatable: { cpu, memory, ephemeralStorage } }) => [
      architecture,
      cpu,
      memory.toMebibytes(),
      ephemeralStorage.toGibibytes(),
    ]);
  const arm = InstanceSelector.of({
    vcpu: 4,
    memoryGib: 16,
    architecture: ec2.InstanceArchitecture.ARM_64,
    maxGeneration: 8,
  }).instanceTypes;
  const large = InstanceSelector.of({ vcpu: 8, memoryGib: 32, maxGeneration: 6 }).instanceTypes;

  test('of node groups say architecture and what pods may request', () => {
    const capacity = new ManagedNodeGroupCapacity({ spot: [{ instanceTypes: arm }, { instanceTypes: large }] });
    expect(shapesOf(testPlatform({ capacity }).platform.capacity.spot)).toEqual([
      ['arm64', 3.92, 14_103, 53],
      ['amd64', 7.91, 29_317, 53],
    ]);
  });

  test('of Karpenter pools say the same', () => {
    const on = (instanceTypes: ec2.InstanceType[]): unknown[] =>
      shapesOf(testPlatform({ capacity: new KarpenterCapacity({ spotInstanceTypes: instanceTypes }) }).platform.capacity.spot);
    expect(on(arm)).toEqual([['arm64', 3.92, 14_103, 53]]);
    expect(on(large)).toEqual([['amd64', 7.91, 29_317, 53]]);
  });
});
