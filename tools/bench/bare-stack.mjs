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

const spotFamilies = ['m5', 'm5a', 'm5d', 'm5n', 'm6a', 'm6i'];
nodeGroup('OnDemand', eks.CapacityType.ON_DEMAND, types(['m6i', 'm5', 'm5a'], 'large'), 2, 6);
nodeGroup('Spot0', eks.CapacityType.SPOT, types(spotFamilies, 'xlarge'), 1, 10);
nodeGroup('Spot1', eks.CapacityType.SPOT, types(spotFamilies, '2xlarge'), 1, 5);
cluster.addManifest('Settings', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { key: 'value' } });
app.synth();

function types(families, size) {
  return families.map((family) => new ec2.InstanceType(`${family}.${size}`));
}

function nodeGroup(id, capacityType, instanceTypes, minSize, maxSize) {
  cluster.addNodegroupCapacity(id, { capacityType, instanceTypes, minSize, maxSize, amiType: eks.NodegroupAmiType.AL2023_X86_64_STANDARD });
}
