import * as blueprints from '@aws-quickstart/eks-blueprints';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import * as lib from '../../lib';
import { BlueprintAddOns, blueprintAddOns } from '../../lib/blueprints';
import { CfnResourceJson, CfnTemplate, messageOf, resourcesOf, templateOf, testPlatform } from '../fixtures/apps';
import '../fixtures/refuse-network';

/** A platform whose machines nobody scales or drains, so that add-ons may. */
function quietPlatform(): ReturnType<typeof testPlatform> {
  const capacity = new lib.ManagedNodeGroupCapacity({
    autoscaling: lib.NodeAutoscaling.none(),
    interruptionHandling: lib.InterruptionHandling.eksOnly(),
  });
  return testPlatform({ capacity });
}

const alb = (): blueprints.ClusterAddOn => new blueprints.AwsLoadBalancerControllerAddOn({ version: '3.4.0' });
const certManager = (): blueprints.ClusterAddOn => new blueprints.CertManagerAddOn({ version: 'v1.20.3' });
const karpenter = (): blueprints.ClusterAddOn => new blueprints.KarpenterV1AddOn({ version: '1.13.0', interruptionHandling: true });
const autoscaler = (): blueprints.ClusterAddOn => new blueprints.ClusterAutoScalerAddOn({ version: '9.53.0' });

/** An add-on of a user, which does what a function says. */
class Own implements blueprints.ClusterAddOn {
  public posted = 0;

  constructor(
    public readonly id: string,
    private readonly act: (info: blueprints.ClusterInfo) => Promise<Construct> | void,
  ) {}

  public deploy(info: blueprints.ClusterInfo): Promise<Construct> | void {
    return this.act(info);
  }

  public postDeploy(): void {
    this.posted++;
  }
}

const later = (act: () => Construct): Promise<Construct> => new Promise((resolve) => setImmediate(resolve)).then(act);
const charts = (template: CfnTemplate): CfnResourceJson[] => Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart'));
const rejectionOf = (made: BlueprintAddOns): Promise<string> => made.whenDeployed().then(() => 'none', (error: Error) => error.message); // prettier-ignore

describe('add-ons of EKS Blueprints on a platform', () => {
  let stack: Stack;
  let template: CfnTemplate;
  beforeAll(async () => {
    const made = quietPlatform();
    // In the wrong order: CertManager needs the controller of load balancers first.
    await blueprintAddOns(made.platform, [
      certManager(),
      alb(),
      karpenter(),
      new blueprints.KubeStateMetricsAddOn({ version: '7.5.1' }),
    ]).whenDeployed();
    stack = made.stack;
    template = templateOf(stack);
  });

  test('are all there', () => {
    expect(charts(template).map(({ Properties }) => Properties.Chart as string).sort()).toEqual(['aws-load-balancer-controller', 'cert-manager', 'karpenter', 'karpenter-crd', 'kube-state-metrics']); // prettier-ignore
  });

  test('come after those that they need', () => {
    const ids = Object.entries(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart'));
    const [controller] = ids.find(([, { Properties }]) => Properties.Chart === 'aws-load-balancer-controller')!;
    const [, manager] = ids.find(([, { Properties }]) => Properties.Chart === 'cert-manager')!;
    expect(manager.DependsOn).toContain(controller);
  });

  test('wait for the nodes that they run on', () => {
    // Spot nodes have a taint that none of them tolerates.
    const groups = Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup')).filter((id) => id.startsWith('OnDemand'));
    expect(groups).toHaveLength(1);
    for (const { DependsOn } of charts(template)) expect(DependsOn).toEqual(expect.arrayContaining(groups));
  });

  test('share the OIDC provider of the cluster, and give Karpenter nodes access to it', () => {
    expect(Object.keys(resourcesOf(template, 'AWS::IAM::OIDCProvider'))).toHaveLength(1);
    const types = Object.values(resourcesOf(template, 'AWS::EKS::AccessEntry')).map(({ Properties }) => Properties.Type as string);
    expect(types).toContain('EC2_LINUX');
  });

  test('have their faults mended', () => {
    const types = Object.values(resourcesOf(template, 'AWS::Events::Rule')).flatMap(({ Properties }) => Properties.EventPattern['detail-type'] as string[]); // prettier-ignore
    expect(types).toContain('EC2 Instance State-change Notification');
    expect(types).not.toContain('C2 Instance State-change Notification');
  });
});

describe('what does not go together is refused', () => {
  const refusal = async (platform: lib.FlinkPlatform, ...addOns: blueprints.ClusterAddOn[]): Promise<string> => {
    await blueprintAddOns(platform, addOns).whenDeployed();
    return messageOf(() => templateOf(Stack.of(platform)));
  };

  test('Karpenter and the Cluster Autoscaler, where EKS Blueprints accepts them', async () => {
    expect(await refusal(quietPlatform().platform, karpenter(), autoscaler())).toMatch(
      /chart karpenter .* beside chart cluster-autoscaler/,
    );
  });

  test('Karpenter and the machinery of the platform itself', async () => {
    const message = await refusal(testPlatform().platform, karpenter());
    expect(message).toMatch(/chart karpenter .* beside chart cluster-autoscaler \(PlatformStack\/Platform\/Capacity/);
    expect(message).toMatch(/chart karpenter .* beside chart aws-node-termination-handler/);
  });

  test('a second metrics-server', async () => {
    const metrics = new blueprints.MetricsServerAddOn({ version: '3.13.1' });
    expect(await refusal(quietPlatform().platform, metrics)).toMatch(
      /chart metrics-server .* beside EKS add-on metrics-server .*; remove the chart/,
    );
  });

  test('an EKS add-on that the platform has', async () => {
    const dns = new blueprints.CoreDnsAddOn('v1.14.3-eksbuild.3');
    expect(await refusal(quietPlatform().platform, dns)).toMatch(/EKS add-on coredns is installed 2 times .*: allowed is once/);
  });

  test('an add-on without one that it needs, by name', () => {
    const message = messageOf(() => blueprintAddOns(quietPlatform().platform, [certManager()]));
    expect(message).toMatch(/^PlatformStack\/Platform\/BlueprintAddOns: add-on CertManagerAddOn needs AwsLoadBalancerControllerAddOn, .*; add AwsLoadBalancerControllerAddOn$/); // prettier-ignore
  });

  test('an add-on that throws, by name', () => {
    const handler = new blueprints.AwsNodeTerminationHandlerAddOn({ version: '0.27.2' });
    expect(messageOf(() => blueprintAddOns(quietPlatform().platform, [handler]))).toMatch(/add-on AwsNodeTerminationHandlerAddOn: /);
  });

  test('a second list', () => {
    const { platform } = quietPlatform();
    blueprintAddOns(platform, []);
    expect(messageOf(() => blueprintAddOns(platform, []))).toMatch(/allowed is once on a platform, because .*; give all of them at once/);
  });
});

describe('promises', () => {
  test('are awaited: a template of an app that does not wait is refused', async () => {
    const { platform, stack } = quietPlatform();
    const slow = new Own('slow', (info) => later(() => info.cluster.addHelmChart('slow', { chart: 'slow' })));
    const made = blueprintAddOns(platform, [slow]);
    expect(messageOf(() => templateOf(stack))).toMatch(/add-ons slow are still being deployed: .*; await whenDeployed\(\)/);
    await made.whenDeployed();
    expect(slow.posted).toBe(1);
    expect(charts(templateOf(stack)).map(({ Properties }) => Properties.Chart as string)).toEqual(['slow']);
  });

  test('that are rejected are reported with the name of the add-on, and what follows is not called', async () => {
    const { platform, stack } = quietPlatform();
    const broken = new Own('broken', () => Promise.reject(new Error('no such version')));
    const made = blueprintAddOns(platform, [broken]);
    expect(await rejectionOf(made)).toBe('PlatformStack/Platform/BlueprintAddOns: add-on broken was not deployed: no such version');
    expect(broken.posted).toBe(0);
    expect(messageOf(() => templateOf(stack))).toContain('add-on broken was not deployed');
  });

  test('of add-ons without any are not missed', async () => {
    const { platform } = quietPlatform();
    const plain = new Own('plain', () => undefined);
    await blueprintAddOns(platform, [plain]).whenDeployed();
    expect(plain.posted).toBe(1);
  });
});
