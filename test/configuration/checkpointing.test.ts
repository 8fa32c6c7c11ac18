import { Duration } from 'aws-cdk-lib';
import { applicationConfiguration } from '../../lib/configuration/application-configuration';
import { Checkpointing, CheckpointingOptions } from '../../lib/configuration/checkpointing';
import { FlinkVersion } from '../../lib/configuration/flink-version';

const problems = (options: CheckpointingOptions): string => new Checkpointing(options).problems.join('\n');

test('state outlives a cancelled job and a failed checkpoint does not end it', () => {
  const made = applicationConfiguration({
    version: FlinkVersion.V2_2,
    checkpointing: new Checkpointing(),
    maxParallelism: '128',
    taskSlots: '1',
    jobManagerMib: 2048,
    taskManagerMib: 4096,
    taskManagerWorkMib: 10_240,
    owned: {},
    properties: {},
  }).toProperties();
  expect(Object.fromEntries(Object.entries(made).filter(([key]) => key.startsWith('execution.checkpointing.')))).toEqual({
    'execution.checkpointing.interval': '30 s',
    'execution.checkpointing.min-pause': '10 s',
    'execution.checkpointing.timeout': '5 min',
    'execution.checkpointing.num-retained': '3',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'execution.checkpointing.tolerable-failed-checkpoints': '3',
    'execution.checkpointing.storage': 'filesystem',
    'execution.checkpointing.incremental': 'true',
  });
});

test('a short interval shortens the pause and a long one lengthens the timeout, so one option alone is never refused', () => {
  for (const interval of [Duration.seconds(1), Duration.seconds(5), Duration.minutes(9), Duration.hours(2)]) {
    expect(problems({ interval })).toBe('');
  }
});

describe("times in Flink's spelling", () => {
  test.each([
    [Duration.millis(1500), '1500 ms'],
    [Duration.seconds(90), '90 s'],
    [Duration.seconds(120), '2 min'],
    [Duration.hours(1), '60 min'],
  ])('%s', (interval, expected) => {
    expect(new Checkpointing({ interval, timeout: Duration.hours(3) }).toProperties()['execution.checkpointing.interval']).toBe(expected);
  });
});
