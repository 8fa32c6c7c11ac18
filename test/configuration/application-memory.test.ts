import { Annotations, Duration, Size, Stack } from 'aws-cdk-lib';
import { Annotations as Found, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lib from '../../lib';
import { IStreamSource, StreamConfig } from '../../lib/stream';
import { messageOf, templateOf, testApplication, testJob, testPlatform } from '../fixtures/apps';

const { platform, app } = testPlatform();
let made = 0;
const application = (props: Parameters<typeof testApplication>[2] = {}): lib.FlinkApplication => {
  const name = `job-${made++}`;
  return testApplication(new Stack(app, name), platform, { name, ...props }, 'Job');
};
const warnings = (job: lib.FlinkApplication): string[] =>
  Found.fromStack(Stack.of(job))
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));

test('an application shows how Flink divides its memory, as a value and as an output', () => {
  const { application: job, jobStack } = testJob();
  const { taskManager, jobManager, state } = job.memory;
  expect(taskManager.processSize).toBe(4096 * 1048576);
  expect(jobManager.processSize).toBe(2048 * 1048576);
  // One slot: all managed memory is its state's; the reserve is 64 MiB.
  expect(state).toMatchObject({ backend: 'rocksdb', perSlot: taskManager.managed, reserve: 64 * 1048576 });
  const outputs = (templateOf(jobStack) as unknown as { Outputs: Record<string, { Value: string }> }).Outputs;
  expect(Object.values(outputs).map(({ Value }) => Value)).toContainEqual(
    expect.stringMatching(/^JobManager 2048m = heap .*; TaskManager 4096m = heap /),
  );
});

test('it follows the options of the user', () => {
  const { memory } = application({
    taskManager: { memory: Size.gibibytes(8), taskSlots: 2 },
    properties: { 'taskmanager.memory.managed.size': '2g', 'taskmanager.memory.network.max': '256m' },
  });
  expect(memory.taskManager).toMatchObject({ managed: 2048 * 1048576, network: 256 * 1048576 });
  expect(memory.state?.perSlot).toBe(1024 * 1048576);
});

test('what Flink could not divide is refused with the path and the arithmetic', () => {
  const properties = { 'taskmanager.memory.managed.size': '3500m' };
  expect(messageOf(() => application({ properties }))).toMatch(
    /^job-\d+\/Job: taskManager\.memory is 4096 MiB: .* \+ managed 3500m = .*Flink memory 3430\.4m/,
  );
});

test('a deprecated option is a warning that can be acknowledged by its id', () => {
  const properties = { 'state.backend.incremental': 'false' };
  const warned = application({ properties });
  expect(warnings(warned)).toEqual([expect.stringContaining('[ack: cdk-flink-on-eks:deprecated-option-state.backend.incremental]')]);
  Annotations.of(warned).acknowledgeWarning('cdk-flink-on-eks:deprecated-option-state.backend.incremental', 'known');
  expect(warnings(warned)).toEqual([]);
});

test('an option of a source is checked too, when the template is made', () => {
  const source = (properties: Record<string, string>): IStreamSource => ({
    bind: (): StreamConfig => ({ statements: [] as iam.PolicyStatement[], properties, jobArguments: [] }),
  });
  const job = application();
  job.readFrom(source({ 'heartbeat.timeot': '1 s' }));
  expect(job.node.validate().join()).toContain("did you mean 'heartbeat.timeout'?");
  const good = application({ checkpointing: { interval: Duration.seconds(20) } });
  good.readFrom(source({ 'heartbeat.timeout': '12 s' }));
  expect(good.node.validate()).toEqual([]);
});
