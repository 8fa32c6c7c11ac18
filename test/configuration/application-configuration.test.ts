import { applicationConfiguration, ApplicationOptions } from '../../lib/configuration/application-configuration';
import { Checkpointing } from '../../lib/configuration/checkpointing';
import { MetricsReporter } from '../../lib/configuration/metrics';
import { FlinkVersion } from '../../lib/configuration/flink-version';

const options = (change: Partial<ApplicationOptions> = {}): ApplicationOptions => ({
  version: FlinkVersion.V2_2,
  checkpointing: new Checkpointing(),
  maxParallelism: '128',
  taskSlots: '2',
  jobManagerMib: 2048,
  taskManagerMib: 4096,
  taskManagerWorkMib: 10_240,
  owned: { 'the runtime': { 'rest.port': '8081' } },
  properties: {},
  ...change,
});

const configured = (change: Partial<ApplicationOptions> = {}): Record<string, string> =>
  applicationConfiguration(options(change)).toProperties();

test('the numbers of the props stand under the keys that Flink reads', () => {
  expect(configured()).toMatchObject({
    'pipeline.max-parallelism': '128',
    'taskmanager.numberOfTaskSlots': '2',
    'taskmanager.memory.process.size': '4096m',
    'jobmanager.memory.process.size': '2048m',
    'rest.port': '8081',
  });
});

describe('who wins', () => {
  test("a user's option wins over a default", () => {
    expect(configured({ properties: { 'heartbeat.timeout': '20 s' } })['heartbeat.timeout']).toBe('20 s');
  });

  test("a user's option wins over a prop's option that holds nothing together", () => {
    const key = 'execution.checkpointing.tolerable-failed-checkpoints';
    expect(configured({ properties: { [key]: '5' } })[key]).toBe('5');
  });

  test.each([
    ['pipeline.max-parallelism', '64', "'flink.maxParallelism'"],
    ['taskmanager.numberOfTaskSlots', '4', "'taskManager.taskSlots'"],
    ['taskmanager.memory.process.size', '8g', "'taskManager.memory'"],
    ['jobmanager.memory.process.size', '8g', "'jobManager.memory'"],
    ['rest.port', '80', 'the runtime'],
  ])('%s belongs to someone, who is named', (key, value, owner) => {
    const made = applicationConfiguration(options({ properties: { [key]: value } }));
    expect(made.problems).toHaveLength(1);
    expect(made.problems[0]).toContain(`'${key}' is set by ${owner} to`);
    expect(made.toProperties()[key]).not.toBe(value);
  });

  test('all refused options are reported together', () => {
    const properties = { 'rest.port': '80', 'pipeline.max-parallelism': '64', 'heartbeat.timeout': '20 s' };
    expect(applicationConfiguration(options({ properties })).problems).toHaveLength(2);
  });
});

describe('a lost TaskManager is routine', () => {
  test('it is noticed within twelve seconds, or at the first refused call', () => {
    expect(configured()).toMatchObject({
      'heartbeat.interval': '1 s',
      'heartbeat.timeout': '12 s',
      'heartbeat.rpc-failure-threshold': '1',
    });
  });

  test('the tenth loss costs what the first did: the delay stays short and is forgotten soon', () => {
    const { 'restart-strategy.exponential-delay.attempts-before-reset-backoff': attempts, ...rest } = configured();
    expect(attempts).toBeUndefined();
    expect(rest['restart-strategy.type']).toBe('exponential-delay');
    expect(Number(rest['restart-strategy.exponential-delay.max-backoff'].replace(' s', ''))).toBeLessThanOrEqual(10);
  });
});

test('state is on RocksDB, whose size memory does not limit', () => {
  expect(configured()['state.backend.type']).toBe('rocksdb');
});

test('without a reader of metrics no reporter runs', () => {
  expect(Object.keys(configured()).filter((key) => key.startsWith('metrics.reporter'))).toEqual([]);
});

// Source: Flink, Metric Reporters, Prometheus.
test('with a reader of metrics the Prometheus reporter listens on its port', () => {
  expect(configured({ metrics: { reporters: [MetricsReporter.prometheus()] } })).toMatchObject({
    'metrics.reporters': 'prom',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': '9249',
  });
});

// Source: env.java.opts.all in flink-dist 2.2.1, conf/config.yaml; without these Flink on Java 17 fails with InaccessibleObjectException.
test.each([
  '--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
  '--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
])('Java 17 gets %s', (option) => {
  expect(configured()['env.java.default-opts.all'].split(' ')).toContain(option);
});
