import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { InstanceSelector, KarpenterCapacity } from '../../lib';
import { messageOf, resourcesOf, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects, objectOf, textOf } from '../fixtures/kubernetes';
import { statementsOf } from '../fixtures/iam';

const { stack, platform } = testPlatform({ capacity: new KarpenterCapacity() });
testApplication(stack, platform);
const template = templateOf(stack);
const objects = kubernetesObjects(template);

describe('interruption events', () => {
  // Typed in from aws/karpenter-provider-aws v1.14.1, getting-started cloudformation.yaml.
  const DOCUMENTED = [
    { source: ['aws.health'], 'detail-type': ['AWS Health Event'] },
    { source: ['aws.ec2'], 'detail-type': ['EC2 Spot Instance Interruption Warning'] },
    { source: ['aws.ec2'], 'detail-type': ['EC2 Instance Rebalance Recommendation'] },
    { source: ['aws.ec2'], 'detail-type': ['EC2 Instance State-change Notification'] },
    { source: ['aws.ec2'], 'detail-type': ['EC2 Capacity Reservation Instance Interruption Warning'] },
  ];
  const rules = Object.values(resourcesOf(template, 'AWS::Events::Rule')).map(({ Properties }) => Properties);
  const [[queueId, queue]] = Object.entries(resourcesOf(template, 'AWS::SQS::Queue')).filter(
    ([, { Properties }]) => Properties.RedrivePolicy,
  );

  test('are the five that Karpenter documents, and each reaches the queue', () => {
    expect(rules.map(({ EventPattern }) => EventPattern)).toEqual(expect.arrayContaining(DOCUMENTED));
    expect(rules).toHaveLength(DOCUMENTED.length);
    for (const { Targets } of rules) expect(Targets).toEqual([expect.objectContaining({ Arn: { 'Fn::GetAtt': [queueId, 'Arn'] } })]);
  });

  test('wait no longer than a notice is of use, encrypted and over TLS', () => {
    expect(queue.Properties).toMatchObject({ MessageRetentionPeriod: 300, SqsManagedSseEnabled: true });
    const policies = Object.values(resourcesOf(template, 'AWS::SQS::QueuePolicy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Queues).includes(queueId),
    );
    expect(JSON.stringify(policies)).toContain('"aws:SecureTransport":"false"');
  });

  test('are looked for in that queue: the chart takes its name under settings.interruptionQueue', () => {
    const chart = Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart')).find(
      ({ Properties }) => Properties.Chart === 'karpenter',
    );
    const values = JSON.parse(textOf(chart?.Properties.Values)) as Record<string, any>;
    expect(values.settings.interruptionQueue).toBe(`\${${queueId}.QueueName}`);
    expect(JSON.stringify(template)).not.toContain('aws-node-termination-handler');
  });
});

describe('node pools', () => {
  const spot = objectOf(objects, 'NodePool', 'flink-spot').spec;
  const onDemand = objectOf(objects, 'NodePool', 'flink-on-demand').spec;

  test('offer what the pods ask for', () => {
    const { jobManager, taskManager } = deploymentsOf(objects);
    const asked = ({ spec }: any): unknown =>
      spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions;
    // Source: Karpenter, well-known labels: the values are lower case, unlike those of managed node groups.
    expect(asked(taskManager)).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }]);
    expect(asked(jobManager)).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] }]);
    expect(spot.template.spec.requirements).toContainEqual({ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] });
    expect(onDemand.template.spec.requirements).toContainEqual({
      key: 'karpenter.sh/capacity-type',
      operator: 'In',
      values: ['on-demand'],
    });
  });

  test('of Spot nodes have a taint that TaskManagers tolerate', () => {
    const [taint] = spot.template.spec.taints;
    expect(taint).toEqual({ key: 'cdk-flink-on-eks/spot', value: 'true', effect: 'NoSchedule' });
    const { taskManager } = deploymentsOf(objects);
    expect(taskManager.spec.template.spec.tolerations).toContainEqual({ ...taint, operator: 'Equal' });
  });

  test('never move a stream to save money, and let a pod that cannot be evicted go in time', () => {
    for (const { disruption, template: node } of [spot, onDemand]) {
      expect(disruption.consolidationPolicy).toBe('WhenEmpty');
      expect(disruption.budgets).toContainEqual({ nodes: '0', reasons: ['Drifted', 'Underutilized'] });
      expect(node.spec.expireAfter).toBe('Never');
    }
    expect(spot.template.spec.terminationGracePeriod).toBe('2m');
  });

  test('have enough Spot types that Karpenter can replace one by another', () => {
    const types = spot.template.spec.requirements.find(({ key }: any) => key === 'node.kubernetes.io/instance-type').values as string[];
    // Source: Karpenter, Spot-to-Spot consolidation needs 15; below 5 it warns at every launch.
    expect(types.length).toBeGreaterThanOrEqual(15);
    expect(types.filter((type) => /^t|metal/.test(type))).toEqual([]);
  });
});

describe('rights and order', () => {
  const statements = statementsOf(template, /KarpenterRole/);

  test('of the controller write only what is tagged with this cluster', () => {
    const writing = statements.filter(({ Action }: any) =>
      [Action]
        .flat()
        .some((action: string) => /^ec2:(RunInstances|CreateFleet|CreateLaunchTemplate|CreateTags|Terminate|Delete)/.test(action)),
    );
    expect(writing.length).toBeGreaterThanOrEqual(6);
    for (const statement of writing as any[]) {
      // The reference policy names no tag either for what belongs to nobody: images, snapshots, subnets, security groups.
      if (statement.Sid === 'UseSharedResources') continue;
      expect(JSON.stringify(statement.Condition)).toContain('eks:eks-cluster-name');
    }
  });

  test('let it write no IAM: the instance profile is the stack’s', () => {
    const actions = statements.flatMap(({ Action }: any) => [Action].flat() as string[]).filter((action) => action.startsWith('iam:'));
    expect(actions.sort()).toEqual(['iam:GetInstanceProfile', 'iam:ListInstanceProfiles', 'iam:PassRole']);
    expect(objectOf(objects, 'EC2NodeClass').spec).not.toHaveProperty('role');
  });

  test('remove pools before the class, the class before the controller, the controller before its CRDs and nodes', () => {
    const before = (id: string): string[] => template.Resources[id].DependsOn ?? [];
    const id = (type: string, text: string): string =>
      Object.entries(resourcesOf(template, type)).find(([, { Properties }]) => JSON.stringify(Properties).includes(text))?.[0] ?? 'none';
    const pools = id('Custom::AWSCDK-EKS-KubernetesResource', 'NodePool');
    const nodeClass = id('Custom::AWSCDK-EKS-KubernetesResource', 'EC2NodeClass\\",\\"metadata');
    const controller = id('Custom::AWSCDK-EKS-HelmChart', '"Chart":"karpenter"');
    const crds = id('Custom::AWSCDK-EKS-HelmChart', '"Chart":"karpenter-crd"');
    const [nodes] = Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup'));
    expect(before(pools)).toContain(nodeClass);
    expect(before(nodeClass)).toContain(controller);
    expect(before(controller)).toEqual(expect.arrayContaining([crds, nodes]));
    // The CRDs themselves have no pods: they are there by the time the nodes are.
    expect(before(crds)).not.toContain(nodes);
  });
});

describe('bad input', () => {
  const types = (...names: string[]): ec2.InstanceType[] => names.map((name) => new ec2.InstanceType(name));
  const bind = (capacity: KarpenterCapacity) => () => testPlatform({ capacity });

  test('a misspelt type is refused with the type that was meant', () => {
    const five = types('m5.xlarge', 'm5a.xlarge', 'm5d.xlarge', 'm5n.xlarge', 'm6i.xlrage');
    expect(messageOf(bind(new KarpenterCapacity({ spotInstanceTypes: five })))).toContain("'m6i.xlrage', which is not among");
    expect(messageOf(bind(new KarpenterCapacity({ spotInstanceTypes: five })))).toContain("did you mean 'm6i.xlarge'");
  });

  test('four Spot types are refused, five pass', () => {
    const five = types('m5.xlarge', 'm5a.xlarge', 'm5d.xlarge', 'm5n.xlarge', 'm6i.xlarge');
    expect(messageOf(bind(new KarpenterCapacity({ spotInstanceTypes: five.slice(1) })))).toMatch(/has 4 types: allowed are 5 or more/);
    expect(bind(new KarpenterCapacity({ spotInstanceTypes: five }))).not.toThrow();
  });

  test('a limit below any node is refused', () => {
    expect(messageOf(bind(new KarpenterCapacity({ spotCpuLimit: 1 })))).toMatch(/spotCpuLimit is 1: allowed/);
    expect(bind(new KarpenterCapacity({ spotCpuLimit: 64 }))).not.toThrow();
  });

  test('more TaskManagers than the limit can ever hold are refused, with the arithmetic', () => {
    const { stack: small, platform: tight } = testPlatform({
      capacity: new KarpenterCapacity({
        spotCpuLimit: 4,
        spotInstanceTypes: InstanceSelector.of({ vcpu: 4, memoryGib: 16 }).instanceTypes,
      }),
    });
    // One node of 3.92 vCPU, 0.2 of it for DaemonSets: three TaskManagers of one vCPU.
    expect(messageOf(() => testApplication(small, tight))).toMatch(/taskManager may be 10, its machines hold 1 \S+ x 3 = 3/);
  });
});
