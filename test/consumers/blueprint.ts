// A user's blueprint with Flink in it, and a platform with an add-on of EKS Blueprints on it.
import {
  CertManagerAddOn,
  EksBlueprint,
  GenericClusterProviderV2,
  KubeStateMetricsAddOn,
  AwsLoadBalancerControllerAddOn,
} from '@aws-quickstart/eks-blueprints';
import { App, Stack } from 'aws-cdk-lib';
import { CapacityType, KubernetesVersion } from 'aws-cdk-lib/aws-eks';
import { DefaultCapacityType } from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { FlinkApplication, FlinkImage, FlinkJob, FlinkPlatform, IFlinkPlatform } from 'cdk-flink-on-eks';
import { blueprintAddOns, FlinkAddOn, FlinkClusterProvider, IFlinkWorkload } from 'cdk-flink-on-eks/blueprints';
import { FlinkDisruption, FlinkTemplate } from 'cdk-flink-on-eks/testing';

class Prices implements IFlinkWorkload {
  public define(scope: Construct, platform: IFlinkPlatform): void {
    new FlinkApplication(scope, 'Prices', {
      name: 'prices',
      platform,
      image: FlinkImage.fromUri('111122223333.dkr.ecr.eu-west-1.amazonaws.com/prices:7'),
      job: FlinkJob.jar({ entryClass: 'com.example.Prices' }),
    });
  }
}

const theirs = new GenericClusterProviderV2({
  defaultCapacityType: DefaultCapacityType.NODEGROUP,
  managedNodeGroups: [
    { id: 'system', nodeGroupCapacityType: CapacityType.ON_DEMAND },
    { id: 'spot', nodeGroupCapacityType: CapacityType.SPOT },
  ],
});

async function main(): Promise<void> {
  const app = new App({ analyticsReporting: false });
  const blueprints: Stack[] = [];
  for (const [name, provider] of [
    ['Theirs', theirs],
    ['Ours', new FlinkClusterProvider()],
  ] as const) {
    const stack = await EksBlueprint.builder()
      .version(KubernetesVersion.V1_35)
      .clusterProvider(provider)
      .addOns(new FlinkAddOn({ workloads: [new Prices()] }), new KubeStateMetricsAddOn({ version: '7.5.1' }))
      .buildAsync(app, name);
    blueprints.push(stack);
  }
  const platform = new FlinkPlatform(new Stack(app, 'Platform'), 'Platform');
  const addOns = [new CertManagerAddOn({ version: 'v1.20.3' }), new AwsLoadBalancerControllerAddOn({ version: '3.4.0' })];
  await blueprintAddOns(platform, addOns).whenDeployed();
  // Looking at one stack synthesizes all of them, so each must be complete.
  for (const stack of blueprints) FlinkTemplate.fromStack(stack).application('prices').survives(FlinkDisruption.SPOT_INTERRUPTION);
  app.synth();
  console.log(`node ${process.versions.node}`);
}

void main();
