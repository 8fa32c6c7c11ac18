import { join } from 'node:path';
import { CfnParameter, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../lib';
import { ApplicationOverrides, messageOf, templateOf, testApplication, testPlatform, warningsOf } from './fixtures/apps';
import { expectProblem, Refusal, testRefusals } from './fixtures/refusals';

const { app, platform } = testPlatform();
let made = 0;

/** An application of its own name in a stack of its own. */
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
const scaled = (options: lib.ReactiveScalingOptions, more: ApplicationOverrides = {}): ApplicationOverrides => ({
  runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.reactive(options) }),
  ...more,
});
const fixed = (options: lib.FixedScalingOptions, more: ApplicationOverrides = {}): ApplicationOverrides => ({
  runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.fixed(options) }),
  ...more,
});
const leaving = (options: lib.CheckpointFirstOptions): ApplicationOverrides => ({
  runtime: new lib.StandaloneRuntime({ eviction: lib.FlinkEviction.checkpointFirst(options) }),
});
const standbys = (standbyJobManagers: number): ApplicationOverrides => ({ runtime: new lib.StandaloneRuntime({ standbyJobManagers }) });
const REST_TLS = { 'security.ssl.rest.enabled': 'true' };
const jar = (entryClass: string): ApplicationOverrides => ({ job: lib.FlinkJob.jar({ entryClass }) });
const image = (uri: string): ApplicationOverrides => ({ image: lib.FlinkImage.fromUri(uri) });

describe('options of FlinkApplication', () => {
  testRefusals(/^Stack\d+\/Job: /, [
    row('a name of 46 letters', { name: 'x'.repeat(46) }, `name is '${'x'.repeat(46)}'`, { name: 'x'.repeat(45) }),
    row('a name with a capital letter', { name: 'Prices' }, "name is 'Prices'", { name: 'capital-prices' }),
    row('a class with a blank', jar('com.example. Prices'), "'com.example. Prices'", jar('com.example.Prices')),
    row('no class', jar(''), "job.entryClass is ''", jar('Prices')),
    row('a path for a class', jar('com/example/Prices.class'), "'com/example/Prices.class'", jar('com.example.Outer$Inner')),
    row(
      'a directory without Dockerfile',
      { image: lib.FlinkImage.fromAsset(join(__dirname, 'fixtures')) },
      /image is built from '.*fixtures'/,
      { image: lib.FlinkImage.fromAsset(join(__dirname, '..', 'sample', 'price-maxima')) },
    ),
    row('an image of another line', image('flink:1.20.5-scala_2.12-java17'), "'flink:1.20.5-scala_2.12-java17'", {
      ...image('flink:1.20.5-scala_2.12-java17'),
      version: lib.FlinkVersion.V1_20,
    }),
    row('the namespace default', { namespace: lib.FlinkNamespace.existing('default') }, "namespace is 'default'", {
      namespace: lib.FlinkNamespace.existing('default-team'),
    }),
    row("a namespace of Kubernetes' own", { namespace: lib.FlinkNamespace.own('kube-flink') }, "namespace is 'kube-flink'", {
      namespace: lib.FlinkNamespace.own('kubeflink'),
    }),
    row('a namespace of 64 letters', { namespace: lib.FlinkNamespace.own('n'.repeat(64)) }, `'${'n'.repeat(64)}'`, {
      namespace: lib.FlinkNamespace.own('n'.repeat(63)),
    }),
    row(
      'a maximum parallelism of 0',
      { flink: { maxParallelism: 0 } },
      'maxParallelism is 0',
      scaled({ min: 1, max: 1 }, { flink: { maxParallelism: 1 } }),
    ),
    row('a maximum parallelism of 32769', { flink: { maxParallelism: 32769 } }, 'maxParallelism is 32769', {
      flink: { maxParallelism: 32768 },
    }),
    row('half a key group', { flink: { maxParallelism: 128.5 } }, 'maxParallelism is 128.5', { flink: { maxParallelism: 129 } }),
    row('a wait of 30 seconds', { deployment: { waitUntilRunning: Duration.seconds(30) } }, 'deployment.waitUntilRunning is 30 seconds', {
      deployment: { waitUntilRunning: Duration.seconds(60) },
    }),
    row('a wait of 15 minutes', { deployment: { waitUntilRunning: Duration.minutes(15) } }, /deployment\.waitUntilRunning is 15/, {
      deployment: { waitUntilRunning: Duration.minutes(14) },
    }),
    row('an option that the library owns', { properties: { 'rest.port': '80' } }, "'rest.port' is set by", {
      properties: { 'rest.port': '8081' },
    }),
    row(
      'a directory of checkpoints beside the state bucket',
      { properties: { 'execution.checkpointing.dir': 'file:///tmp' } },
      "'file:///tmp'",
      {
        properties: { 'execution.checkpointing.file-merging.enabled': 'true' },
      },
    ),
    row('an access key in an option', { properties: { 's3.access-key': 'AKIAIOSFODNN7EXAMPLE' } }, "'s3.access-key'", {
      properties: { 's3.upload.max.concurrent.uploads': '4' },
    }),
  ]);
});

describe('sizes of processes', () => {
  // Five nodes of the larger shape hold one such TaskManager each.
  const five = (taskManager: lib.TaskManagerOptions): ApplicationOverrides => scaled({ max: 5 }, { taskManager });
  testRefusals(/^Stack\d+\/Job: /, [
    row(
      'a TaskManager with less memory than Flink can divide',
      { taskManager: { memory: Size.mebibytes(1088) } },
      'taskManager.memory is 1088 MiB',
      {
        taskManager: { memory: Size.mebibytes(1089) },
      },
    ),
    row(
      'a JobManager with less memory than Flink can divide',
      { jobManager: { memory: Size.mebibytes(703) } },
      'jobManager.memory is 703 MiB',
      {
        jobManager: { memory: Size.mebibytes(704) },
      },
    ),
    row('no CPU', { taskManager: { cpu: 0 } }, 'taskManager.cpu is 0', { taskManager: { cpu: 0.1 } }),
    row('less than no CPU', { jobManager: { cpu: -1 } }, 'jobManager.cpu is -1', { jobManager: { cpu: 0.1 } }),
    row('a tiny working directory', { taskManager: { workDirectory: Size.mebibytes(127) } }, 'taskManager.workDirectory is 127 MiB', {
      taskManager: { workDirectory: Size.mebibytes(128) },
    }),
    row('no task slot', { taskManager: { taskSlots: 0 } }, 'taskManager.taskSlots is 0', { taskManager: { taskSlots: 1 } }),
    row('half a task slot', { taskManager: { taskSlots: 1.5 } }, 'taskManager.taskSlots is 1.5', { taskManager: { taskSlots: 2 } }),
    row(
      'a TaskManager larger than every Spot node',
      { taskManager: { memory: Size.gibibytes(32) } },
      'needs 32768 MiB of memory',
      five({ memory: Size.gibibytes(28) }),
    ),
    row('a TaskManager with more CPU than every Spot node', { taskManager: { cpu: 8 } }, 'needs 8 vCPU', five({ cpu: 7.5 })),
    row('a working directory larger than every disk', { taskManager: { workDirectory: Size.gibibytes(60) } }, 'MiB of ephemeral storage', {
      taskManager: { workDirectory: Size.gibibytes(50) },
    }),
    row('a JobManager larger than every On-Demand node', { jobManager: { memory: Size.gibibytes(8) } }, 'needs 8192 MiB of memory', {
      jobManager: { memory: Size.gibibytes(6) },
    }),
  ]);
});

describe('checkpointing', () => {
  const every = (checkpointing: lib.CheckpointingOptions): ApplicationOverrides => ({ checkpointing });
  testRefusals(/^Stack\d+\/Job: /, [
    row(
      'an interval below a second',
      every({ interval: Duration.millis(999) }),
      'checkpointing.interval is 999 ms',
      every({ interval: Duration.seconds(1) }),
    ),
    row(
      'a pause longer than the interval',
      every({ interval: Duration.seconds(10), minPause: Duration.seconds(11) }),
      'checkpointing.minPause 11 s is longer than checkpointing.interval 10 s',
      every({ interval: Duration.seconds(10), minPause: Duration.seconds(10) }),
    ),
    row(
      'a timeout shorter than the interval',
      every({ interval: Duration.seconds(60), timeout: Duration.seconds(59) }),
      'checkpointing.timeout 59 s is shorter than checkpointing.interval 1 min',
      every({ interval: Duration.seconds(60), timeout: Duration.seconds(60) }),
    ),
    row('no checkpoint kept', every({ retained: 0 }), 'checkpointing.retained is 0', every({ retained: 1 })),
    row('half a checkpoint kept', every({ retained: 1.5 }), 'checkpointing.retained is 1.5', every({ retained: 2 })),
  ]);
});

describe('scaling and leaving', () => {
  testRefusals(/^Stack\d+\/Job: /, [
    row('no TaskManager at least', scaled({ min: 0 }), 'min 0', scaled({ min: 1 })),
    row('more at least than at most', scaled({ min: 4, max: 3 }), 'min 4 and max 3', scaled({ min: 3, max: 3 })),
    row('half a TaskManager', scaled({ max: 2.5 }), 'max 2.5', scaled({ max: 3 })),
    row('a CPU target of 91 percent', scaled({ cpuPercent: 91 }), 'scaling.cpuPercent is 91', scaled({ cpuPercent: 90 })),
    row('a CPU target of 9 percent', scaled({ cpuPercent: 9 }), 'scaling.cpuPercent is 9', scaled({ cpuPercent: 10 })),
    row(
      'a window above an hour',
      scaled({ scaleDownWindowSeconds: 3601 }),
      'scaling.scaleDownWindowSeconds is 3601',
      scaled({ scaleDownWindowSeconds: 3600 }),
    ),
    row(
      'a window below nothing',
      scaled({ scaleUpWindowSeconds: -1 }),
      'scaling.scaleUpWindowSeconds is -1',
      scaled({ scaleUpWindowSeconds: 0 }),
    ),
    row(
      'more slots than key groups',
      scaled({ max: 5 }, { flink: { maxParallelism: 4 } }),
      'scaling.max 5 x taskSlots 1 = 5',
      scaled({ max: 4 }, { flink: { maxParallelism: 4 } }),
    ),
    row('a parallelism of 0', fixed({ parallelism: 0 }), 'scaling.parallelism is 0', fixed({ parallelism: 1 })),
    row(
      'a parallelism above the key groups',
      fixed({ parallelism: 9 }, { flink: { maxParallelism: 8 } }),
      'scaling.parallelism is 9',
      fixed({ parallelism: 8 }, { flink: { maxParallelism: 8 } }),
    ),
    row('less than no spare', fixed({ parallelism: 1, spare: -1 }), 'scaling.spare is -1', fixed({ parallelism: 1, spare: 0 })),
    row(
      'no time for a checkpoint',
      leaving({ deadline: Duration.seconds(4) }),
      'eviction.deadline is 4 s',
      leaving({ deadline: Duration.seconds(5) }),
    ),
    row(
      'a kill in the middle of a checkpoint',
      leaving({ deadline: Duration.seconds(45), grace: Duration.seconds(54) }),
      'eviction.grace 54 s',
      leaving({ deadline: Duration.seconds(45), grace: Duration.seconds(55) }),
    ),
    row(
      'no time for a checkpoint after the replacement',
      leaving({ deadline: Duration.seconds(45), replacementWait: Duration.seconds(41) }),
      'eviction.replacementWait is 41 s',
      leaving({ deadline: Duration.seconds(45), replacementWait: Duration.seconds(40) }),
    ),
    row('less than no standby', standbys(-1), 'standbyJobManagers is -1', standbys(0)),
    row('half a standby', standbys(0.5), 'standbyJobManagers is 0.5', standbys(1)),
    row(
      'standbys without HA',
      { ...standbys(1), properties: { 'high-availability.type': 'NONE' } },
      "'high-availability.type'",
      standbys(1),
    ),
    row(
      'standbys without HA (row 38)',
      { ...standbys(1), flink: { highAvailability: lib.HighAvailability.none() } },
      'standbyJobManagers is 1, and flink.highAvailability is none',
      standbys(1),
    ),
    row(
      'a JobManager on Spot without HA (row 39)',
      { jobManager: { placement: lib.PlacementProfile.spot() }, flink: { highAvailability: lib.HighAvailability.none() } },
      'jobManager.placement takes Spot Instances, and flink.highAvailability is none',
      { flink: { highAvailability: lib.HighAvailability.none() } },
    ),
    row('TLS for a REST API that the hook asks', { properties: REST_TLS }, "'security.ssl.rest.enabled'", {
      properties: REST_TLS,
      runtime: new lib.StandaloneRuntime({ eviction: lib.FlinkEviction.atOnce() }),
    }),
  ]);
});

describe('places of results', () => {
  const write = (prefix: string) => () => {
    const job = application({});
    job.writeTo(s3.Bucket.fromBucketName(Stack.of(job), 'Bucket', 'results'), prefix);
  };
  testRefusals(/^Stack\d+\/Job: /, [
    { title: 'a prefix that begins with a slash', refused: write('/prices'), given: "'/prices'", passes: write('prices') },
    { title: 'a prefix with a wildcard', refused: write('prices*'), given: "'prices*'", passes: write('prices=1') },
    { title: 'no prefix', refused: write(''), given: "''", passes: write('p') },
  ]);
});

describe('a source', () => {
  const source = (props: lib.KinesisSourceProps) => () => new lib.KinesisSource(new Stack(app, `Source${made++}`), 'Ticks', props);
  testRefusals(/^Source\d+\/Ticks: /, [
    { title: 'no shard', refused: source({ shards: 0 }), given: 'shards is 0', passes: source({ shards: 1 }) },
    { title: 'half a shard', refused: source({ shards: 1.5 }), given: 'shards is 1.5', passes: source({ shards: 2 }) },
    { title: 'more shards than the quota', refused: source({ shards: 501 }), given: 'shards is 501', passes: source({ shards: 500 }) },
    {
      title: 'a retention below a day',
      refused: source({ retention: Duration.hours(23) }),
      given: 'retention is 23',
      passes: source({ retention: Duration.hours(24) }),
    },
    {
      title: 'a retention above a year',
      refused: source({ retention: Duration.hours(8761) }),
      given: 'retention is 365 days 1 hour',
      passes: source({ retention: Duration.days(365) }),
    },
  ]);
});

test('all problems of an application come in one error', () => {
  const bad: ApplicationOverrides = {
    ...scaled({ cpuPercent: 99 }),
    ...jar('not a class'),
    ...image('flink:1.20.5'),
    flink: { maxParallelism: 0 },
    checkpointing: { retained: 0 },
    taskManager: { memory: Size.mebibytes(100), taskSlots: 0 },
    properties: { 'rest.port': '80' },
    deployment: { waitUntilRunning: Duration.hours(1) },
  };
  const message = messageOf(() => application(bad));
  const named = [
    'scaling.cpuPercent',
    'job.entryClass',
    "image 'flink:1.20.5'",
    'maxParallelism',
    'checkpointing.retained',
    'taskManager.memory',
  ];
  for (const name of [...named, 'taskManager.taskSlots', "'rest.port'", 'waitUntilRunning']) expect(message).toContain(name);
  for (const line of message.split('\n')) expectProblem(line);
});

const forSt = (options: lib.ForStOptions, taskSlots: number): ApplicationOverrides => ({
  flink: { stateBackend: lib.StateBackend.forSt(options) },
  taskManager: { taskSlots },
});

describe('what is legal and risky is a warning', () => {
  test.each<[string, ApplicationOverrides, RegExp, ApplicationOverrides]>([
    ['an image without a tag', image('registry.example/prices'), /tag that moves/, image('registry.example/prices:7')],
    [
      'an image with the tag latest',
      image('registry.example:5000/prices:latest'),
      /tag that moves/,
      image(`registry.example/prices@sha256:${'a'.repeat(64)}`),
    ],
    [
      'three slots a vCPU',
      { taskManager: { taskSlots: 3, cpu: 1 } },
      /more than two slots a vCPU/,
      { taskManager: { taskSlots: 2, cpu: 1 } },
    ],
    [
      'an interval above ten minutes',
      { checkpointing: { interval: Duration.minutes(11) } },
      /done again/,
      { checkpointing: { interval: Duration.minutes(10) } },
    ],
    [
      'Spot Instances of one zone alone (row 40)',
      { taskManager: { placement: lib.PlacementProfile.spot().inZone('eu-west-1a') } },
      /taskManager\.placement takes Spot Instances in eu-west-1a only/,
      { taskManager: { placement: lib.PlacementProfile.spotWithFallback().inZone('eu-west-1a') } },
    ],
    [
      'a ForSt cache as large as the disk (row 72)',
      forSt({ cacheSize: Size.gibibytes(5) }, 2),
      /ForSt's cache may hold 2 x 5120 MiB, and taskManager\.workDirectory is 10240 MiB/,
      forSt({ cacheSize: Size.mebibytes(5119) }, 2),
    ],
    [
      'a ForSt cache without a limit (row 72)',
      { ...forSt({}, 1), properties: { 'state.backend.forst.cache.size-based-limit': '0 mb' } },
      /ForSt's cache may hold any number of MiB/,
      forSt({}, 1),
    ],
    ['a parallelism in Reactive Mode', { properties: { 'parallelism.default': '4' } }, /parallelism\.default.*Reactive Mode/s, {}],
    [
      'a grace longer than a Spot notice',
      leaving({ grace: Duration.seconds(111) }),
      /eviction\.grace is 111 s/,
      leaving({ grace: Duration.seconds(110) }),
    ],
  ])('%s', (_, risky, warning, near) => {
    expect(warningsOf(application(risky)).join('\n')).toMatch(warning);
    expect(warningsOf(application(near))).toEqual([]);
  });
});

test('more tasks than shards are warned about (row 62)', () => {
  const reading = (max: number): string[] => {
    const job = application(scaled({ max }, { taskManager: { taskSlots: 2 } }));
    job.readFrom(new lib.KinesisSource(Stack.of(job), 'Ticks', { shards: 4 }));
    return warningsOf(job);
  };
  expect(reading(3).join('\n')).toMatch(/the source has 4 shards, and 3 TaskManagers x 2 slots = 6 tasks may read it/);
  expect(reading(2)).toEqual([]);
});

describe('a value that is known only at deployment is not compared', () => {
  const number = (): number => Token.asNumber({ Ref: 'Parameter' });
  const text = (): string => Token.asString({ Ref: 'Parameter' });

  test.each<[string, () => ApplicationOverrides]>([
    ['job.entryClass', () => jar(text())],
    ['image', () => image(text())],
    ['namespace', () => ({ namespace: lib.FlinkNamespace.existing(text()) })],
    ['waitUntilRunning', () => ({ deployment: { waitUntilRunning: Duration.seconds(number()) } })],
    ['a property', () => ({ properties: { 'taskmanager.debug.memory.log': text() } })],
  ])('%s', (_, props) => {
    expect(() => application(props())).not.toThrow();
  });

  test.each<[string, lib.KinesisSourceProps]>([
    ['shards', { shards: Lazy.number({ produce: () => 3 }) }],
    ['retention', { retention: Duration.hours(Lazy.number({ produce: () => 48 })) }],
  ])('%s', (_, props) => {
    expect(() => new lib.KinesisSource(new Stack(app, `Token${made++}`), 'Ticks', props)).not.toThrow();
  });

  test('and reaches the manifest as what CloudFormation fills in', () => {
    const other = testPlatform();
    const jobs = new Stack(other.app, 'Jobs');
    const given = new CfnParameter(jobs, 'Class');
    testApplication(jobs, other.platform, jar(given.valueAsString));
    expect(JSON.stringify(templateOf(jobs))).toContain('--job-classname\\",\\"",{"Ref":"Class"}');
  });
});
