import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { AutoModeCapacity } from '../../lib';
import { messageOf, onlyResource, resourcesOf, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects, objectOf, textOf } from '../fixtures/kubernetes';

const { stack, platform } = testPlatform({ capacity: new AutoModeCapacity() });
testApplication(stack, platform);
const template = templateOf(stack);
const objects = kubernetesObjects(template);

describe('the cluster', () => {
  const cluster = onlyResource(template, 'AWS::EKS::Cluster').Properties;

  // Source: EKS API, CreateCluster: compute, block storage and load balancing are switched on together or not at all.
  test('has compute, block storage and load balancing of Auto Mode, and no built-in pool', () => {
    expect(cluster.ComputeConfig).toEqual({ Enabled: true, NodePools: [] });
    expect(cluster.StorageConfig).toEqual({ BlockStorage: { Enabled: true } });
    expect(cluster.KubernetesNetworkConfig.ElasticLoadBalancing).toEqual({ Enabled: true });
    expect(cluster.BootstrapSelfManagedAddons).not.toBe(true);
  });

  // Source: EKS user guide, Auto Mode cluster IAM role.
  test('has the five policies and may tag its sessions', () => {
    const role = template.Resources[(cluster.RoleArn['Fn::GetAtt'] as string[])[0]].Properties;
    const policies = (role.ManagedPolicyArns as unknown[]).map((arn) => textOf(arn).split('/').pop());
    expect(policies.sort()).toEqual([
      'AmazonEKSBlockStoragePolicy',
      'AmazonEKSClusterPolicy',
      'AmazonEKSComputePolicy',
      'AmazonEKSLoadBalancingPolicy',
      'AmazonEKSNetworkingPolicy',
    ]);
    const actions = (role.AssumeRolePolicyDocument.Statement as any[]).flatMap(({ Action }) => Action as string | string[]);
    expect(actions.sort()).toEqual(['sts:AssumeRole', 'sts:TagSession']);
  });

  test('gets no node group, no controller and no add-on that Auto Mode brings itself', () => {
    expect(Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup'))).toEqual([]);
    expect(Object.keys(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart'))).toEqual([]);
    expect(Object.values(resourcesOf(template, 'AWS::EKS::Addon')).map(({ Properties }) => Properties.AddonName as string)).toEqual([
      'metrics-server',
    ]);
  });

  // Source: EKS user guide, Use Network Policies with EKS Auto Mode, step 1.
  test('enforces network policies', () => {
    const { metadata, data } = objectOf(objects, 'ConfigMap', 'amazon-vpc-cni');
    expect(metadata.namespace).toBe('kube-system');
    expect(data).toEqual({ 'enable-network-policy-controller': 'true' });
  });
});

describe('the nodes', () => {
  const nodeClass = objectOf(objects, 'NodeClass', 'flink');
  const spot = objectOf(objects, 'NodePool', 'flink-spot').spec;
  const onDemand = objectOf(objects, 'NodePool', 'flink-on-demand').spec;

  // Source: EKS user guide, Create a Node Class: access entry of type EC2 with AmazonEKSAutoNodePolicy; the class takes the role's name.
  test('have a role of their own that may join, and no access to data', () => {
    const roleId = /^\$\{(\w+)\}$/.exec(nodeClass.spec.role as string)![1];
    const role = template.Resources[roleId].Properties;
    expect((role.ManagedPolicyArns as unknown[]).map((arn) => textOf(arn).split('/').pop()).sort()).toEqual([
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKSWorkerNodeMinimalPolicy',
    ]);
    const entries = Object.values(resourcesOf(template, 'AWS::EKS::AccessEntry')).filter(({ Properties }) =>
      JSON.stringify(Properties.PrincipalArn).includes(roleId),
    );
    expect(entries).toHaveLength(1);
    expect(entries[0].Properties.Type).toBe('EC2');
    const [policy, ...others] = entries[0].Properties.AccessPolicies as { AccessScope: object; PolicyArn: unknown }[];
    expect(others).toEqual([]);
    expect(policy.AccessScope).toEqual({ Type: 'cluster' });
    expect(textOf(policy.PolicyArn)).toMatch(/:eks::aws:cluster-access-policy\/AmazonEKSAutoNodePolicy$/);
  });

  test('stand in the private subnets, behind the security group of the cluster, with a class that is not the built-in one', () => {
    expect(nodeClass).toMatchObject({ apiVersion: 'eks.amazonaws.com/v1', metadata: { name: 'flink' } });
    expect(nodeClass.metadata.name).not.toBe('default');
    expect(nodeClass.spec.subnetSelectorTerms).toHaveLength(3);
    expect(JSON.stringify(nodeClass.spec.securityGroupSelectorTerms)).toContain('ClusterSecurityGroupId');
    expect(nodeClass.spec.ephemeralStorage.size).toBe('80Gi');
  });

  test('are Spot with a taint, or On-Demand without, and pods ask for them by the same label', () => {
    const { jobManager, taskManager } = deploymentsOf(objects);
    const asked = ({ spec }: any): unknown =>
      spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions;
    expect(asked(taskManager)).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }]);
    expect(asked(jobManager)).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] }]);
    expect(spot.template.spec.requirements[0]).toEqual({ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] });
    expect(spot.template.spec.taints).toEqual([{ key: 'cdk-flink-on-eks/spot', value: 'true', effect: 'NoSchedule' }]);
    expect(onDemand.template.spec.taints).toBeUndefined();
    for (const { template: nodes } of [spot, onDemand]) {
      expect(nodes.spec.nodeClassRef).toEqual({ group: 'eks.amazonaws.com', kind: 'NodeClass', name: 'flink' });
      // Source: EKS user guide, Create a Node Pool, labels that are not supported.
      expect(JSON.stringify(nodes.spec.requirements)).not.toContain('kubernetes.io/os');
    }
  });

  // Source: EKS user guide, Auto Mode: a node lives 21 days at most, its drain included.
  test('live as long as EKS lets them', () => {
    const hours = (text: string): number => Number(/^(\d+)h$/.exec(text)![1]);
    const { expireAfter, terminationGracePeriod } = onDemand.template.spec;
    expect(hours(expireAfter as string) + hours(terminationGracePeriod as string)).toBe(21 * 24);
    // A Spot node is gone two minutes after its notice, whoever still drains it.
    expect(spot.template.spec).toMatchObject({ expireAfter: expireAfter as string, terminationGracePeriod: '2m' });
    expect(spot.disruption.budgets).toContainEqual({ nodes: '0', reasons: ['Drifted', 'Underutilized'] });
  });

  test('are of types that Auto Mode starts, of enough kinds for Spot', () => {
    const types = spot.template.spec.requirements.find(({ key }: any) => key === 'node.kubernetes.io/instance-type').values as string[];
    expect(types.length).toBeGreaterThanOrEqual(15);
    // Families with types of these sizes that stand in no line of the documented list.
    for (const family of ['c8in', 'm8idn', 'r8ib', 'm8ine']) expect(types.some((type) => type.startsWith(`${family}.`))).toBe(false);
  });
});

// Source: EKS user guide, EKS Auto Mode supported instance reference: families, and no nano, micro or small; Create a Node Class: 110 pods.
describe('of its list of types', () => {
  const given = (...names: string[]): ReturnType<typeof testPlatform> =>
    testPlatform({
      capacity: new AutoModeCapacity({ onDemandInstanceTypes: names.map((name) => new ec2.InstanceType(name)), onDemandCpuLimit: 256 }),
    });
  const startedOf = ({ stack: made }: ReturnType<typeof testPlatform>): string[] =>
    objectOf(kubernetesObjects(templateOf(made)), 'NodePool', 'flink-on-demand').spec.template.spec.requirements[1].values as string[];

  test('the first and the last family are started', () => {
    expect(startedOf(given('c8id.xlarge', 'x2idn.16xlarge'))).toEqual(['c8id.xlarge', 'x2idn.16xlarge']);
  });

  test.each(['t3.nano', 't3.micro', 't3.small'])('%s is not', (type) => {
    expect(startedOf(given('m6i.large', type))).toEqual(['m6i.large']);
  });

  test('a node takes 110 pods at most, whatever its addresses allow', () => {
    const podsOf = (type: string): number[] => given(type).platform.capacity.onDemand!.shapes.map(({ allocatable }) => allocatable.pods);
    expect([podsOf('m6i.8xlarge'), podsOf('m6i.xlarge')]).toEqual([[110], [58]]);
  });
});

describe('bad input', () => {
  const bind = (props: ConstructorParameters<typeof AutoModeCapacity>[0]): (() => unknown) => {
    return () => testPlatform({ capacity: new AutoModeCapacity(props) });
  };
  const types = (...names: string[]): ec2.InstanceType[] => names.map((name) => new ec2.InstanceType(name));
  const five = ['m6i.xlarge', 'm5.xlarge', 'm5a.xlarge', 'm6a.xlarge', 'm5n.xlarge'];

  test.each([
    ['only families that Auto Mode does not start', { onDemandInstanceTypes: types('x1e.xlarge') }, /onDemandInstanceTypes has 0 types/],
    ['only sizes that it does not start', { onDemandInstanceTypes: types('c7g.medium') }, /onDemandInstanceTypes has 0 types/],
    ['a type that is none', { onDemandInstanceTypes: types('m6i.lage') }, /'m6i\.lage'.*did you mean 'm6i\.large'/],
    ['few Spot pools', { spotInstanceTypes: types(...five.slice(1)) }, /spotInstanceTypes has 4 types: allowed are 5 or more/],
    ['a limit that holds no node', { spotCpuLimit: 1 }, /spotCpuLimit is 1: allowed/],
    ['a disk that holds no image', { diskGib: 19 }, /diskGib is 19: allowed is a whole number of 20/],
  ])('%s is refused', (_, props, message) => {
    expect(messageOf(bind(props))).toMatch(message);
    expect(messageOf(bind(props))).toContain('Platform/Capacity: ');
  });

  test.each([
    ['the next family', { onDemandInstanceTypes: types('x2iezn.2xlarge') }],
    ['the next size', { onDemandInstanceTypes: types('m6i.large') }],
    ['as many Spot pools as are asked for', { spotInstanceTypes: types(...five) }],
    ['a limit that holds one', { onDemandCpuLimit: 2, onDemandInstanceTypes: types('m6i.large') }],
    ['a disk that just does', { diskGib: 20 }],
  ])('%s passes', (_, props) => {
    expect(bind(props)).not.toThrow();
  });

  test('all of it comes in one error', () => {
    const message = messageOf(bind({ diskGib: 1, spotCpuLimit: 0, onDemandInstanceTypes: types('x9.large') }));
    for (const part of ['diskGib', 'spotCpuLimit', 'x9.large']) expect(message).toContain(part);
  });

  test('types that Auto Mode does not start are left out of a longer list, and it says so', () => {
    const { stack: warned } = testPlatform({ capacity: new AutoModeCapacity({ spotInstanceTypes: types(...five, 'm8idn.xlarge') }) });
    expect(objectOf(kubernetesObjects(templateOf(warned)), 'NodePool', 'flink-spot').spec.template.spec.requirements[1].values).toEqual(
      five,
    );
    Annotations.fromStack(warned).hasWarning('*', Match.stringLikeRegexp('does not start m8idn.xlarge, so'));
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('does not start'))).toEqual([]);
  });
});
