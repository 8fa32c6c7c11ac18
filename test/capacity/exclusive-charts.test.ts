import { Stack } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { ExistingCluster, FlinkPlatform, KarpenterCapacity, ManagedNodeGroupCapacity } from '../../lib';
import { TestPlatform, testPlatform } from '../fixtures/apps';

const chart = (stack: Stack, name: string, cluster: eks.ICluster): void => {
  new eks.HelmChart(stack, `Their-${name}`, { cluster, chart: name, repository: 'https://example.com' });
};
const problemsOf = ({ app }: TestPlatform): string[] => app.node.findAll().flatMap((one) => one.node.validate());

test.each(['cluster-autoscaler', 'aws-node-termination-handler'])('Karpenter with %s of somebody else is refused', (name) => {
  const made = testPlatform({ capacity: new KarpenterCapacity() });
  expect(problemsOf(made)).toEqual([]);
  chart(made.stack, 'metrics-exporter', made.platform.cluster);
  expect(problemsOf(made)).toEqual([]);
  chart(made.stack, name, made.platform.cluster);
  expect(problemsOf(made).join()).toMatch(new RegExp(`chart '${name}' of PlatformStack/Their-${name}.*remove one`));
});

test('the same chart on another cluster passes', () => {
  const made = testPlatform({ capacity: new KarpenterCapacity() });
  const kubectlProvider = eks.KubectlProvider.fromKubectlProviderAttributes(made.stack, 'Handler', {
    serviceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:handler',
  });
  chart(
    made.stack,
    'cluster-autoscaler',
    eks.Cluster.fromClusterAttributes(made.stack, 'Other', { clusterName: 'other', kubectlProvider }),
  );
  expect(problemsOf(made)).toEqual([]);
});

test('Karpenter added to a platform with an autoscaler and a handler is refused for both, though it comes last', () => {
  const made = testPlatform({ capacity: new ManagedNodeGroupCapacity() });
  FlinkPlatform.fromExistingCluster(made.stack, 'Second', {
    cluster: ExistingCluster.of(made.platform.cluster),
    kubernetesVersion: eks.KubernetesVersion.of('1.36'),
    capacity: new KarpenterCapacity(),
  });
  // Karpenter refuses both, and the autoscaler refuses it.
  expect(problemsOf(made)).toHaveLength(3);
});

test('the Cluster Autoscaler with Karpenter of somebody else is refused', () => {
  const made = testPlatform({ capacity: new ManagedNodeGroupCapacity() });
  expect(problemsOf(made)).toEqual([]);
  chart(made.stack, 'karpenter', made.platform.cluster);
  expect(problemsOf(made).join()).toMatch(/Cluster Autoscaler is on the same cluster as the chart 'karpenter'/);
});
