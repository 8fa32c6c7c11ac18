import { join } from 'node:path';
import { Duration, Size, Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../lib';
import { ApplicationOverrides, testApp, testApplication, testPlatform, warningsOf } from './fixtures/apps';
import { Refusal, testRefusals } from './fixtures/refusals';

const { app, platform } = testPlatform();
let made = 0;

function application(props: ApplicationOverrides): lib.FlinkApplication {
  made++;
  return testApplication(new Stack(app, `Stack${made}`), platform, { name: `job-${made}`, ...props }, 'Job');
}

const row = (title: string, bad: ApplicationOverrides, given: string | RegExp, near: ApplicationOverrides): Refusal => ({
  title,
  refused: () => application(bad),
  given,
  passes: () => application(near),
});
const told = (flink: lib.FlinkOptions): ApplicationOverrides => ({ flink });
const seen = (observability: lib.ObservabilityOptions): ApplicationOverrides => ({ observability });
const set = (properties: Record<string, string>): ApplicationOverrides => ({ properties });
const scaled = (scaling: lib.FlinkScaling, more: ApplicationOverrides = {}): ApplicationOverrides => ({
  runtime: new lib.StandaloneRuntime({ scaling }),
  ...more,
});
const image = (uri: string): ApplicationOverrides => ({ image: lib.FlinkImage.fromUri(uri) });
const asset = (platformOfImage: Platform): ApplicationOverrides => ({
  image: lib.FlinkImage.fromAsset(join(__dirname, '..', 'sample', 'price-maxima'), { platform: platformOfImage }),
});
const V1_20 = lib.FlinkVersion.V1_20;
const regions = lib.FlinkScaling.fixedWithRegionFailover({ parallelism: 2, spare: 5 });
const never = lib.RestartStrategy.none();

describe('typed options of an application', () => {
  testRefusals(/^Stack\d+\/Job: /, [
    row('ForSt on a line without it', { ...told({ stateBackend: lib.StateBackend.forSt() }), version: V1_20, ...image('a/b:1') }, 'flink.stateBackend is forSt', told({ stateBackend: lib.StateBackend.forSt() })),
    row('a metric that RocksDB does not have', told({ stateBackend: lib.StateBackend.rocksDb({ metrics: ['block-cache-use'] }) }), "'state.backend.rocksdb.metrics.block-cache-use'", told({ stateBackend: lib.StateBackend.rocksDb({ metrics: ['block-cache-usage'] }) })),
    row('no restart in Reactive Mode (row 16)', told({ restart: never }), 'no-restart', told({ restart: lib.RestartStrategy.fixedDelay({ attempts: 9 }) })),
    row('no restart with the adaptive scheduler', { ...scaled(lib.FlinkScaling.fixed({ parallelism: 2 })), ...told({ restart: never }) }, 'no-restart', { ...scaled(regions), ...told({ restart: never }) }),
    row('region failover with the adaptive scheduler (row 17)', { ...scaled(lib.FlinkScaling.fixed({ parallelism: 2 })), ...set({ 'jobmanager.execution.failover-strategy': 'region' }) }, 'failover-elsewhere', { ...scaled(regions), ...set({ 'jobmanager.execution.failover-strategy': 'region' }) }),
    row('another scheduler beside the scaling', { ...scaled(regions), ...set({ 'jobmanager.scheduler': 'Adaptive' }) }, "'jobmanager.scheduler' is set by the runtime", { ...scaled(regions), ...set({ 'jobmanager.scheduler': 'Default' }) }),
    row('a heap size beside Flink', told({ jvmOptions: { taskManager: ['-Xmx3g'] } }), 'jvm-memory-option', told({ jvmOptions: { taskManager: ['-Xss1m'] } })),
    row('a heartbeat that is no longer than its pause', told({ heartbeat: { interval: Duration.seconds(12) } }), 'heartbeat-times', told({ heartbeat: { interval: Duration.seconds(11) } })),
    row('savepoints in the pod', { checkpointing: { savepointDirectory: '/opt/flink/work' } }, 'state-not-shared', { checkpointing: { savepointDirectory: 's3p://other/savepoints' } }),
    row('a namespace that cannot be one', seen({ metricsNamespace: 'Monitoring' }), "metricsNamespace is 'Monitoring'", seen({ metricsNamespace: 'monitoring-2' })),
    row('metrics that nobody can fetch', seen({ reporters: [lib.MetricsReporter.prometheus()] }), 'but no metricsNamespace', seen({ reporters: [lib.MetricsReporter.prometheus()], metricsNamespace: 'm' })),
    row('log files larger than their volume', seen({ logging: lib.FlinkLogging.console({ fileSize: Size.mebibytes(50) }) }), '300 MiB in all', seen({ logging: lib.FlinkLogging.console({ fileSize: Size.mebibytes(42) }) })),
    row('options of the Flink Kubernetes Operator (row 18)', set({ 'job.autoscaler.enabled': 'true' }), "'job.autoscaler.enabled'", set({ 'rest.profiling.enabled': 'true' })),
    row('a batch job (row 15)', set({ 'execution.runtime-mode': 'BATCH' }), 'batch-mode', set({ 'execution.runtime-mode': 'STREAMING' })),
    row("Kubernetes' unit (row 6)", set({ 'taskmanager.memory.task.off-heap.size': '2Gi' }), "(Kubernetes' '2Gi' is '2g' here)", set({ 'taskmanager.memory.task.off-heap.size': '128mb' })),
    row('half a gibibyte (row 6)', set({ 'taskmanager.memory.task.off-heap.size': '0.5g' }), "'512m'", set({ 'taskmanager.memory.task.off-heap.size': '512m' })),
    row('parts larger than the whole (row 2)', set({ 'taskmanager.memory.task.heap.size': '2g', 'taskmanager.memory.managed.size': '2g' }), 'task-manager-memory', set({ 'taskmanager.memory.task.heap.size': '1g', 'taskmanager.memory.managed.size': '1800m' })),
    row('an HA id by hand (row 57)', set({ 'high-availability.cluster-id': 'mine' }), "'high-availability.cluster-id' is set by the runtime", {}),
    row('Java 8 (row 59)', { ...image('flink:1.20.5-scala_2.12-java8'), version: V1_20 }, 'has Java 8', { ...image('flink:1.20.5-scala_2.12-java11'), version: V1_20 }),
    row('an image that the nodes cannot run (row 43)', asset(Platform.LINUX_ARM64), /the image is for arm64, jobManager/, asset(Platform.LINUX_AMD64)),
  ]);
}); // prettier-ignore

describe('job arguments of streams', () => {
  const connect = (...verbs: ((job: lib.FlinkApplication, bucket: s3.IBucket) => void)[]) => () => {
    const job = application({ job: lib.FlinkJob.jar({ entryClass: 'A', args: ['--window', '10s'] }) });
    verbs.forEach((verb, index) => verb(job, s3.Bucket.fromBucketName(Stack.of(job), `Bucket${index}`, 'results')));
  };
  const write = (argument?: string) => (job: lib.FlinkApplication, bucket: s3.IBucket) => job.writeTo(bucket, 'results', { argument });
  const read = (id: string, argumentPrefix?: string) => (job: lib.FlinkApplication) => job.readFrom(new lib.KinesisSource(Stack.of(job), id, { argumentPrefix }));
  testRefusals(/^Stack\d+\/Job: /, [
    { title: 'two places with one argument', refused: connect(write(), write()), given: "'--output' is given twice", passes: connect(write(), write('--late')) },
    { title: "the job's own argument", refused: connect(write('--window')), given: "'--window' is given twice", passes: connect(write('--windows')) },
    { title: 'an argument without dashes', refused: connect(write('output')), given: "the argument 'output'", passes: connect(write('--out.put')) },
    { title: 'an argument with a blank', refused: connect(write('--out put')), given: "'--out put'", passes: connect(write('--out_put')) },
    { title: 'two streams with one prefix', refused: connect(read('A', 'ticks'), read('B', 'ticks')), given: "'--ticks-arn' is given twice", passes: connect(read('A', 'ticks'), read('B', 'orders')) },
    { title: 'a prefix with a blank', refused: connect(read('A', 'my ticks')), given: "'--my ticks-arn'", passes: connect(read('A', 'my-ticks')) },
  ]);
}); // prettier-ignore

describe('add-ons of a platform', () => {
  const versions = (addOnVersions: Record<string, string>) => () => testPlatform({ addOnVersions }, testApp());
  testRefusals(/^PlatformStack\/Platform: /, [
    {
      title: 'a version of one that is not installed',
      refused: versions({ 'core-dns': 'v1.14.3-eksbuild.3' }),
      given: "addOnVersions has 'core-dns'",
      passes: versions({ coredns: 'v1.14.3-eksbuild.3' }),
    },
  ]);
});

describe('what is legal and risky is a warning', () => {
  test.each<[string, ApplicationOverrides, RegExp, ApplicationOverrides]>([
    ['no high availability', told({ highAvailability: lib.HighAvailability.none() }), /the job starts empty/, told({ highAvailability: lib.HighAvailability.kubernetes() })],
    ['no restart with the default scheduler', { ...scaled(regions), ...told({ restart: never }) }, /the first lost TaskManager ends the job/, scaled(regions)],
    ['waits of a scheduler that does not run', { ...scaled(regions), ...told({ adaptiveScheduler: { cooldownAfterRescaling: Duration.seconds(9) } }) }, /cooldown-after-rescaling' has no effect/, told({ adaptiveScheduler: { cooldownAfterRescaling: Duration.seconds(9) } })],
    ['local recovery (row 73)', told({ localRecovery: true }), /goes with its pod/, told({ localRecovery: false })],
    ['savepoints under both plugins', { checkpointing: { savepointDirectory: 's3://other/x' } }, /both S3 plugins answer/, { checkpointing: { savepointDirectory: 's3a://other/x' } }],
    ["options of Flink's own Kubernetes deployment (row 70)", set({ 'kubernetes.rest-service.exposed.type': 'LoadBalancer' }), /rest-service.exposed.type' has no effect/, {}],
  ])('%s', (_, risky, warning, near) => {
    expect(warningsOf(application(risky)).join('\n')).toMatch(warning);
    expect(warningsOf(application(near))).toEqual([]);
  });
}); // prettier-ignore
