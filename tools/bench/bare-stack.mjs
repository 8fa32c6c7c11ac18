// What the sample's synthesis is measured against: the CDK's own EKS module with the sample's node groups and one manifest, and nothing
// of this library. One stack, as short as a person would write it; node groups as in ManagedNodeGroupCapacity's defaults.
import { createRequire } from 'node:module';

// As the sample loads them: `import` would read the CommonJS packages a second time for their names.
const require = createRequire(import.meta.url);
const cdk = require('aws-cdk-lib');
const ec2 = require('aws-cdk-lib/aws-ec2');
const eks = require('aws-cdk-lib/aws-eks-v2');
const { KubectlV36Layer } = require('@aws-cdk/lambda-layer-kubectl-v36');

const app = new cdk.App();
const stack = new cdk.Stack(app, 'Bare');
const cluster = new eks.Cluster(stack, 'Cluster', {
  version: eks.KubernetesVersion.of('1.36'),
  defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
  defaultCapacity: 0,
  kubectlProviderOptions: { kubectlLayer: new KubectlV36Layer(stack, 'KubectlLayer') },
});

const spotFamilies = ['m5', 'm5a', 'm5ad', 'm5d', 'm5dn', 'm5n', 'm6a', 'm6i', 'm6id', 'm6in'];
nodeGroup('OnDemand', eks.CapacityType.ON_DEMAND, types(['m6i', 'm5', 'm5a'], 'large'), 2, 6);
nodeGroup('Spot0', eks.CapacityType.SPOT, types(spotFamilies, 'xlarge'), 0, 10);
nodeGroup('Spot1', eks.CapacityType.SPOT, types(spotFamilies, '2xlarge'), 0, 5);
cluster.addManifest('Settings', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { key: 'value' } });
app.synth();

function types(families, size) {
  return families.map((family) => new ec2.InstanceType(`${family}.${size}`));
}

/** The same group to EKS: types, sizes, taint, label, tag, launch template. */
function nodeGroup(id, capacityType, instanceTypes, minSize, maxSize) {
  const template = new ec2.LaunchTemplate(stack, `${id}LaunchTemplate`, {
    httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    blockDevices: [
      { deviceName: '/dev/xvda', volume: ec2.BlockDeviceVolume.ebs(60, { volumeType: ec2.EbsDeviceVolumeType.GP3, encrypted: true }) },
    ],
  });
  const spot = capacityType === eks.CapacityType.SPOT;
  cluster.addNodegroupCapacity(id, {
    capacityType,
    instanceTypes,
    minSize,
    maxSize,
    amiType: eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
    launchTemplateSpec: { id: template.launchTemplateId, version: template.latestVersionNumber },
    labels: spot ? { 'cdk-flink-on-eks/spot': 'true' } : undefined,
    taints: spot ? [{ key: 'cdk-flink-on-eks/spot', value: 'true', effect: eks.TaintEffect.NO_SCHEDULE }] : undefined,
    tags: { 'k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage': '53Gi' },
  });
}
