// A user's test of a stack, without a test runner.
import { App, Stack } from 'aws-cdk-lib';
import { FlinkApplication, FlinkImage, FlinkJob, FlinkPlatform } from 'cdk-flink-on-eks';
import { FlinkApplicationTemplate, FlinkDisruption, FlinkTemplate } from 'cdk-flink-on-eks/testing';

const app = new App();
const stack = new Stack(app, 'Stack');
new FlinkApplication(stack, 'Prices', {
  name: 'prices',
  platform: new FlinkPlatform(stack, 'Platform'),
  image: FlinkImage.fromUri('111122223333.dkr.ecr.eu-west-1.amazonaws.com/prices:7'),
  job: FlinkJob.jar({ entryClass: 'com.example.Prices' }),
});
const prices: FlinkApplicationTemplate = FlinkTemplate.fromStack(stack).application('prices');
prices.survives(FlinkDisruption.SPOT_INTERRUPTION);
prices.hasNoWildcards();
if (prices.options['high-availability.type'] !== 'kubernetes') throw new Error('options are not read');
console.log(`node ${process.versions.node}`);
