// A user's app: a platform in one stack, a job in another. Compiled as CommonJS and as an ES module by tools/consumers.
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import {
  FlinkApplication,
  FlinkImage,
  FlinkJob,
  FlinkPlatform,
  FlinkScaling,
  IFlinkPlatform,
  KinesisSource,
  StandaloneRuntime,
} from 'cdk-flink-on-eks';

const app = new App({ analyticsReporting: false });
const platform: IFlinkPlatform = new FlinkPlatform(new Stack(app, 'Platform'), 'Platform');

const stack = new Stack(app, 'Prices');
const prices = new FlinkApplication(stack, 'Prices', {
  name: 'prices',
  platform,
  image: FlinkImage.fromUri('111122223333.dkr.ecr.eu-west-1.amazonaws.com/prices:7'),
  job: FlinkJob.jar({ entryClass: 'com.example.Prices' }),
  taskManager: { memory: Size.gibibytes(4), taskSlots: 1 },
  runtime: new StandaloneRuntime({ scaling: FlinkScaling.reactive({ min: 1, max: 4 }) }),
  waitUntilRunning: Duration.minutes(10),
});
prices.readFrom(KinesisSource.fromStream(new Stream(stack, 'Ticks', { shardCount: 4 })));
app.synth();
console.log(`node ${process.versions.node}`);
