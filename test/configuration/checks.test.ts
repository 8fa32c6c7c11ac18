import * as fc from 'fast-check';
import { applicationConfiguration, ApplicationOptions } from '../../lib/configuration/application-configuration';
import { Checkpointing } from '../../lib/configuration/checkpointing';
import { CheckId, CONFIGURATION_CHECKS } from '../../lib/configuration/checks';
import { ConfigurationReview, memoryOf, reviewConfiguration } from '../../lib/configuration/configuration-review';
import { FlinkVersion } from '../../lib/configuration/flink-version';
import { MetricsReporter } from '../../lib/configuration/metrics';
import { OptionCatalog } from '../../lib/configuration/option-catalog';
import { expectProblem } from '../fixtures/refusals';

const places = {
  'execution.checkpointing.dir': 's3p://state/a/checkpoints',
  'execution.checkpointing.savepoint-dir': 's3p://state/a/savepoints',
  'high-availability.storageDir': 's3p://state/a/ha',
};

interface Change extends Partial<ApplicationOptions> {
  readonly without?: string;
}

function review({ without, ...change }: Change = {}): ConfigurationReview {
  const version = change.version ?? FlinkVersion.V2_2;
  const state = Object.fromEntries(
    Object.entries({ ...places, 'high-availability.type': 'kubernetes' }).filter(([key]) => key !== without),
  );
  const options: ApplicationOptions = {
    version,
    checkpointing: new Checkpointing(),
    maxParallelism: '128',
    taskSlots: '2',
    jobManagerMib: 2048,
    taskManagerMib: 4096,
    taskManagerWorkMib: 10_240,
    owned: {},
    ...change,
    properties: { ...state, ...change.properties },
  };
  return reviewConfiguration(applicationConfiguration(options), version.line);
}

const set = (properties: Record<string, string>): Change => ({ properties });
const checkpointing = (name: string, value: string): Change => set({ [`execution.checkpointing.${name}`]: value });

test('the defaults pass every check on every line', () => {
  for (const version of [FlinkVersion.V1_20, FlinkVersion.V2_2, FlinkVersion.V2_3]) {
    expect(review({ version })).toMatchObject({ problems: [], warnings: [] });
  }
});

/** Each check with one input that it is about, and one beside it that passes. */
const ROWS: [CheckId, string, Change, Change][] = [
  ['unknown-option', 'a misspelled key', set({ 'heartbeat.timeot': '1 s' }), set({ 'heartbeat.timeout': '20 s' })],
  [
    'option-of-another-line',
    'a key of 1.20 on 2.2',
    set({ 'taskmanager.network.numberOfBuffers': '1' }),
    set({ 'taskmanager.memory.network.max': '1g' }),
  ],
  ['option-value', "Kubernetes' unit", set({ 'taskmanager.memory.network.max': '1Gi' }), set({ 'taskmanager.memory.network.max': '1g' })],
  [
    'owned-option',
    'the size of a process',
    set({ 'taskmanager.memory.process.size': '5g' }),
    set({ 'taskmanager.memory.process.size': '4096m' }),
  ],
  [
    'option-twice',
    'two names of one option',
    set({ 'state.backend': 'hashmap', 'state.backend.type': 'rocksdb' }),
    set({ 'state.backend.type': 'rocksdb' }),
  ],
  ['secret-in-options', 'a secret key', set({ 's3.secret-key': 'x' }), set({ 's3.endpoint': 'https://s3.example' })],
  ['deprecated-option', 'an older name', set({ 'state.backend': 'rocksdb' }), set({ 'state.backend.type': 'rocksdb' })],
  ['unknown-s3-option', 'a key that only S3A may know', set({ 'fs.s3a.made.up': '1' }), set({ 'fs.s3a.threads.max': '8' })],
  [
    'conflicting-memory-sizes',
    'two totals of a TaskManager (row 5)',
    set({ 'taskmanager.memory.flink.size': '3430m' }),
    set({ 'taskmanager.memory.task.heap.size': '1500m' }),
  ],
  [
    'conflicting-memory-sizes',
    'two totals of a JobManager',
    set({ 'jobmanager.memory.flink.size': '1587m' }),
    set({ 'jobmanager.memory.off-heap.size': '64m' }),
  ],
  ['task-manager-memory', 'a TaskManager of 256 MiB (row 1)', { taskManagerMib: 256 }, { taskManagerMib: 1089 }],
  ['job-manager-memory', 'a JobManager of 256 MiB', { jobManagerMib: 256 }, { jobManagerMib: 704 }],
  ['small-job-manager-heap', 'a JobManager of 703 MiB', { jobManagerMib: 703 }, { jobManagerMib: 704 }],
  [
    'state-without-memory',
    'RocksDB with no managed memory (row 7)',
    set({ 'taskmanager.memory.managed.fraction': '0' }),
    set({ 'taskmanager.memory.managed.fraction': '0.01' }),
  ],
  [
    'state-without-memory',
    'RocksDB with managed memory of no size',
    set({ 'taskmanager.memory.managed.size': '0m' }),
    set({ 'taskmanager.memory.managed.size': '0m', 'state.backend.rocksdb.memory.fixed-per-slot': '256m' }),
  ],
  [
    'idle-managed-memory',
    'the hash map with managed memory (row 8)',
    set({ 'state.backend.type': 'hashmap' }),
    set({ 'state.backend.type': 'hashmap', 'taskmanager.memory.managed.fraction': '0' }),
  ],
  ['checkpoint-times', 'a pause above the interval (row 34)', checkpointing('min-pause', '31 s'), checkpointing('min-pause', '30 s')],
  ['checkpoint-times', 'a timeout below the interval', checkpointing('timeout', '29 s'), checkpointing('timeout', '30 s')],
  [
    'checkpoint-times',
    "an interval below Flink's least",
    set({ 'execution.checkpointing.interval': '9', 'execution.checkpointing.min-pause': '0' }),
    set({ 'execution.checkpointing.interval': '10', 'execution.checkpointing.min-pause': '0' }),
  ],
  [
    'rare-checkpoints',
    'an interval of 11 minutes (row 35)',
    set({ 'execution.checkpointing.interval': '11 min', 'execution.checkpointing.timeout': '20 min' }),
    set({ 'execution.checkpointing.interval': '10 min', 'execution.checkpointing.timeout': '20 min' }),
  ],
  [
    'state-not-shared',
    'checkpoints with no place (row 26)',
    { without: 'execution.checkpointing.dir' },
    { without: 'execution.checkpointing.savepoint-dir' },
  ],
  [
    'state-not-shared',
    'checkpoints in the pod (row 27)',
    checkpointing('dir', 'file:///tmp/state'),
    checkpointing('dir', 's3a://state/file'),
  ],
  [
    'state-not-shared',
    'savepoints in the pod',
    checkpointing('savepoint-dir', '/opt/flink/savepoints'),
    checkpointing('savepoint-dir', 'hdfs://x/savepoints'),
  ],
  ['state-not-shared', 'checkpoints in the JobManager', checkpointing('storage', 'jobmanager'), checkpointing('storage', 'filesystem')],
  [
    'state-not-shared',
    'HA without a place (row 36)',
    { without: 'high-availability.storageDir' },
    { without: 'high-availability.storageDir', ...set({ 'high-availability.type': 'none' }) },
  ],
  [
    'state-not-shared',
    'HA in the pod',
    set({ 'high-availability.storageDir': 'file:///ha' }),
    set({ 'high-availability.storageDir': 's3p://other/ha' }),
  ],
  [
    'nested-state-places',
    'savepoints among checkpoints (row 29)',
    checkpointing('savepoint-dir', 's3p://state/a/checkpoints/kept'),
    checkpointing('savepoint-dir', 's3p://state/a/checkpoints-kept'),
  ],
  [
    'nested-state-places',
    'one place for two',
    checkpointing('savepoint-dir', places['execution.checkpointing.dir']),
    checkpointing('savepoint-dir', 's3p://state/b'),
  ],
  ['heartbeat-times', 'a timeout of one interval', set({ 'heartbeat.timeout': '1 s' }), set({ 'heartbeat.timeout': '1001 ms' })],
  [
    'parallelism-above-maximum',
    'more than the key groups (row 12)',
    set({ 'parallelism.default': '129' }),
    set({ 'parallelism.default': '128' }),
  ],
  [
    'no-restart',
    'no restart in Reactive Mode (row 16)',
    set({ 'restart-strategy.type': 'none', 'scheduler-mode': 'reactive' }),
    set({ 'restart-strategy.type': 'fixed-delay', 'scheduler-mode': 'reactive' }),
  ],
  [
    'restart-delays',
    'a first delay above the longest',
    set({ 'restart-strategy.exponential-delay.initial-backoff': '1 h' }),
    set({ 'restart-strategy.exponential-delay.initial-backoff': '5 s', 'restart-strategy.exponential-delay.max-backoff': '5 s' }),
  ],
  [
    'ends-at-first-loss',
    'no restart with the default scheduler',
    set({ 'restart-strategy.type': 'none', 'jobmanager.scheduler': 'Default' }),
    set({ 'restart-strategy.type': 'failure-rate', 'jobmanager.scheduler': 'Default' }),
  ],
  ['batch-mode', 'a batch job (row 15)', set({ 'execution.runtime-mode': 'BATCH' }), set({ 'execution.runtime-mode': 'STREAMING' })],
  [
    'jvm-memory-option',
    'a heap size beside Flink (row 3)',
    set({ 'env.java.opts.taskmanager': '-XX:+UseZGC -Xmx3g' }),
    set({ 'env.java.opts.taskmanager': '-XX:+UseZGC -Xss1m' }),
  ],
  [
    'two-file-systems',
    'a place that both plugins answer to (row 31)',
    checkpointing('savepoint-dir', 's3://state/a/savepoints'),
    checkpointing('savepoint-dir', 's3a://state/a/savepoints'),
  ],
  [
    'local-recovery-unaligned',
    'local recovery from unaligned checkpoints',
    { flink: { localRecovery: true }, ...set({ 'execution.checkpointing.unaligned.enabled': 'true' }) },
    set({ 'execution.checkpointing.unaligned.enabled': 'true' }),
  ],
  [
    'failover-elsewhere',
    'region failover in Reactive Mode',
    set({ 'jobmanager.execution.failover-strategy': 'region', 'scheduler-mode': 'reactive' }),
    set({ 'jobmanager.execution.failover-strategy': 'region', 'jobmanager.scheduler': 'Default' }),
  ],
  [
    'local-recovery-lost',
    'local recovery in an emptyDir (row 73)',
    set({ 'execution.state-recovery.from-local': 'true' }),
    set({ 'execution.state-recovery.from-local': 'false' }),
  ],
];

describe('each check speaks, and is silent beside it', () => {
  const { line } = FlinkVersion.V2_2;
  test.each(ROWS)('%s: %s', (id, _, wrong, near) => {
    const [found, beside] = [review(wrong), review(near)];
    if (CONFIGURATION_CHECKS[id].level === 'error') {
      const about = found.problems.filter((problem) => problem.endsWith(`[${id}]`));
      expect([found.problems, about]).toEqual([found.problems, [expect.anything()]]);
      expectProblem(about[0]);
    } else {
      const ids = found.warnings
        .map((each) => each.id)
        .filter((each) => !(id === 'local-recovery-unaligned' && each === 'local-recovery-lost'));
      expect([found.problems, ids]).toEqual([[], [expect.stringMatching(new RegExp(`^${id}($|-)`))]]);
    }
    expect(beside).toMatchObject({ problems: [], warnings: [] });
    expect(line).toBe('2.2');
  });

  test('every check has a row, what to do, and a stable id', () => {
    expect([...new Set(ROWS.map(([id]) => id))].sort()).toEqual(Object.keys(CONFIGURATION_CHECKS).sort());
    for (const check of Object.values(CONFIGURATION_CHECKS)) {
      expect(Object.values(check).every((text) => text.length > 3)).toBe(true);
    }
  });
});

test('values that are known only at deployment are never compared', () => {
  const later = '${Token[TOKEN.7]}';
  const keys = [
    'heartbeat.timeout',
    'execution.checkpointing.min-pause',
    'parallelism.default',
    'execution.checkpointing.savepoint-dir',
    'state.backend.type',
  ];
  for (const key of keys) expect(review(set({ [key]: later })).problems).toEqual([]);
});

test('a warning can be acknowledged: its id does not change with the value', () => {
  const ids = ['11 min', '12 min'].map(
    (interval) => review(set({ 'execution.checkpointing.interval': interval, 'execution.checkpointing.timeout': '20 min' })).warnings[0].id,
  );
  expect(ids).toEqual(['rare-checkpoints', 'rare-checkpoints']);
});

test('memory that cannot be divided is an error with the path', () => {
  expect(() => memoryOf(review({ taskManagerMib: 256 }), 'Stack/Job')).toThrow(/^Stack\/Job: taskManager\.memory is 256 MiB/);
  expect(memoryOf(review(), 'Stack/Job').taskManager.processSize).toBe(4096 * 1048576);
});

describe('every configuration that can be rendered for a line', () => {
  const arbitrary = fc.record({
    taskSlots: fc.integer({ min: 1, max: 8 }).map(String),
    maxParallelism: fc.integer({ min: 8, max: 32768 }).map(String),
    metrics: fc.option(fc.constant({ reporters: [MetricsReporter.prometheus()] }), { nil: undefined }),
    taskManagerMib: fc.integer({ min: 1089, max: 60000 }),
    jobManagerMib: fc.integer({ min: 704, max: 16000 }),
  });

  test.each([
    ['1.20', FlinkVersion.V1_20],
    ['2.2', FlinkVersion.V2_2],
    ['2.3', FlinkVersion.V2_3],
  ])('has only keys of Flink %s, none deprecated', (line, version) => {
    const catalog = OptionCatalog.of(line);
    const holds = fc.property(arbitrary, (options) => {
      const configuration = applicationConfiguration({
        version,
        checkpointing: new Checkpointing(),
        owned: { 'the state bucket': places },
        properties: {},
        taskManagerWorkMib: 10_240,
        ...options,
      });
      expect([configuration.problems, configuration.warnings]).toEqual([[], []]);
      for (const key of Object.keys(configuration.toProperties()))
        expect(catalog.find(key)).toMatchObject({ isDeprecated: false, currentNames: [] });
    });
    fc.assert(holds, { seed: 20261121, numRuns: 50 });
  });

  test("the user's options win over every default, and the owner's over the user's", () => {
    const defaults = Object.keys(applicationConfiguration({ ...base(), properties: {} }).toProperties());
    const free = defaults.filter((key) => !/process\.size|numberOfTaskSlots|max-parallelism/.test(key) && !(key in places));
    fc.assert(
      fc.property(fc.subarray(free), (keys) => {
        const properties = Object.fromEntries(keys.map((key) => [key, '${Token[TOKEN.1]}']));
        const made = applicationConfiguration({ ...base(), properties });
        expect(made.problems).toEqual([]);
        expect(made.toProperties()).toMatchObject(properties);
      }),
      { seed: 20261121, numRuns: 100 },
    );
  });
});

function base(): Omit<ApplicationOptions, 'properties'> {
  return {
    version: FlinkVersion.V2_2,
    checkpointing: new Checkpointing(),
    maxParallelism: '128',
    taskSlots: '1',
    jobManagerMib: 2048,
    taskManagerMib: 4096,
    taskManagerWorkMib: 10_240,
    owned: { 'the state bucket': places },
  };
}
