import * as blueprints from '@aws-quickstart/eks-blueprints';
import { App, Validations } from 'aws-cdk-lib';
import { CapacityType, KubernetesVersion } from 'aws-cdk-lib/aws-eks';
import { DefaultCapacityType } from 'aws-cdk-lib/aws-eks-v2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import * as path from 'path';
import * as lib from '../lib';
import { FlinkAddOn, IFlinkWorkload } from '../lib/blueprints';

/** Of the stack, of the cluster, and in the names of its subnets. */
const NAME = 'FlinkInABlueprint';

/** A job in a blueprint of a platform team: the JobManager on its managed nodes, TaskManagers on Spot nodes that Karpenter starts. */
class GeneratedTicks implements IFlinkWorkload {
  public define(scope: Construct, platform: lib.IFlinkPlatform): void {
    const results = new s3.Bucket(scope, 'Results', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
    });
    const ticks = new lib.FlinkApplication(scope, 'GeneratedTicks', {
      name: 'generated-ticks',
      platform,
      image: lib.FlinkImage.fromAsset(path.join(__dirname, '../../sample/price-maxima'), { buildArgs: { KINESIS: 'none' } }),
      job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--source', 'generator'] }),
    });
    ticks.writeTo(results, 'generated-ticks');
  }
}

const clusterProvider = new blueprints.GenericClusterProviderV2({
  defaultCapacityType: DefaultCapacityType.NODEGROUP,
  managedNodeGroups: [{ id: 'system', nodeGroupCapacityType: CapacityType.ON_DEMAND, minSize: 2, maxSize: 4 }],
});

const karpenter = new blueprints.KarpenterV1AddOn({
  version: '1.13.0',
  interruptionHandling: true,
  nodePoolSpec: {
    requirements: [
      { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] },
      { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
      { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
    ],
  },
  ec2NodeClassSpec: {
    amiFamily: 'AL2023',
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: { Name: `${NAME}/${NAME}-vpc/PrivateSubnet*` } }],
    securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': NAME } }],
  },
});

async function main(): Promise<void> {
  const app = new App();
  app.node.setContext('@aws-cdk/aws-eks:useNativeOidcProvider', true);
  const stack = await blueprints.EksBlueprint.builder()
    .version(KubernetesVersion.V1_35)
    .clusterProvider(clusterProvider)
    .addOns(
      new blueprints.MetricsServerAddOn({ version: '3.13.1' }),
      new blueprints.AwsLoadBalancerControllerAddOn({ version: '3.4.0' }),
      new blueprints.CertManagerAddOn({ version: 'v1.20.3' }),
      new FlinkAddOn({ workloads: [new GeneratedTicks()] }),
      karpenter,
    )
    .buildAsync(app, NAME);
  // Or an app that is validated strictly could not use a cluster of EKS Blueprints.
  Validations.of(stack).acknowledge({
    id: 'CloudFormation-Validate::W9009',
    reason: 'EncryptionConfig.Resources is deprecated, and the CDK writes it for every cluster with a key for secrets',
  });
  app.synth();
}

void main();
