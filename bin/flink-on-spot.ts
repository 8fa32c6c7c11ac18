import { App, CfnOutput, Duration, Size, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as path from 'path';
import * as lib from '../lib';

/** The sample: one platform, one job that finds the highest price a ticker has in each window. Context keys are in the README. */
const app = new App();
const context = (key: string): string | undefined => app.node.tryGetContext(key) as string | undefined;

const platformStack = new Stack(app, 'FlinkPlatform', { description: 'Apache Flink on Amazon EKS on Spot: the cluster' });
const adminRole = context('adminRoleArn');
const cidr = context('endpointCidr');
const platform = new lib.FlinkPlatform(platformStack, 'Platform', {
  capacity: new lib.ManagedNodeGroupCapacity(),
  zones: context('zones') === undefined ? undefined : Number(context('zones')),
  admins: adminRole ? [iam.Role.fromRoleArn(platformStack, 'AdminRole', adminRole, { mutable: false })] : [],
  endpoint: cidr ? lib.FlinkEndpoint.publicFrom([cidr]) : lib.FlinkEndpoint.privateOnly(),
});

const jobStack = new Stack(app, 'PriceMaxima', { description: 'Apache Flink on Amazon EKS on Spot: the sample job' });
const SHARDS = 2;
const ticks = new lib.KinesisSource(jobStack, 'Ticks', { shards: SHARDS });
const results = new s3.Bucket(jobStack, 'Results', {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  lifecycleRules: [{ id: 'EndIncompleteUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) }],
});

/** The Kinesis connector of each line (docs/decisions/0001). */
const LINES: Record<string, { version: lib.FlinkVersion; kinesis: string }> = {
  '2.2': { version: lib.FlinkVersion.V2_2, kinesis: 'streams' },
  '1.20': { version: lib.FlinkVersion.V1_20, kinesis: 'consumer' },
};
const line = context('flinkLine') ?? '2.2';
if (!(line in LINES))
  throw new Error(`context flinkLine is '${line}': allowed are ${Object.keys(LINES).join(' and ')}, the lines that the sample builds for`);

const prices = new lib.FlinkApplication(jobStack, 'PriceMaxima', {
  name: 'price-maxima',
  platform,
  version: LINES[line].version,
  image: lib.FlinkImage.fromAsset(path.join(__dirname, '../../sample/price-maxima'), {
    buildArgs: { FLINK_LINE: line, KINESIS: LINES[line].kinesis },
  }),
  job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--window', '10s', '--slide', '5s'] }),
  taskManager: { memory: Size.gibibytes(4), taskSlots: 1 },
  // No more TaskManagers than shards: a task without one makes no watermark.
  runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.reactive({ min: 1, max: SHARDS }) }),
  deployment: { waitUntilRunning: Duration.minutes(14) },
});
prices.readFrom(ticks);
prices.writeTo(results, 'price-maxima');

new CfnOutput(jobStack, 'SendTicks', {
  value: `npm run ticks -- --stream ${ticks.stream.streamName} --region ${jobStack.region} --rate 100`,
  description: 'Sends ticks to the stream until Ctrl-C',
});
new CfnOutput(jobStack, 'TearDown', {
  value: 'npx cdk destroy --all',
  description: 'Removes the stacks; buckets with state and results are kept, the README says how to delete them',
});
app.synth();
