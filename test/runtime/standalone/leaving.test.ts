import { Duration } from 'aws-cdk-lib';
import * as lib from '../../../lib';
import { ApplicationOverrides, templateOf, testJob } from '../../fixtures/apps';
import { deploymentsOf, flinkOptions, KubernetesObject, kubernetesObjects, selects } from '../../fixtures/kubernetes';

const drawn = (props: ApplicationOverrides = {}): KubernetesObject[] => kubernetesObjects(templateOf(testJob(props).jobStack));
const runtime = (props: lib.StandaloneRuntimeProps): ApplicationOverrides => ({ runtime: new lib.StandaloneRuntime(props) });
const fixed = lib.FlinkScaling.fixed({ parallelism: 4, spare: 1 });
const OLDER = { version: lib.FlinkVersion.V1_20, image: lib.FlinkImage.fromUri('flink:1.20.5-scala_2.12-java17') };
const hookOf = (deployment: KubernetesObject): string[] | undefined =>
  deployment.spec.template.spec.containers[0].lifecycle?.preStop?.exec.command;

describe('fixed scaling', () => {
  test('runs as many TaskManagers as the job needs, and the spare', () => {
    const { taskManager } = deploymentsOf(drawn({ ...runtime({ scaling: fixed }), taskManager: { taskSlots: 2 } }));
    // Four tasks side by side, two a TaskManager, and one more.
    expect(taskManager.spec.replicas).toBe(3);
  });

  test('leaves the number to the autoscaler where there is one', () => {
    expect(deploymentsOf(drawn()).taskManager.spec.replicas).toBeUndefined();
  });
});

describe('a pod that leaves', () => {
  test.each<[string, ApplicationOverrides, string]>([
    ['waits for its replacement with fixed parallelism', runtime({ scaling: fixed }), '30'],
    ['waits for it on 1.20 too', { ...runtime({ scaling: fixed }), ...OLDER }, '30'],
    ['waits for it in Reactive Mode on 2.2, which takes a new TaskManager in later', {}, '30'],
    ['does not in Reactive Mode on 1.20, which restarts the job when it comes', OLDER, '0'],
  ])('%s', (_, props, seconds) => {
    const { taskManager } = deploymentsOf(drawn(props));
    expect(hookOf(taskManager)?.slice(-2)).toEqual(['45', seconds]);
  });

  test('leaves the checkpoint fifteen seconds of a deadline, and waits 30 s for a replacement at most', () => {
    const waits = [20, 45, 60].map((deadline) => {
      const eviction = lib.FlinkEviction.checkpointFirst({ deadline: Duration.seconds(deadline) });
      return hookOf(deploymentsOf(drawn(runtime({ scaling: fixed, eviction }))).taskManager)?.slice(-2);
    });
    expect(waits).toEqual([
      ['20', '5'],
      ['45', '30'],
      ['60', '30'],
    ]);
  });

  test('at once has the 30 s of Kubernetes, and no hook', () => {
    const { taskManager } = deploymentsOf(drawn(runtime({ eviction: lib.FlinkEviction.atOnce() })));
    expect([taskManager.spec.template.spec.terminationGracePeriodSeconds, hookOf(taskManager)]).toEqual([30, undefined]);
  });

  test('asks its JobManager, and the JobManager itself', () => {
    const { jobManager, taskManager } = deploymentsOf(drawn());
    expect([hookOf(jobManager)?.[2], hookOf(taskManager)?.[2]]).toEqual(['127.0.0.1', 'prices-rest']);
  });

  test('knows its name, under which Flink lists it', () => {
    const { env, args } = deploymentsOf(drawn()).taskManager.spec.template.spec.containers[0];
    expect(args).toContain('-Dtaskmanager.resource-id=$(POD_NAME)');
    expect(env).toContainEqual({ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } });
  });

  test('finds a REST API that it can talk to', () => {
    expect(flinkOptions(drawn())['security.ssl.rest.enabled']).toBe(false);
  });
});

describe('the JobManager', () => {
  const budgets = (objects: KubernetesObject[]): KubernetesObject[] =>
    objects.filter(({ kind, spec }) => kind === 'PodDisruptionBudget' && selects(spec.selector.matchLabels, labelsOf(objects)));
  const labelsOf = (objects: KubernetesObject[]): Record<string, string> => deploymentsOf(objects).jobManager.spec.template.metadata.labels;

  test('is alone by default, and no budget keeps its node from being drained', () => {
    const objects = drawn();
    expect(deploymentsOf(objects).jobManager.spec.replicas).toBe(1);
    expect(budgets(objects)).toEqual([]);
  });

  test('has a standby on another node when that is asked for, and both never leave together', () => {
    const objects = drawn(runtime({ standbyJobManagers: 1 }));
    const { replicas, strategy, template } = deploymentsOf(objects).jobManager.spec;
    // One version at a time: Kubernetes HA elects among those that run.
    expect([replicas, strategy]).toEqual([2, { type: 'Recreate' }]);
    expect(flinkOptions(objects)['high-availability.type']).toBe('kubernetes');
    const constraints = template.spec.topologySpreadConstraints as { topologyKey: string; labelSelector: { matchLabels: any } }[];
    expect(constraints.map(({ topologyKey }) => topologyKey)).toContain('kubernetes.io/hostname');
    expect(constraints.every(({ labelSelector }) => selects(labelSelector.matchLabels, labelsOf(objects)))).toBe(true);
    expect(budgets(objects).map(({ spec }) => spec.maxUnavailable as number)).toEqual([1]);
  });
});
