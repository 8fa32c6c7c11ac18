import { App, Size, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../lib';

/**
 * What `npm run drill` interrupts: the same small job twice, once reactive and once with fixed parallelism, with the library's own
 * options. The job is local/drill/job; its image is never pulled.
 */
const app = new App();
const stack = new Stack(app, 'SpotDrill');
const platform = new lib.FlinkPlatform(stack, 'Platform', { capacity: new lib.ManagedNodeGroupCapacity() });
const results = new s3.Bucket(stack, 'Results', { blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL, enforceSSL: true });

const version = app.node.tryGetContext('flinkLine') === '1.20' ? lib.FlinkVersion.V1_20 : lib.FlinkVersion.V2_2;
const numbers = { shards: 4, rate: 50, keys: 3000, 'value-bytes': 10_000, 'backlog-ms': 20_000 };
const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);

const scalings = {
  'drill-reactive': lib.FlinkScaling.reactive({ min: 2, max: 4 }),
  'drill-fixed': lib.FlinkScaling.fixed({ parallelism: 2, spare: 1 }),
};
for (const [name, scaling] of Object.entries(scalings)) {
  const application = new lib.FlinkApplication(stack, name, {
    name,
    platform,
    version,
    image: lib.FlinkImage.fromUri(`flink:${version.imageTag}`),
    job: lib.FlinkJob.jar({ entryClass: 'drill.DrillJob', args: [...args, '--counters', '/opt/flink/work/counters'] }),
    jobManager: { memory: Size.mebibytes(1024) },
    taskManager: { memory: Size.mebibytes(1280), taskSlots: 1 },
    runtime: new lib.StandaloneRuntime({ scaling }),
  });
  application.writeTo(results, name);
}
app.synth();
