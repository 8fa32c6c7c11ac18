import { Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as lib from '../../lib';
import { templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { CAPACITIES } from '../fixtures/capacities';
import { deploymentsOf, KubernetesObject, kubernetesObjects, mebibytes, objectOf } from '../fixtures/kubernetes';
import { Refusal, testRefusals } from '../fixtures/refusals';

const types = (...names: string[]): ec2.InstanceType[] => names.map((name) => new ec2.InstanceType(name));
const FIVE = ['m5.xlarge', 'm5a.xlarge', 'm5d.xlarge', 'm5n.xlarge', 'm6i.xlarge'];

const bind = (props: lib.KarpenterCapacityProps) => (): unknown => testPlatform({ capacity: new lib.KarpenterCapacity(props) });
const row = (title: string, bad: lib.KarpenterCapacityProps, given: string | RegExp, near: lib.KarpenterCapacityProps): Refusal => ({
  title,
  refused: bind(bad),
  given,
  passes: bind(near),
});
const spot = (...names: string[]): lib.KarpenterCapacityProps => ({ spotInstanceTypes: types(...names) });
const onDemand = (...names: string[]): lib.KarpenterCapacityProps => ({ onDemandInstanceTypes: types(...names) });

describe('options of KarpenterCapacity', () => {
  testRefusals(/^PlatformStack\/Platform\/Capacity: /, [
    row('four Spot types', spot(...FIVE.slice(1)), 'spotInstanceTypes has 4 types', spot(...FIVE)),
    row('five Spot types of which two are the same', spot(...FIVE.slice(1), FIVE[1]), 'spotInstanceTypes has 4 types', spot(...FIVE)),
    row('no On-Demand type', onDemand(), 'onDemandInstanceTypes has 0 types', onDemand('m6i.large')),
    row('a misspelt type', spot(...FIVE, 'm6i.xlrage'), /'m6i\.xlrage'.*did you mean 'm6i\.xlarge'/, spot(...FIVE, 'm6a.xlarge')),
    row('a type without a size', spot(...FIVE, 'm5'), /'m5'.*did you mean/, spot(...FIVE, 'm5dn.xlarge')),
    row('a burstable type', spot(...FIVE, 't3.xlarge'), "burstable type 't3.xlarge'", spot(...FIVE, 'c6i.2xlarge')),
    row('a type that has its full CPU part of the time', onDemand('m7i-flex.large'), "'m7i-flex.large'", onDemand('m7i.large')),
    row('two architectures', spot(...FIVE, 'm6g.xlarge'), 'spotInstanceTypes mixes', spot(...FIVE, 'm6id.xlarge')),
    row('a limit below any node', { spotCpuLimit: 1 }, 'spotCpuLimit is 1', { spotCpuLimit: 2 }),
    row('half a vCPU', { onDemandCpuLimit: 4.5 }, 'onDemandCpuLimit is 4.5', { onDemandCpuLimit: 4 }),
    row('a tiny disk', { diskGib: 19 }, 'diskGib is 19', { diskGib: 20 }),
    row('half a gibibyte', { diskGib: 60.5 }, 'diskGib is 60.5', { diskGib: 61 }),
    row('an AMI alias without a version', { amiAlias: 'al2023' }, "amiAlias is 'al2023'", { amiAlias: 'al2023@v20260810' }),
    row('an AMI of another family', { amiAlias: 'bottlerocket@latest' }, "amiAlias is 'bottlerocket@latest'", {
      amiAlias: 'al2023@latest',
    }),
  ]);
});

// By hand: of 8 vCPU Karpenter starts two nodes of 4 or one of 8; 3.92 less 0.2 for DaemonSets holds 3, 7.91 less 0.2 holds 7. Not 13.
describe('a limit that machines of two sizes share', () => {
  const of = (max: number) => (): unknown => {
    const capacity = new lib.KarpenterCapacity({ spotInstanceTypes: types(...FIVE, 'm5.2xlarge'), spotCpuLimit: 8 });
    const { stack, platform } = testPlatform({ capacity });
    return testApplication(stack, platform, {
      runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.reactive({ min: 1, max }) }),
      taskManager: { memory: Size.gibibytes(2), workDirectory: Size.gibibytes(2) },
    });
  };
  testRefusals(/^PlatformStack\/Prices: /, [
    { title: 'counts once', refused: of(8), given: /taskManager may be 8, its machines hold 1 m5\.2xlarge x 7 = 7/, passes: of(7) },
  ]);
});

// What cannot be said cannot be wrong: these follow from the library, whatever the capacity is.
describe.each(Object.keys(CAPACITIES))('%s: by construction', (kind) => {
  let objects: KubernetesObject[];
  beforeAll(() => {
    const { stack, platform } = testPlatform({ capacity: CAPACITIES[kind]() });
    testApplication(stack, platform);
    objects = kubernetesObjects(templateOf(stack));
  });
  const pods = (): KubernetesObject[] => Object.values(deploymentsOf(objects)).map(({ spec }) => spec.template as KubernetesObject);

  test('no pod keeps apart from others by a required rule, which slows the Cluster Autoscaler', () => {
    for (const { spec } of pods()) expect(Object.keys(spec.affinity as object)).toEqual(['nodeAffinity']);
  });

  test('no pod may use less disk than its volumes hold', () => {
    for (const { spec } of pods()) {
      const volumes = (spec.volumes as { emptyDir?: { sizeLimit: string } }[]).flatMap(({ emptyDir }) => emptyDir?.sizeLimit ?? []);
      const needed = volumes.map(mebibytes).reduce((sum, one) => sum + one, 0);
      expect(volumes.length).toBeGreaterThan(0);
      expect(mebibytes(spec.containers[0].resources.limits['ephemeral-storage'] as string)).toBeGreaterThanOrEqual(needed);
    }
  });

  test('a lost node is left after seconds, not five minutes', () => {
    const { taskManager } = deploymentsOf(objects);
    const lost = (taskManager.spec.template.spec.tolerations as any[]).filter(({ effect }) => effect === 'NoExecute');
    expect(lost.map(({ key }) => key as string).sort()).toEqual(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);
    for (const { tolerationSeconds } of lost) expect(tolerationSeconds).toBeLessThanOrEqual(30);
  });

  test('the autoscaler of pods has metrics, a target and a request, and no number of replicas beside it', () => {
    const { taskManager } = deploymentsOf(objects);
    expect(objectOf(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef).toMatchObject({
      kind: 'Deployment',
      name: taskManager.metadata.name,
    });
    expect(taskManager.spec.template.spec.containers[0].resources.requests.cpu).toMatch(/^[1-9]\d*m$/);
    expect(taskManager.spec).not.toHaveProperty('replicas');
    expect(CAPACITIES[kind]().clusterNeeds.addOns.map(({ name }) => name)).toContain('metrics-server');
  });

  test('no budget can hold up every drain, and the only JobManager has none', () => {
    const budgets = objects.filter(({ kind: one }) => one === 'PodDisruptionBudget');
    expect(budgets.map(({ spec }) => [spec.maxUnavailable, spec.minAvailable])).toEqual([['50%', undefined]]);
    const { jobManager } = deploymentsOf(objects);
    expect(budgets[0].spec.selector.matchLabels).not.toEqual(jobManager.spec.selector.matchLabels);
  });
});

// Parallelism 12 with 2 slots: 6 TaskManagers and the spare; 11 with 2 slots: the last has one slot too many.
test.each([
  [12, 2, 7],
  [11, 2, 7],
  [1, 4, 2],
])('a parallelism of %i with %i slots has the TaskManagers that it needs, and one to spare', (parallelism, taskSlots, replicas) => {
  const { stack, platform } = testPlatform();
  const runtime = new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.fixed({ parallelism }) });
  testApplication(stack, platform, { runtime, taskManager: { taskSlots } });
  expect(deploymentsOf(kubernetesObjects(templateOf(stack))).taskManager.spec.replicas).toBe(replicas);
});
