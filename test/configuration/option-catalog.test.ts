import { readdirSync } from 'fs';
import { join } from 'path';
import { FlinkConfiguration } from '../../lib/configuration/flink-configuration';
import { OptionCatalog, toPattern } from '../../lib/configuration/option-catalog';

const v120 = OptionCatalog.of('1.20');
const v22 = OptionCatalog.of('2.2');
const given = (properties: Record<string, string>, catalog = v22): FlinkConfiguration =>
  FlinkConfiguration.of(catalog).withProperties(properties);

test('there is one catalog for each data file, oldest first', () => {
  const files = readdirSync(join(__dirname, '../../lib/configuration/data')).filter((file) => file.startsWith('flink-options-'));
  expect(OptionCatalog.lines).toHaveLength(files.length);
  expect(OptionCatalog.lines).toEqual(['1.20', '2.2', '2.3']);
});

// Expected values from Flink's documentation (Configuration, release notes of 2.0) and its jars, see tools/flink-options.
describe('what a line knows of a key', () => {
  test('an option with type and default', () => {
    expect(v22.find('heartbeat.timeout')).toMatchObject({ type: 'duration', default: '50 s', isDeprecated: false, currentNames: [] });
    expect(v120.find('taskmanager.memory.network.max')).toMatchObject({ type: 'memory', olderNames: ['taskmanager.network.memory.max'] });
  });

  test('an older name leads to the current one, also where Flink has split it in two', () => {
    expect(v22.find('state.backend')).toMatchObject({ currentNames: ['state.backend.type'], isDeprecated: true });
    expect(v22.find('state.backend.local-recovery')?.currentNames).toEqual([
      'execution.checkpointing.local-backup.enabled',
      'execution.state-recovery.from-local',
    ]);
  });

  test('an option that a line calls deprecated without naming a successor', () => {
    expect(v22.find('jobmanager.adaptive-scheduler.scaling-interval.max')).toMatchObject({ isDeprecated: true, currentNames: [] });
    expect(v120.find('jobmanager.adaptive-scheduler.scaling-interval.max')).toMatchObject({ isDeprecated: false });
  });

  test.each([
    'metrics.reporter.prom.port',
    'metrics.reporter.any-name.scope.variables.excludes',
    'kubernetes.jobmanager.labels.team',
    'table.exec.mini-batch.enabled',
    'python.client.executable',
    'containerized.master.env.HOME',
    's3.endpoint',
    'fs.s3a.connection.maximum',
    's3.connection.maximum',
    'presto.s3.max-connections',
    'fs.s3a.bucket.mine.endpoint',
  ])('%s is known on every line', (key) => {
    for (const line of OptionCatalog.lines) expect(OptionCatalog.of(line).find(key)).toMatchObject({ key, isDeprecated: false });
  });

  test.each([
    'made.up',
    'heartbeat',
    'heartbeat.timeout.x',
    'metrics.reporter.prom',
    '',
    'constructor',
    'toString',
    '__proto__',
    'fs.s3a.bucket.',
  ])('%j is not known on any line', (key) => {
    for (const line of OptionCatalog.lines) expect(OptionCatalog.of(line).find(key)).toBeUndefined();
  });

  test('a key of a later S3 plugin is not known before it', () => {
    expect(OptionCatalog.of('2.3').find('fs.s3.aws.credentials.provider')).toBeDefined();
    expect(v22.find('fs.s3.aws.credentials.provider')).toBeUndefined();
    expect(v120.find('s3.s5cmd.path')).toBeUndefined();
    expect(v22.find('s3.s5cmd.path')).toBeDefined();
  });

  test('lines that know a key', () => {
    expect(v22.linesThatKnow('taskmanager.network.numberOfBuffers').map(({ line }) => line)).toEqual(['1.20']);
    expect(v120.linesThatKnow('state.backend.forst.cache.dir').map(({ line }) => line)).toEqual(['2.2', '2.3']);
  });

  test('a placeholder is one part, only a last free one may have dots', () => {
    expect(toPattern('a.<name>.b').test('a.x.b')).toBe(true);
    expect(toPattern('a.<name>.b').test('a.x.y.b')).toBe(false);
    expect(toPattern('a.<name>.<parameter>').test('a.x.y.z')).toBe(true);
    expect(toPattern('a.b').test('axb')).toBe(false);
  });
});

describe('a key that Flink would ignore is refused', () => {
  test.each([
    ['heartbeat.timeot', 'heartbeat.timeout'],
    ['execution.checkpointing.intervall', 'execution.checkpointing.interval'],
    ['taskmanager.number-of-task-slots', 'taskmanager.numberOfTaskSlots'],
    ['state.backend.rocksdb.local-dir', 'state.backend.rocksdb.localdir'],
  ])('%s: did you mean %s?', (key, meant) => {
    const { problems } = given({ [key]: '1' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^'${key}' is no option of Flink 2\\.2, .*did you mean '${meant}'\\? \\[unknown-option\\]$`));
    expect(given({ [meant]: v22.find(meant)?.type === 'duration' ? '1 s' : '1' }).problems).toEqual([]);
  });

  test('and guesses nothing where nothing is near', () => {
    const { problems } = given({ 'com.example.prices.window': '10' });
    expect(problems[0]).not.toContain('did you mean');
    expect(problems[0]).toMatch(/give the job values of its own as arguments \[unknown-option\]$/);
  });

  test('it does not reach the configuration', () => {
    expect(given({ 'made.up': '1', 'heartbeat.timeout': '20 s' }).toProperties()).toEqual({ 'heartbeat.timeout': '20 s' });
  });
});

describe('a key of another line', () => {
  test('is named with the lines that have it', () => {
    const [problem] = given({ 'taskmanager.network.numberOfBuffers': '4096' }).problems;
    expect(problem).toMatch(/is an option of Flink 1\.20, but not of 2\.2.*or run the job on Flink 1\.20 \[option-of-another-line\]$/);
    expect(given({ 'state.backend.forst.cache.dir': '/x' }, v120).problems[0]).toMatch(
      /is an option of Flink 2\.2 and 2\.3, but not of 1\.20/,
    );
  });

  test('leads to its current name where this line has one', () => {
    const key = Object.keys(oldNamesOf120()).find(
      (each) => v22.find(each) === undefined && v22.find(oldNamesOf120()[each])?.isDeprecated === false,
    )!;
    expect(given({ [key]: '1' }).problems[0]).toContain(`did you mean '${oldNamesOf120()[key]}'?`);
  });

  test('passes on its own line', () => {
    expect(given({ 'taskmanager.network.numberOfBuffers': '4096' }, v120).problems).toEqual([]);
    expect(given({ 'state.backend.forst.cache.dir': '/x' }).problems).toEqual([]);
  });
});

describe('an older name', () => {
  test('is replaced, with a warning that has a stable id', () => {
    const made = given({ 'state.checkpoints.dir': 's3p://b/c' });
    expect(made.problems).toEqual([]);
    expect(made.toProperties()).toEqual({ 'execution.checkpointing.dir': 's3p://b/c' });
    expect(made.warnings).toEqual([
      {
        id: 'deprecated-option-state.checkpoints.dir',
        text: expect.stringMatching(/older name in Flink 2\.2.*'execution\.checkpointing\.dir'/),
      },
    ]);
  });

  test('of an option that is now two sets both', () => {
    expect(Object.keys(given({ 'state.backend.local-recovery': 'true' }).toProperties())).toHaveLength(2);
  });

  test('of an option that someone owns is refused with the current name and the owner', () => {
    const owned = FlinkConfiguration.of(v22).withOwned('the state bucket', { 'execution.checkpointing.dir': 's3p://b/c' });
    expect(owned.withProperties({ 'state.checkpoints.dir': 's3p://x' }).problems).toEqual([
      expect.stringMatching(/'state\.checkpoints\.dir' \(an older name of 'execution\.checkpointing\.dir'\) is set by the state bucket/),
    ]);
  });

  test('beside the current one is refused when they differ, whatever their order, and passes when they agree', () => {
    const both = { 'state.backend': 'hashmap', 'state.backend.type': 'rocksdb' };
    expect(given(both).problems).toEqual([expect.stringMatching(/remove 'state\.backend' \[option-twice\]$/)]);
    expect(given(Object.fromEntries(Object.entries(both).reverse())).problems).toHaveLength(1);
    expect(given({ 'state.backend': 'rocksdb', 'state.backend.type': 'rocksdb' }).problems).toEqual([]);
  });

  test('its value is checked as that of the current one', () => {
    expect(given({ 'client.timeout': '1 s' }).problems).toEqual([]);
    expect(given({ 'akka.client.timeout': 'soon' }, v120).problems[0]).toContain('[option-value]');
  });
});

describe('a key that an S3 plugin hands on', () => {
  test('is let through with a warning and a guess', () => {
    const made = given({ 'fs.s3a.connection.maximun': '5' });
    expect(made.problems).toEqual([]);
    expect(made.warnings).toEqual([
      { id: 'unknown-s3-option-fs.s3a.connection.maximun', text: expect.stringContaining("did you mean 'fs.s3a.connection.maximum'?") },
    ]);
  });

  test('is let through in silence when it is known', () => {
    expect(given({ 'fs.s3a.connection.maximum': '5' }).warnings).toEqual([]);
  });
});

function oldNamesOf120(): Record<string, string> {
  return Object.fromEntries(v120.keys.flatMap((key) => (v120.find(key)?.olderNames ?? []).map((old) => [old, key])));
}
