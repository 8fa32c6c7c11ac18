import { CfnParameter, Duration, Size, Stack } from 'aws-cdk-lib';
import { FlinkScaling, StandaloneRuntime } from '../lib';
import { messageOf, templateOf, testApplication, testPlatform } from './fixtures/apps';
import { flinkOptions, kubernetesObjects, objectOf } from './fixtures/kubernetes';

const { app, platform } = testPlatform();
const stack = new Stack(app, 'TokenStack');
const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;

describe('numbers that only a deployment knows', () => {
  test('pass where nothing is reckoned from them, and arrive', () => {
    const runtime = new StandaloneRuntime({ scaling: FlinkScaling.reactive({ max: number, cpuPercent: number }) });
    testApplication(
      stack,
      platform,
      { name: 'passing', flink: { maxParallelism: number }, taskManager: { taskSlots: number }, runtime },
      'Passing',
    );
    const objects = kubernetesObjects(withPlainNumber(templateOf(stack)));
    expect(flinkOptions(objects)).toMatchObject({ 'pipeline.max-parallelism': '7', 'taskmanager.numberOfTaskSlots': '7' });
    const { maxReplicas, metrics } = objectOf(objects, 'HorizontalPodAutoscaler').spec;
    expect([maxReplicas, metrics[0].resource.target.averageUtilization]).toEqual([7, 7]);
  });

  test.each([
    ['taskManager.cpu', { taskManager: { cpu: number } }],
    ['taskManager.memory', { taskManager: { memory: Size.mebibytes(number) } }],
    ['jobManager.workDirectory', { jobManager: { workDirectory: Size.mebibytes(number) } }],
    ['checkpointing.interval', { checkpointing: { interval: Duration.seconds(number) } }],
    ['scaling.fixed', { runtime: new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: number }) }) }],
  ])('are refused for %s, from which more is reckoned, and in words', (prop, props) => {
    const name = prop.toLowerCase().replace('.', '-');
    const message = messageOf(() => testApplication(stack, platform, { name, ...props }, name));
    expect(message).toContain(prop);
    expect(message).toContain('only a deployment knows');
    expect(message).not.toMatch(/e\+\d{3}|Token\[/);
  });
});

/** The template with 7 for the parameter. */
function withPlainNumber<T>(template: T): T {
  return JSON.parse(JSON.stringify(template).replaceAll('{"Ref":"Number"}', '7')) as T;
}
