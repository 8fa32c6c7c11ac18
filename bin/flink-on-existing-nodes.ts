import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../lib';

/**
 * A job on a cluster and nodes that somebody else has made: nothing is installed, the job asks for the nodes by their labels. Spot
 * nodes first, On-Demand while none can be had. The names of the cluster come from context: they cannot be guessed.
 */
const app = new App();
const stack = new Stack(app, 'FlinkOnExistingNodes');
const known = (key: string, example: string): string => (app.node.tryGetContext(key) as string | undefined) ?? example;
const account = 'arn:aws:iam::111122223333';
const openIdConnectProvider = iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(
  stack,
  'Provider',
  known('oidcProviderArn', `${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE`),
);
const platform = lib.FlinkPlatform.fromExistingCluster(stack, 'Platform', {
  cluster: lib.ExistingCluster.fromAttributes({
    clusterName: known('clusterName', 'streams'),
    openIdConnectProvider,
    kubectlRole: iam.Role.fromRoleArn(stack, 'KubectlRole', known('kubectlRoleArn', `${account}:role/kubectl`)),
  }),
  capacity: new lib.ExistingCapacity({
    onDemand: {
      labels: { 'eks.amazonaws.com/capacityType': 'ON_DEMAND' },
      instanceTypes: [new ec2.InstanceType('m6i.xlarge')],
      diskGib: 80,
    },
    spot: {
      labels: { 'eks.amazonaws.com/capacityType': 'SPOT' },
      instanceTypes: lib.InstanceSelector.of({ vcpu: 4, memoryGib: 16 }).instanceTypes,
      diskGib: 80,
    },
  }),
});

const results = new s3.Bucket(stack, 'Results', {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
});
const generated = new lib.FlinkApplication(stack, 'GeneratedTicks', {
  name: 'generated-ticks',
  platform,
  image: lib.FlinkImage.fromAsset('sample/price-maxima', { buildArgs: { KINESIS: 'none' } }),
  job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--source', 'generator'] }),
  taskManager: { placement: lib.PlacementProfile.spotWithFallback() },
});
generated.writeTo(results, 'generated-ticks');
app.synth();
