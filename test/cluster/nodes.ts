import { Deployment } from './deployment';
import { FakeNode } from './fake-node';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

/**
 * What EKS nodes of a type let pods request on AL2023, with a root volume of 60 GiB. Source: Karpenter's reference of instance types,
 * typed in; storage: 90 % of the volume less 1 GiB.
 */
const ALLOCATABLE: Record<string, Record<string, string>> = {
  'm5.large': { cpu: '1930m', memory: '6903Mi', pods: '29', 'ephemeral-storage': '53Gi' },
  'm5.xlarge': { cpu: '3920m', memory: '14162Mi', pods: '58', 'ephemeral-storage': '53Gi' },
  'm5.2xlarge': { cpu: '7910m', memory: '29317Mi', pods: '58', 'ephemeral-storage': '53Gi' },
};

/** Nodes with room for anything, as managed node groups label and taint them: a number of each kind over three zones. */
export function roomyNodes(onDemand = 3, spot = 3): FakeNode[] {
  return [
    ...zoned('on-demand', onDemand, { labels: { 'eks.amazonaws.com/capacityType': 'ON_DEMAND' } }),
    ...zoned('spot', spot, {
      labels: { 'eks.amazonaws.com/capacityType': 'SPOT', 'cdk-flink-on-eks/spot': 'true' },
      taints: [{ key: 'cdk-flink-on-eks/spot', value: 'true', effect: 'NoSchedule' }],
    }),
  ];
}

function zoned(name: string, count: number, rest: Omit<FakeNode, 'name' | 'zone'>): FakeNode[] {
  return Array.from({ length: count }, (_, index) => ({ name: `${name}-${index}`, zone: ZONES[index % 3], ...rest }));
}

/** EKS' spelling of a taint's effect and Kubernetes'. Source: EKS API, `Taint.effect`. */
const EFFECTS: Record<string, string> = { NO_SCHEDULE: 'NoSchedule', NO_EXECUTE: 'NoExecute', PREFER_NO_SCHEDULE: 'PreferNoSchedule' };

/**
 * The nodes that the managed node groups of a deployed template would bring, with the labels that EKS adds. `sizes` says which of a
 * group's instance types they are, by capacity type.
 */
export function managedNodes(deployment: Deployment, counts: Record<string, number>, types: Record<string, string>): FakeNode[] {
  return deployment.deployed('AWS::EKS::Nodegroup').flatMap(({ id, properties }) => {
    const { CapacityType: capacity, Labels: labels = {}, Taints: taints = [], InstanceTypes: known } = properties as unknown as Nodegroup;
    const type = types[capacity];
    if (!known.includes(type)) return [];
    return zoned(id.toLowerCase(), counts[capacity], {
      labels: {
        ...labels,
        'eks.amazonaws.com/capacityType': capacity,
        'eks.amazonaws.com/nodegroup': id,
        'node.kubernetes.io/instance-type': type,
      },
      taints: taints.map(({ Key: key, Value: value, Effect: effect }) => ({ key, value, effect: EFFECTS[effect] })),
      allocatable: ALLOCATABLE[type],
    });
  });
}

interface Nodegroup {
  readonly CapacityType: string;
  readonly InstanceTypes: string[];
  readonly Labels?: Record<string, string>;
  readonly Taints?: { Key: string; Value: string; Effect: string }[];
}

/** The nodes that Karpenter would make from the node pools of a deployed template. Source: Karpenter, well-known labels. */
export function karpenterNodes(deployment: Deployment, count: number, type: string): FakeNode[] {
  const objects = deployment.manifests().flatMap((text) => text.split('\n').map((line) => JSON.parse(line) as Record<string, any>));
  return objects
    .filter(({ kind }) => kind === 'NodePool')
    .flatMap(({ metadata, spec: { template } }) => {
      const fixed = (template.spec.requirements as { key: string; values: string[] }[]).filter(({ values }) => values.length === 1);
      return zoned(metadata.name as string, count, {
        labels: {
          ...template.metadata?.labels,
          ...Object.fromEntries(fixed.map(({ key, values }) => [key, values[0]])),
          'karpenter.sh/nodepool': metadata.name,
          'node.kubernetes.io/instance-type': type,
        },
        taints: template.spec.taints,
        allocatable: ALLOCATABLE[type],
      });
    });
}
