import { Size } from 'aws-cdk-lib';
import { InstanceSelector, InterruptionHandling, ManagedNodeGroupCapacity, NodeAutoscaling, NodeGroupOptions } from '../../lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { onlyResource, resourcesOf, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { statementsOf } from '../fixtures/iam';
import { deploymentsOf, kubernetesObjects, textOf } from '../fixtures/kubernetes';

const { stack, platform } = testPlatform();
testApplication(stack, platform);
const template = templateOf(stack);
const groups = resourcesOf(template, 'AWS::EKS::Nodegroup');
const spot = Object.values(groups).filter(({ Properties }) => Properties.CapacityType === 'SPOT');
const onDemand = Object.values(groups).filter(({ Properties }) => Properties.CapacityType === 'ON_DEMAND');

/** Types that no catalog knows, with the shape that the caller gives. */
const newest = (architecture: string): NodeGroupOptions => ({
  instanceTypes: ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => new ec2.InstanceType(`m97${letter}.2xlarge`)),
  shape: {
    name: 'm97',
    architecture,
    allocatable: { cpu: 7, memory: Size.gibibytes(28), pods: 58, ephemeralStorage: Size.gibibytes(53) },
  },
});

describe('node groups', () => {
  test('are one of On-Demand Instances and two or more of Spot Instances', () => {
    expect(onDemand).toHaveLength(1);
    expect(spot.length).toBeGreaterThanOrEqual(2);
  });

  test('of Spot Instances have many types of one shape each, and different shapes', () => {
    const sizes = spot.map(({ Properties: { InstanceTypes } }) => {
      expect(new Set(InstanceTypes as string[]).size).toBeGreaterThanOrEqual(6);
      const all = new Set((InstanceTypes as string[]).map((type) => type.split('.')[1]));
      expect(all.size).toBe(1);
      return [...all][0];
    });
    expect(new Set(sizes).size).toBe(spot.length);
  });

  test('are asked for by pods with the label that EKS gives to nodes', () => {
    const { jobManager, taskManager } = deploymentsOf(kubernetesObjects(template));
    const asked = ({ spec }: any): unknown =>
      spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions;
    expect(asked(taskManager)).toEqual([{ key: 'eks.amazonaws.com/capacityType', operator: 'In', values: ['SPOT'] }]);
    expect(asked(jobManager)).toEqual([{ key: 'eks.amazonaws.com/capacityType', operator: 'In', values: ['ON_DEMAND'] }]);
  });

  test('are as many for the check of fit as there may be', () => {
    const most = (side: typeof spot): number[] => side.map(({ Properties }) => Properties.ScalingConfig.MaxSize as number);
    expect(platform.capacity.onDemand!.shapes.map(({ maxCount }) => maxCount)).toEqual(most(onDemand));
    expect(platform.capacity.spot!.shapes.map(({ maxCount }) => maxCount)).toEqual(most(spot));
  });

  // Source: EKS API, NodegroupScalingConfig, and this library's documented defaults.
  test('have one node at least, as many at first, and ten at most, where nothing is said', () => {
    const { instanceTypes } = InstanceSelector.of({ vcpu: 4, memoryGib: 16 });
    const capacity = new ManagedNodeGroupCapacity({ spot: [{ instanceTypes }, { ...newest('arm64') }] });
    const made = resourcesOf(templateOf(testPlatform({ capacity }).stack), 'AWS::EKS::Nodegroup');
    const [first] = Object.values(made).filter(({ Properties }) => Properties.InstanceTypes.length === instanceTypes.length);
    expect(first.Properties.ScalingConfig).toEqual({ MinSize: 1, DesiredSize: 1, MaxSize: 10 });
  });

  test.each([
    ['arm64', 'AL2023_ARM_64_STANDARD'],
    ['amd64', 'AL2023_x86_64_STANDARD'],
  ])('of types newer than the catalog get the image of their shape: %s', (architecture, image) => {
    const { instanceTypes } = InstanceSelector.of({ vcpu: 4, memoryGib: 16 });
    const capacity = new ManagedNodeGroupCapacity({ spot: [{ instanceTypes }, newest(architecture)] });
    const made = Object.values(resourcesOf(templateOf(testPlatform({ capacity }).stack), 'AWS::EKS::Nodegroup'));
    const [group] = made.filter(({ Properties }) => (Properties.InstanceTypes as string[])[0].startsWith('m97'));
    expect(group.Properties.AmiType).toBe(image);
  });

  test('have no name, which would stand in the way of a replacement', () => {
    for (const { Properties } of Object.values(groups)) expect(Properties).not.toHaveProperty('NodegroupName');
  });

  test('state an image of Amazon Linux 2023', () => {
    for (const { Properties } of Object.values(groups)) expect(Properties.AmiType).toBe('AL2023_x86_64_STANDARD');
  });

  test('keep what is not made for it off Spot nodes', () => {
    for (const { Properties } of spot)
      expect(Properties.Taints).toEqual([{ Key: 'cdk-flink-on-eks/spot', Value: 'true', Effect: 'NO_SCHEDULE' }]);
    for (const { Properties } of onDemand) expect(Properties.Taints).toBeUndefined();
  });

  // Source: Kubernetes, taints and tolerations: key, value and effect must match.
  test('have taints that a TaskManager tolerates and a JobManager does not', () => {
    const [{ Key, Value }] = spot[0].Properties.Taints;
    const { jobManager, taskManager } = deploymentsOf(kubernetesObjects(template));
    const tolerates = ({ spec }: any): boolean =>
      (spec.template.spec.tolerations ?? []).some(
        ({ key, operator, value, effect }: any) => key === Key && operator === 'Equal' && value === Value && effect === 'NoSchedule',
      );
    expect([tolerates(taskManager), tolerates(jobManager)]).toEqual([true, false]);
  });

  test('tell the autoscaler the disk of a node that does not exist yet', () => {
    for (const { Properties } of spot) {
      const gib = Properties.Tags['k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage'] as string;
      // By hand: 60 GiB, of which kubelet evicts at 10 % free and keeps 1 GiB.
      expect(gib).toBe('53Gi');
    }
  });

  test('never throw off a pod that a budget protects', () => {
    for (const { Properties } of Object.values(groups)) expect(Properties.ForceUpdateEnabled).toBe(false);
  });

  test('have logical ids by which the autoscaler tells them apart', () => {
    for (const [id, { Properties }] of Object.entries(groups))
      expect(id).toMatch(Properties.CapacityType === 'SPOT' ? /^Spot/ : /^OnDemand/);
    expect(Object.keys(groups).join()).not.toMatch(/Spot.*OnDemand\w*Spot/);
  });
});

describe('machines', () => {
  const launchTemplates = Object.values(resourcesOf(template, 'AWS::EC2::LaunchTemplate'));

  test('answer to IMDSv2 within one hop, so that no pod acts as its node', () => {
    expect(launchTemplates).toHaveLength(3);
    for (const { Properties } of launchTemplates) {
      expect(Properties.LaunchTemplateData.MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    }
  });

  test('have encrypted gp3 volumes that go with them', () => {
    for (const { Properties } of launchTemplates) {
      const [{ DeviceName, Ebs }, ...rest] = Properties.LaunchTemplateData.BlockDeviceMappings;
      expect([DeviceName, rest]).toEqual(['/dev/xvda', []]);
      expect(Ebs).toMatchObject({ Encrypted: true, VolumeType: 'gp3', DeleteOnTermination: true });
    }
  });

  test('are launched from them', () => {
    const used = Object.values(groups).map(({ Properties }) => Properties.LaunchTemplate.Id.Ref as string);
    expect(new Set(used).size).toBe(3);
  });
});

describe('nodes as a principal', () => {
  const [id] = new Set(Object.values(groups).map(({ Properties }) => Properties.NodeRole['Fn::GetAtt'][0] as string));
  const role = template.Resources[id];

  // Source: EKS user guide, node IAM role; the network policy agent and the CNI run as the node.
  test('have exactly the three policies that AWS asks for', () => {
    const names = role.Properties.ManagedPolicyArns.map((arn: unknown) => textOf(arn).replace(/^.*:iam::aws:policy\//, '')) as string[];
    expect(names.sort()).toEqual(['AmazonEC2ContainerRegistryPullOnly', 'AmazonEKSWorkerNodePolicy', 'AmazonEKS_CNI_Policy']);
  });

  test('have no right to data: no statement of their own', () => {
    expect(role.Properties.Policies).toBeUndefined();
    const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy'));
    expect(policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${id}"`))).toEqual([]);
  });

  test('are EC2 instances and nothing else', () => {
    expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } },
    ]);
  });
});

describe('the Cluster Autoscaler', () => {
  const chart = Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart')).find(
    ({ Properties }) => Properties.Chart === 'cluster-autoscaler',
  )!;
  const values = JSON.parse(textOf(chart.Properties.Values)) as Record<string, any>;

  test('is of the minor version of the cluster', () => {
    expect(values.image.tag).toMatch(/^v1\.36\.\d+$/);
    expect(onlyResource(template, 'AWS::EKS::Cluster').Properties.Version).toBe('1.36');
  });

  test('runs on On-Demand nodes, and waits for them', () => {
    expect(values.nodeSelector).toEqual({ 'eks.amazonaws.com/capacityType': 'ON_DEMAND' });
    expect(chart.DependsOn!.map((one) => template.Resources[one].Properties?.CapacityType)).toContain('ON_DEMAND');
  });

  test('prefers Spot nodes for what may run on both', () => {
    const priority = (name: string): number =>
      Math.max(
        ...Object.entries(values.expanderPriorities as Record<string, string[]>)
          .filter(([, [regex]]) => new RegExp(regex).test(name))
          .map(([number]) => Number(number)),
      );
    const [spotName, onDemandName] = [/^Spot0/, /^OnDemand/].map(
      (start) => `eks-${Object.keys(groups).find((one) => start.test(one))}-1234`,
    );
    expect(priority(spotName)).toBeGreaterThan(priority(onDemandName));
    expect(values.extraArgs.expander).toMatch(/^priority/);
  });

  test('may remove nodes with Flink on them, although every pod has an emptyDir', () => {
    expect(values.extraArgs['skip-nodes-with-local-storage']).toBe(false);
  });

  test('changes the groups of this cluster only; what has no resource in IAM it may only read', () => {
    const statements = statementsOf(template, /ClusterAutoscalerRole/);
    for (const { actions, resources, Condition } of statements) {
      const reads = actions.every((action) => /:(Describe|Get)/.test(action));
      if (resources.includes('*')) expect([actions, reads]).toEqual([actions, true]);
      if (!reads) expect(Object.keys(Condition!.StringEquals)).toEqual(['aws:ResourceTag/eks:cluster-name']);
    }
    expect(statements.flatMap(({ actions }) => actions)).toContain('autoscaling:SetDesiredCapacity');
  });

  test('can be left out, and then a first Spot node is there from the start', () => {
    const made = templateOf(testPlatform({ capacity: new ManagedNodeGroupCapacity({ autoscaling: NodeAutoscaling.none() }) }).stack);
    expect(JSON.stringify(made)).not.toContain('cluster-autoscaler"');
    const sizes = Object.values(resourcesOf(made, 'AWS::EKS::Nodegroup')).filter(({ Properties }) => Properties.CapacityType === 'SPOT');
    expect(Math.max(...sizes.map(({ Properties }) => Properties.ScalingConfig.MinSize as number))).toBe(1);
  });
});

describe('the Node Termination Handler', () => {
  const chartsOf = (made: typeof template): any[] =>
    Object.values(resourcesOf(made, 'Custom::AWSCDK-EKS-HelmChart')).filter(({ Properties }) =>
      /termination-handler/.test(Properties.Chart as string),
    );

  // Source: aws-node-termination-handler, Helm values; EKS drains by itself on a rebalance recommendation.
  test('watches the notices on Spot nodes and leaves recommendations to EKS', () => {
    const [chart] = chartsOf(template);
    expect(JSON.parse(textOf(chart.Properties.Values))).toMatchObject({
      enableSqsTerminationDraining: false,
      enableSpotInterruptionDraining: true,
      enableRebalanceDraining: false,
      daemonsetNodeSelector: { 'eks.amazonaws.com/capacityType': 'SPOT' },
      podTerminationGracePeriod: -1,
    });
  });

  test('can be left to EKS alone', () => {
    const capacity = new ManagedNodeGroupCapacity({ interruptionHandling: InterruptionHandling.eksOnly() });
    expect(chartsOf(templateOf(testPlatform({ capacity }).stack))).toEqual([]);
  });
});

// Source: EKS user guide, AMI types.
test('types with Graviton processors get the image for arm64', () => {
  const types = (size: string): ec2.InstanceType[] =>
    ['m6g', 'm7g', 'm6gd', 'm7gd', 'm8g', 'c8g'].slice(0, 5).map((family) => new ec2.InstanceType(`${family}.${size}`));
  const arm = (size: string): NodeGroupOptions => ({ instanceTypes: [...types(size), new ec2.InstanceType(`m8gd.${size}`)], minSize: 0 });
  const made = testPlatform({ capacity: new ManagedNodeGroupCapacity({ spot: [arm('xlarge'), arm('2xlarge')] }) });
  const images = Object.values(resourcesOf(templateOf(made.stack), 'AWS::EKS::Nodegroup')).map(
    ({ Properties }) => Properties.AmiType as string,
  );
  expect(images.sort()).toEqual(['AL2023_ARM_64_STANDARD', 'AL2023_ARM_64_STANDARD', 'AL2023_x86_64_STANDARD']);
});
