import { App, CfnParameter, SecretValue, Stack, Token } from 'aws-cdk-lib';
import { FlinkConfiguration } from '../../lib/configuration/flink-configuration';
import { OptionCatalog } from '../../lib/configuration/option-catalog';

const given = (key: string, value: string, line = '2.2'): readonly string[] =>
  FlinkConfiguration.of(OptionCatalog.of(line)).withProperties({ [key]: value }).problems;

// Which values Flink takes is asked of Flink itself in test/flink/round-trip.test.ts; here is what our message says.
describe('a value that Flink cannot read is refused with an example, and its near miss passes', () => {
  test.each([
    ['heartbeat.timeout', '20 sek', '20 sec', '30 s'],
    ['heartbeat.timeout', '1.5 s', '1500 ms', '30 s'],
    ['heartbeat.timeout', 'PT20S', '20', '30 s'],
    ['taskmanager.memory.network.max', '1Gi', '1g', '2048m'],
    ['taskmanager.memory.network.max', '-1m', '0m', '2048m'],
    ['taskmanager.memory.network.max', 'lots', '1 GB', '2048m'],
    ['execution.checkpointing.tolerable-failed-checkpoints', '3.0', '3', '4'],
    ['execution.checkpointing.tolerable-failed-checkpoints', '2147483648', '2147483647', '4'],
    ['blob.service.cleanup.interval', '9223372036854775808', '9223372036854775807', '1000'],
    ['taskmanager.memory.managed.fraction', '40%', '0.4', '0.4'],
    ['restart-strategy.exponential-delay.backoff-multiplier', '1,5', '1.5', '0.4'],
    ['execution.checkpointing.unaligned.enabled', 'yes', 'TRUE', 'true'],
    ['execution.checkpointing.mode', 'EXACTLY_TWICE', 'exactly_once', 'EXACTLY_ONCE'],
    ['execution.checkpointing.externalized-checkpoint-retention', 'RETAIN', 'RETAIN_ON_CANCELLATION', 'DELETE_ON_CANCELLATION'],
    ['taskmanager.memory.managed.consumer-weights', 'OPERATOR=70', 'OPERATOR:70,STATE_BACKEND:70', 'team:data,stage:live'],
    ['state.backend.type', 'rocks', 'RocksDB', 'hashmap'],
    ['restart-strategy.type', 'exponential', 'exponential-delay', 'exponential-delay'],
    ['high-availability.type', 'k8s', 'com.example.MyFactory', 'kubernetes'],
  ])('%s: %s is refused, %s passes', (key, wrong, right, example) => {
    const problems = given(key, wrong);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`'${key}' is '${wrong}': allowed `);
    expect(problems[0]).toContain(`use for example '${example}'`);
    expect(problems[0]).toMatch(/ \[option-value\]$/);
    expect(given(key, right)).toEqual([]);
  });

  // Row 6 of the checks: Kubernetes' and other tools' units.
  test.each([
    ['2Gi', "(Kubernetes' '2Gi' is '2g' here)"],
    ['512Mi', "(Kubernetes' '512Mi' is '512m' here)"],
    ['2.5g', "(whole numbers only: '2560m')"],
    ['2.5Gi', "(whole numbers only: '2560m')"],
  ])('%s is explained', (text, explained) => {
    expect(given('taskmanager.memory.task.off-heap.size', text)[0]).toContain(explained);
  });

  test('a backend that a line does not have', () => {
    expect(given('state.backend.type', 'forst', '1.20')[0]).toContain('allowed are hashmap, rocksdb, or the full name of a class');
    expect(given('state.backend.type', 'forst', '2.2')).toEqual([]);
  });

  test('a list names the item', () => {
    const key = 'execution.checkpointing.interval';
    expect(given('metrics.job.status.enable', 'CURRENT_TIME;STATE')).toEqual([]);
    expect(given('metrics.job.status.enable', 'CURRENT_TIME,STATE')[0]).toMatch(/a list with items separated by ';', each one of/);
    expect(given(key, '30 s')).toEqual([]);
  });
});

describe('a value that is known only at deployment', () => {
  const stack = new Stack(new App(), 'S');
  const later = new CfnParameter(stack, 'P').valueAsString;

  test.each([
    'heartbeat.timeout',
    'taskmanager.memory.network.max',
    'execution.checkpointing.mode',
    'state.backend.type',
    'parallelism.default',
  ])('%s passes', (key) => {
    expect(given(key, later)).toEqual([]);
    expect(given(key, `${later} s`)).toEqual([]);
  });

  test('its key is checked all the same', () => {
    expect(given('made.up.by.someone', later)).toHaveLength(1);
    expect(given('s3.secret-key', later)).toHaveLength(1);
  });

  test('a token inside a text is one too', () => {
    expect(Token.isUnresolved(`x${later}`)).toBe(true);
    expect(given('env.java.opts.all', `-Dx=${later}`)).toEqual([]);
  });
});

describe('a secret is refused by its key or its look, and is not repeated', () => {
  // The example keys of AWS's own documentation open nothing.
  test.each([
    ['s3.secret-key', 'wJalrXUtnFEMI'],
    ['s3.access-key', 'x1'],
    ['fs.s3a.secret.key', 'wJalrXUtnFEMI'],
    ['fs.s3a.bucket.mine.access.key', 'x1'],
    ['fs.s3a.bucket.my.bucket.access.key', 'x1'],
    ['presto.s3.secret-key', 'wJalrXUtnFEMI'],
    ['security.ssl.internal.keystore-password', 'changeit'],
    ['metrics.reporter.influx.password', 'changeit'],
    ['metrics.reporter.x.apikey', 'changeit'],
    ['env.java.opts.all', '-Djavax.net.ssl.keyStorePassword=changeit'],
    ['env.java.opts.all', '-Dx=AKIAIOSFODNN7EXAMPLE'],
    ['containerized.master.env.KEY', '-----BEGIN RSA PRIVATE KEY-----'],
    ['containerized.master.env.KEY', '{{resolve:secretsmanager:mine}}'],
  ])('%s: %s', (key, value) => {
    const problems = given(key, value);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/ConfigMap; remove it.* \[secret-in-options\]$/);
    expect(problems[0]).not.toContain(value);
  });

  test("CDK's own secret values are refused too", () => {
    expect(given('metrics.reporter.x.password', SecretValue.secretsManager('mine').unsafeUnwrap())).toHaveLength(1);
  });

  test.each([
    ['fs.s3a.aws.credentials.provider', 'com.amazonaws.auth.WebIdentityTokenCredentialsProvider'],
    ['security.delegation.tokens.enabled', 'false'],
    ['security.delegation.token.provider.s3.enabled', 'false'],
    ['security.ssl.internal.keystore', '/etc/tls/store.jks'],
    ['env.java.opts.all', '-Dx.password=${env:PASSWORD}'],
    ['kubernetes.secrets', 'mine:/etc/mine'],
  ])('%s: %s is none', (key, value) => {
    expect(given(key, value)).toEqual([]);
  });
});
