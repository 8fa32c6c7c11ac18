import { Duration, Stack } from 'aws-cdk-lib';
import { DeploymentOptions, FlinkScaling, FlinkStart, HighAvailability, StandaloneRuntime } from '../../lib';
import { ApplicationOverrides, templateOf, testApplication, testJob, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects, startEnvironment } from '../fixtures/kubernetes';
import { Refusal, testRefusals } from '../fixtures/refusals';

const SAVEPOINT = 's3p://bucket/savepoints/prices/savepoint-0123-456789';

const objectsOf = (deployment: DeploymentOptions, more: ApplicationOverrides = {}): ReturnType<typeof kubernetesObjects> =>
  kubernetesObjects(templateOf(testJob({ deployment, ...more }).jobStack));
const environmentOf = (deployment: DeploymentOptions, more: ApplicationOverrides = {}): Record<string, string> =>
  startEnvironment(deploymentsOf(objectsOf(deployment, more)).jobManager);
const checksumOf = (deployment: DeploymentOptions): string =>
  deploymentsOf(objectsOf(deployment)).taskManager.spec.template.metadata.labels['cdk-flink-on-eks/checksum'] as string;

describe('what the start is told', () => {
  test('the newest checkpoint unless something else is said', () => {
    const environment = environmentOf({});
    expect(environment).toMatchObject({ NAME: 'prices', NAMESPACE: 'prices', OWN_NAMESPACE: 'true', NONCE: '', START: '' });
    expect(environmentOf({ start: FlinkStart.latest() })).toEqual(environment);
    expect(environment.START_JOB_ID).toBe(environment.JOB_ID);
  });

  test('a savepoint with its nonce, under an id that the nonce decides', () => {
    const start = (nonce: string): Record<string, string> => environmentOf({ start: FlinkStart.fromSavepoint(SAVEPOINT, { nonce }) });
    const [one, again, two] = [start('1'), start('1'), start('2')];
    expect(one).toMatchObject({ NONCE: '1', START: `savepoint ${SAVEPOINT}`, ALLOW_NON_RESTORED_STATE: 'false' });
    expect([again.START_JOB_ID, two.START_JOB_ID === one.START_JOB_ID, one.START_JOB_ID === one.JOB_ID]).toEqual([
      one.START_JOB_ID,
      false,
      false,
    ]);
    expect(one.START_JOB_ID).toMatch(/^[0-9a-f]{32}$/);
    const dropping = environmentOf({ start: FlinkStart.fromSavepoint(SAVEPOINT, { nonce: '1', allowNonRestoredState: true }) });
    expect(dropping.ALLOW_NON_RESTORED_STATE).toBe('true');
    expect(environmentOf({ start: FlinkStart.empty({ nonce: '1' }) })).toMatchObject({ NONCE: '1', START: 'empty' });
  });

  test('what may not change while the state is kept', () => {
    expect(environmentOf({}, { flink: { maxParallelism: 256 } })).toMatchObject({
      FLINK_LINE: '2.2',
      MAX_PARALLELISM: '256',
      STATE_BACKEND: 'rocksdb',
      CHECKPOINTS: expect.stringMatching(/^s3p:\/\/.*\/checkpoints\/prices$/),
      HIGH_AVAILABILITY: expect.stringMatching(/^s3p:\/\/.*\/ha\/prices$/),
    });
  });

  // Source: Flink, EntropyInjector: metadata lies where the mark is left out, so that it is found.
  test('checkpoints are looked for where their metadata is, whatever is spread over prefixes', () => {
    expect(environmentOf({}, { checkpointing: { entropyLength: 4 } }).CHECKPOINTS).toMatch(/\/checkpoints\/prices$/);
  });

  test('a start is a change of the pods, so that a deploy waits for it', () => {
    const sums = [{}, { start: FlinkStart.empty({ nonce: '1' }) }, { start: FlinkStart.empty({ nonce: '2' }) }].map(checksumOf);
    expect(new Set(sums).size).toBe(3);
    expect(checksumOf({ suspended: true, waitUntilRunning: Duration.minutes(5) })).toBe(sums[0]);
  });

  // Kubernetes replaces $(NAME) in commands and arguments, not ${NAME} and not in probes and hooks.
  test('the chosen arguments come before those of the job, and the entry point is the image’s own', () => {
    const [container] = deploymentsOf(objectsOf({})).jobManager.spec.template.spec.containers;
    expect(container.command.slice(0, 2)).toEqual(['bash', '-c']);
    expect(container.command[2]).toMatch(/exec \/docker-entrypoint\.sh "\$1" "\$\{chosen\[@\]\}" "\$\{@:2\}"$/);
    expect(container.command[2]).not.toContain('$(');
    expect(container.args[0]).toBe('standalone-job');
  });
});

describe('suspended', () => {
  const job = testJob({ deployment: { suspended: true, waitUntilRunning: Duration.minutes(5) } });
  const template = templateOf(job.jobStack);
  const objects = kubernetesObjects(template);

  test('no pod is wanted, and nothing would start one', () => {
    const { jobManager, taskManager } = deploymentsOf(objects);
    expect([jobManager.spec.replicas, taskManager.spec.replicas]).toEqual([0, 0]);
    expect(objects.map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
  });

  test('nothing waits for it', () => {
    expect(Object.values(template.Resources).map(({ Type }) => Type)).not.toContain('Custom::AWSCDK-EKS-KubernetesObjectValue');
  });

  test('otherwise the number of a fixed job stands in its Deployment', () => {
    const runtime = new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: 3, spare: 1 }) });
    expect(deploymentsOf(objectsOf({}, { runtime })).taskManager.spec.replicas).toBe(4);
    expect(deploymentsOf(objectsOf({ suspended: true }, { runtime })).taskManager.spec.replicas).toBe(0);
  });
});

test('the stack says how to take a savepoint', () => {
  const outputs = Object.values(templateOf(testJob().jobStack).Outputs!).map(({ Value }) => String(Value));
  expect(outputs).toContain(
    'kubectl exec --namespace prices deployment/prices-jobmanager --container jobmanager -- bash /opt/flink/conf/take-savepoint.sh',
  );
});

describe('a start that cannot be', () => {
  const { app, platform } = testPlatform();
  let made = 0;
  const apply = (start: FlinkStart, highAvailability?: HighAvailability): unknown => {
    made++;
    return testApplication(new Stack(app, `Stack${made}`), platform, {
      name: `job-${made}`,
      deployment: { start },
      flink: { highAvailability },
    });
  };
  const row = (title: string, bad: FlinkStart, given: string, near: FlinkStart): Refusal => ({
    title,
    refused: () => apply(bad),
    given,
    passes: () => apply(near),
  });
  testRefusals(/^Stack\d+\/Prices: /, [
    row('no nonce', FlinkStart.empty({ nonce: '' }), "nonce ''", FlinkStart.empty({ nonce: '1' })),
    row('a nonce with a space', FlinkStart.empty({ nonce: 'a b' }), "nonce 'a b'", FlinkStart.empty({ nonce: 'a.b_c-D' })),
    row('a nonce of 41 letters', FlinkStart.empty({ nonce: 'n'.repeat(41) }), 'n'.repeat(41), FlinkStart.empty({ nonce: 'n'.repeat(40) })),
    row(
      'a savepoint on a disk',
      FlinkStart.fromSavepoint('file:///tmp/savepoint', { nonce: '1' }),
      "'file:///tmp/savepoint'",
      FlinkStart.fromSavepoint('s3://bucket/savepoint', { nonce: '1' }),
    ),
    row(
      'a savepoint with a quote',
      FlinkStart.fromSavepoint("s3p://bucket/a'b", { nonce: '1' }),
      "s3p://bucket/a'b",
      FlinkStart.fromSavepoint('s3p://bucket/a-b', { nonce: '1' }),
    ),
    {
      title: 'a start that nothing remembers',
      refused: () => apply(FlinkStart.empty({ nonce: '1' }), HighAvailability.none()),
      given: 'deployment.start has a nonce, but flink.highAvailability is none',
      passes: () => apply(FlinkStart.latest(), HighAvailability.none()),
    },
  ]);
});
