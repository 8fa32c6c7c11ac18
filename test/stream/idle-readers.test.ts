import { Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { FlinkScaling, KinesisSource, StandaloneRuntime } from '../../lib';
import { testApplication, testPlatform } from '../fixtures/apps';

// By hand: TaskManagers x slots against shards.
test.each([
  { max: 4, taskSlots: 2, shards: 7, warned: true },
  { max: 4, taskSlots: 2, shards: 8, warned: false },
  { max: 4, taskSlots: 2, shards: undefined, warned: false },
])('$max TaskManagers of $taskSlots slots on $shards shards: warned $warned', ({ max, taskSlots, shards, warned }) => {
  const { app, platform } = testPlatform();
  const stack = new Stack(app, 'Job');
  const runtime = new StandaloneRuntime({ scaling: FlinkScaling.reactive({ min: 1, max }) });
  testApplication(stack, platform, { taskManager: { taskSlots }, runtime }).readFrom(new KinesisSource(stack, 'Source', { shards }));
  const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('7 shards, and 4 TaskManagers x 2 slots = 8'));
  expect(found.length > 0).toBe(warned);
});
