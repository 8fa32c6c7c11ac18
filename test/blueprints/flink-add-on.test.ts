import * as blueprints from '@aws-quickstart/eks-blueprints';
import { App, Stack } from 'aws-cdk-lib';
import * as legacy from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import * as lib from '../../lib';
import { FlinkAddOn, FlinkClusterProvider, IFlinkWorkload } from '../../lib/blueprints';
import { FlinkApplicationTemplate, FlinkDisruption, FlinkTemplate } from '../../lib/testing';
import { CfnTemplate, messageOf, resourcesOf, templateOf, testApp, testApplication } from '../fixtures/apps';
import { kubernetesResources } from '../fixtures/kubernetes';
import '../fixtures/refuse-network';

const { ON_DEMAND, SPOT } = legacy.CapacityType;

class Prices implements IFlinkWorkload {
  public define(scope: Construct, platform: lib.IFlinkPlatform): void {
    testApplication(scope as Stack, platform);
  }
}

const taint = { key: 'spot', value: 'true', effect: eks.TaintEffect.NO_SCHEDULE } as never;
const groups = [
  { id: 'system', nodeGroupCapacityType: ON_DEMAND },
  { id: 'cheap', nodeGroupCapacityType: SPOT, taints: [taint] },
];
const older = (managedNodeGroups: object[] = groups): blueprints.ClusterProvider =>
  new blueprints.GenericClusterProvider({ managedNodeGroups: managedNodeGroups as never });
const current = (managedNodeGroups: object[] = groups): blueprints.ClusterProvider =>
  new blueprints.GenericClusterProviderV2({
    managedNodeGroups: managedNodeGroups as never,
    defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
  });

/** As an app builds it. */
function build(clusterProvider: blueprints.ClusterProvider, ...addOns: blueprints.ClusterAddOn[]): Promise<Stack> {
  const app: App = testApp({ '@aws-cdk/aws-eks:useNativeOidcProvider': true });
  return blueprints.EksBlueprint.builder()
    .version(legacy.KubernetesVersion.V1_35)
    .clusterProvider(clusterProvider)
    .addOns(...addOns)
    .buildAsync(app, 'Blueprint');
}

const flink = (): FlinkAddOn => new FlinkAddOn({ workloads: [new Prices()] });
const karpenter = (values?: string[]): blueprints.ClusterAddOn =>
  new blueprints.KarpenterV1AddOn({
    version: '1.13.0',
    interruptionHandling: true,
    nodePoolSpec: {
      requirements: values ? [{ key: 'karpenter.sh/capacity-type', operator: 'In', values }] : [],
      taints: [{ key: 'cheap', value: 'yes', effect: 'NoSchedule' }],
    },
  });
const autoscaler = (): blueprints.ClusterAddOn => new blueprints.ClusterAutoScalerAddOn({ version: '9.53.0' });

const pricesOf = (stack: Stack): FlinkApplicationTemplate => FlinkTemplate.fromStack(stack).application('prices');

describe.each([
  ['aws-eks', older],
  ['aws-eks-v2', current],
])('Flink in a blueprint on a cluster of %s', (module, provider) => {
  let stack: Stack;
  beforeAll(async () => (stack = await build(provider(), flink())));

  test('runs as anywhere', () => {
    const prices = pricesOf(stack);
    prices.survives(FlinkDisruption.SPOT_INTERRUPTION);
    prices.hasNoWildcards();
    expect([prices.jobManager.canRunOnSpot, prices.taskManager.canRunOnSpot]).toEqual([false, true]);
  });

  test('goes through the handler of the blueprint', () => {
    for (const { Properties } of Object.values(kubernetesResources(templateOf(stack)))) {
      expect(Properties.RoleArn === undefined).toBe(module === 'aws-eks-v2');
    }
  });

  test('runs on the machines of the blueprint, by their capacity type and taints', () => {
    const { jobManager, taskManager } = pricesOf(stack);
    const of = (values: string[]): object => ({ key: 'eks.amazonaws.com/capacityType', operator: 'In', values });
    expect([jobManager.placement.required, taskManager.placement.required]).toEqual([[of(['ON_DEMAND'])], [of(['SPOT'])]]);
    const keys = [jobManager, taskManager].map(({ placement }) =>
      placement.tolerations.map(({ key }) => key).filter((key) => key === 'spot'),
    );
    expect(keys).toEqual([[], ['spot']]);
  });

  test('waits for the node groups', () => {
    const template = templateOf(stack);
    const nodeGroups = Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup'));
    const core = Object.entries(kubernetesResources(template)).find(([id]) => id.startsWith('FlinkPrices') && id.endsWith('Core'))![1];
    expect(nodeGroups).toHaveLength(2);
    expect(core.DependsOn).toEqual(expect.arrayContaining(nodeGroups));
  });
});

describe('the machines', () => {
  test('are those of Karpenter where the node pool says Spot, whichever add-on comes first', async () => {
    for (const addOns of [
      [flink(), karpenter(['spot'])],
      [karpenter(['spot']), flink()],
    ]) {
      const { taskManager, jobManager } = pricesOf(await build(current([groups[0]]), ...addOns));
      expect(taskManager.placement.required).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }]);
      expect(taskManager.placement.tolerations.map(({ key }) => key)).toContain('cheap');
      expect(jobManager.placement.required[0].key).toBe('eks.amazonaws.com/capacityType');
    }
  });

  // Source: Karpenter, NodePool: without the requirement it takes On-Demand Instances only.
  test.each([
    ['no Spot group and no Karpenter', []],
    ['a Karpenter that takes On-Demand only', [karpenter()]],
  ])('are refused in words when the blueprint has %s', async (_, addOns) => {
    const refused = await build(current([groups[0]]), flink(), ...addOns).then(() => '', (error: Error) => error.message); // prettier-ignore
    expect(refused).toMatch(/Blueprint\/FlinkAddOn\/Prices: .*the blueprint \(1 managed node group/);
    expect(refused).toMatch(/Spot Instances/);
  });
});

describe('a blueprint is refused, in any order,', () => {
  test.each([
    ['Karpenter before the Cluster Autoscaler', () => [flink(), karpenter(['spot']), autoscaler()]],
    ['with Flink last', () => [karpenter(['spot']), autoscaler(), flink()]],
  ])('with both autoscalers: %s', async (_, addOns) => {
    const stack = await build(current(), ...addOns());
    expect(messageOf(() => templateOf(stack))).toMatch(
      /chart karpenter \(.*\) is installed beside chart cluster-autoscaler \(.*\): allowed is one of them, because .*; remove one/,
    );
  });

  test('and with one of them it is not', async () => {
    for (const addOn of [karpenter(['spot']), autoscaler()]) {
      const stack = await build(current(), flink(), addOn);
      expect(() => templateOf(stack)).not.toThrow();
    }
  });
});

describe('what EKS Blueprints gets wrong', () => {
  const rules = (template: CfnTemplate): string[] =>
    Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(
      ({ Properties }) => Properties.EventPattern['detail-type'] as string[],
    );
  // Source: Amazon EC2 user guide, "State change events for your instances".
  const STATE_CHANGE = 'EC2 Instance State-change Notification';

  test('the rule for state changes is misspelt without Flink, and mended with it, whichever comes first', async () => {
    expect(rules(templateOf(await build(current(), karpenter(['spot']))))).not.toContain(STATE_CHANGE);
    for (const addOns of [
      [flink(), karpenter(['spot'])],
      [karpenter(['spot']), flink()],
    ]) {
      const found = rules(templateOf(await build(current(), ...addOns)));
      expect(found.sort()).toEqual(['AWS Health Event', 'EC2 Instance Rebalance Recommendation', STATE_CHANGE, 'EC2 Spot Instance Interruption Warning']); // prettier-ignore
    }
  });

  const tags = (template: CfnTemplate): string[] => {
    const all = Object.values(resourcesOf(template, 'AWS::EKS::Nodegroup')).flatMap(({ Properties }) => Object.keys((Properties.Tags ?? {}) as object)); // prettier-ignore
    return [...new Set(all)].filter((key) => key.startsWith('k8s.io/cluster-autoscaler/')).sort();
  };

  test("the autoscaler's tag holds a path without Flink, and the cluster's name with it, whichever comes first", async () => {
    expect(tags(templateOf(await build(current(), autoscaler())))).toEqual(['k8s.io/cluster-autoscaler/Blueprint/clusterName', 'k8s.io/cluster-autoscaler/enabled']); // prettier-ignore
    for (const addOns of [
      [flink(), autoscaler()],
      [autoscaler(), flink()],
    ]) {
      const stack = await build(current(), ...addOns);
      const [{ Properties }] = Object.values(resourcesOf(templateOf(stack), 'AWS::EKS::Cluster'));
      expect(tags(templateOf(stack))).toEqual([`k8s.io/cluster-autoscaler/${Properties.Name}`, 'k8s.io/cluster-autoscaler/enabled'].sort());
    }
  });
});

describe('a blueprint on the cluster of a Flink platform', () => {
  let stack: Stack;
  beforeAll(async () => {
    const provider = new FlinkClusterProvider({ capacity: new lib.ManagedNodeGroupCapacity() });
    stack = await build(provider, flink(), new blueprints.KubeStateMetricsAddOn({ version: '7.5.1' }), new blueprints.AwsLoadBalancerControllerAddOn({ version: '3.4.0' })); // prettier-ignore
  });

  test('has one cluster, with the machines and the defaults of the platform', () => {
    const template = templateOf(stack);
    const [cluster, ...others] = Object.values(resourcesOf(template, 'AWS::EKS::Cluster'));
    expect(others).toEqual([]);
    expect(cluster.Properties.Version).toBe('1.35');
    expect(cluster.Properties.ResourcesVpcConfig).toMatchObject({ EndpointPrivateAccess: true, EndpointPublicAccess: false });
    expect(cluster.Properties.Logging.ClusterLogging.EnabledTypes).toHaveLength(5);
    expect(Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup'))).toHaveLength(3);
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::EKS::Nodegroup')))
      expect(Properties).not.toHaveProperty('NodegroupName');
  });

  test('has one network and one key for secrets, those of the blueprint', () => {
    const template = templateOf(stack);
    const keys = Object.keys(resourcesOf(template, 'AWS::KMS::Key'));
    expect([Object.keys(resourcesOf(template, 'AWS::EC2::VPC')).length, keys.length]).toEqual([1, 1]);
    expect(JSON.stringify(Object.values(resourcesOf(template, 'AWS::EKS::Cluster'))[0].Properties.EncryptionConfig)).toContain(keys[0]);
  });

  test('runs applications on the very platform', () => {
    const prices = pricesOf(stack);
    prices.survives(FlinkDisruption.SPOT_INTERRUPTION);
    expect(prices.taskManager.placement.tolerations.map(({ key }) => key)).toContain('cdk-flink-on-eks/spot');
  });

  // IAM refuses a second provider for an issuer. Source: IAM, CreateOpenIDConnectProvider, EntityAlreadyExists.
  test('has one OIDC provider, which the accounts of add-ons share', () => {
    const template = templateOf(stack);
    expect(Object.keys(resourcesOf(template, 'AWS::IAM::OIDCProvider'))).toHaveLength(1);
    expect(Object.keys(resourcesOf(template, 'Custom::AWSCDKOpenIdConnectProvider'))).toEqual([]);
    expect(JSON.stringify(resourcesOf(template, 'Custom::AWSCDKCfnJson'))).toContain(
      'serviceaccount:kube-system:aws-load-balancer-controller',
    );
  });

  test('takes the add-ons of EKS Blueprints', () => {
    const charts = Object.values(resourcesOf(templateOf(stack), 'Custom::AWSCDK-EKS-HelmChart')).map(
      ({ Properties }) => Properties.Chart as string,
    );
    expect(charts).toEqual(expect.arrayContaining(['cluster-autoscaler', 'aws-node-termination-handler', 'kube-state-metrics']));
  });

  test('is refused for IPv6', async () => {
    const builder = blueprints.EksBlueprint.builder().version(legacy.KubernetesVersion.V1_35).clusterProvider(new FlinkClusterProvider());
    const refused = await builder.ipFamily(legacy.IpFamily.IP_V6).buildAsync(testApp(), 'Six').then(() => '', (error: Error) => error.message); // prettier-ignore
    expect(refused).toMatch(/ipFamily is 'ipv6': allowed is ipv4, because .*; leave ipFamily out/);
  });
});
