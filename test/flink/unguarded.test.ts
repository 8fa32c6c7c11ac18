import { Duration } from 'aws-cdk-lib';
import { ExponentialDelayOptions, FlinkProfile, FlinkVersion, RestartStrategy } from '../../lib/configuration';
import { FlinkOracle } from './oracle/flink-oracle';

/** What the checks refuse really fails in Flink's own code, and what they let through works there. */
describe.each([
  ['1.20', FlinkVersion.V1_20],
  ['2.2', FlinkVersion.V2_2],
])('Flink %s, unguarded', (_, version) => {
  let oracle: FlinkOracle;
  beforeAll(() => void (oracle = FlinkOracle.start(version.release)), 900_000);
  afterAll(() => oracle.stop());

  test.each([
    ['rows 1: a TaskManager of 256 MiB', { 'taskmanager.memory.process.size': '256m' }, { 'taskmanager.memory.process.size': '1089m' }],
    ['row 2: parts larger than the whole', { 'taskmanager.memory.process.size': '2048m', 'taskmanager.memory.task.heap.size': '1g', 'taskmanager.memory.managed.size': '1g' }, { 'taskmanager.memory.process.size': '4096m', 'taskmanager.memory.task.heap.size': '1g', 'taskmanager.memory.managed.size': '1800m' }],
    ['row 6: half a gibibyte', { 'taskmanager.memory.process.size': '2.5g' }, { 'taskmanager.memory.process.size': '2560m' }],
    ["row 6: Kubernetes' unit", { 'taskmanager.memory.process.size': '2Gi' }, { 'taskmanager.memory.process.size': '2g' }],
    ['row 6: bytes by accident', { 'taskmanager.memory.process.size': '2048' }, { 'taskmanager.memory.process.size': '2048m' }],
    ['row 5: two totals that do not agree', { 'taskmanager.memory.process.size': '2048m', 'taskmanager.memory.flink.size': '2g' }, { 'taskmanager.memory.process.size': '2048m' }],
  ])('%s', async (_title, wrong: Record<string, string>, right: Record<string, string>) => {
    expect(await oracle.memory('taskManager', wrong)).toHaveProperty('error');
    expect(await oracle.memory('taskManager', right)).toHaveProperty('found');
  }); // prettier-ignore

  test('heartbeats whose timeout is below their interval, or that count to 0', async () => {
    expect(await oracle.heartbeat(3000, 2999, 1)).toHaveProperty('error');
    expect(await oracle.heartbeat(3000, 12_000, 0)).toHaveProperty('error');
    expect(await oracle.heartbeat(3000, 12_000, 1)).toHaveProperty('found');
  });

  const exponential = (options: ExponentialDelayOptions): Record<string, string> =>
    ({ ...restartOf(FlinkProfile.spot().propertiesFor(version)), ...RestartStrategy.exponentialDelay(options).options.properties }); // prettier-ignore
  const key = (name: string): string => `restart-strategy.exponential-delay.${name}`;

  test('a restart strategy that the typed props let through is the one that Flink makes', async () => {
    const all: [Record<string, string>, string][] = [
      [exponential({}), 'ExponentialDelayRestartBackoffTimeStrategy'],
      [
        exponential({ initialBackoff: Duration.millis(1), backoffMultiplier: 1.01, jitterFactor: 1 }),
        'ExponentialDelayRestartBackoffTimeStrategy',
      ],
      [RestartStrategy.fixedDelay({ attempts: 3 }).options.properties, 'FixedDelayRestartBackoffTimeStrategy'],
      [RestartStrategy.failureRate({ maxFailuresPerInterval: 3 }).options.properties, 'FailureRateRestartBackoffTimeStrategy'],
      [RestartStrategy.none().options.properties, 'NoRestartBackoffTimeStrategy'],
    ];
    for (const [properties, name] of all) expect(await oracle.restart(properties)).toEqual({ found: { value: name } });
  });

  test.each([
    ['a multiplier of 1', { [key('backoff-multiplier')]: '1' }],
    ['a first delay above the longest', { [key('initial-backoff')]: '1 h' }],
    ['more jitter than delay', { [key('jitter-factor')]: '1.1' }],
    ['no delay', { [key('initial-backoff')]: '0 ms' }],
  ])('%s', async (_title, wrong) => {
    expect(await oracle.restart({ ...exponential({}), ...wrong })).toHaveProperty('error');
  });
});

function restartOf(properties: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => key.startsWith('restart-strategy.')));
}
