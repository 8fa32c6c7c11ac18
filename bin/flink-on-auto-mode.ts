import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../lib';

/** A job on EKS Auto Mode: AWS runs the node controller, and nothing else changes. It makes its ticks itself. */
const app = new App();
const platform = new lib.FlinkPlatform(new Stack(app, 'FlinkOnAutoMode'), 'Platform', { capacity: new lib.AutoModeCapacity() });

const jobStack = new Stack(app, 'GeneratedTicks');
const results = new s3.Bucket(jobStack, 'Results', {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
});
const generated = new lib.FlinkApplication(jobStack, 'GeneratedTicks', {
  name: 'generated-ticks',
  platform,
  image: lib.FlinkImage.fromAsset('sample/price-maxima', { buildArgs: { KINESIS: 'none' } }),
  job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--source', 'generator'] }),
});
generated.writeTo(results, 'generated-ticks');
app.synth();
