import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, IDependable } from 'constructs';
import { SPOT_TAINT } from './node-labels';

/** Label that Karpenter puts on nodes, with the values `spot` and `on-demand`. Source: Karpenter, well-known labels. */
export const KARPENTER_CAPACITY_TYPE = 'karpenter.sh/capacity-type';

/** One pool of nodes. */
export interface NodePool {
  readonly name: string;
  /** `spot` or `on-demand`. */
  readonly capacityType: string;
  readonly instanceTypes: string[];
  /** Most vCPU of all its nodes. */
  readonly cpuLimit: number;
}

/** What node class and node pools are made from. */
export interface NodePoolsDefinition {
  readonly cluster: eks.ICluster;
  readonly subnetIds: string[];
  readonly instanceProfile: string;
  readonly amiAlias: string;
  readonly diskGib: number;
  readonly pools: NodePool[];
  readonly after: IDependable;
}

const NODE_CLASS = 'flink';

/**
 * Defines Karpenter's objects. The pools come after the class and so go before it: deleting the class waits until the last node
 * is gone, while the controller can still end them. Source: Karpenter, finalizers of EC2NodeClass.
 */
export function defineNodePools(scope: Construct, definition: NodePoolsDefinition): IDependable {
  const { cluster, pools, after } = definition;
  const nodeClass = new eks.KubernetesManifest(scope, 'NodeClass', {
    cluster,
    prune: false,
    overwrite: true,
    manifest: [nodeClassOf(definition)],
  });
  nodeClass.node.addDependency(after);
  const nodePools = new eks.KubernetesManifest(scope, 'NodePools', {
    cluster,
    prune: false,
    overwrite: true,
    manifest: pools.map(nodePoolOf),
  });
  nodePools.node.addDependency(nodeClass);
  return nodePools;
}

function nodeClassOf({ cluster, subnetIds, instanceProfile, amiAlias, diskGib }: NodePoolsDefinition): Record<string, unknown> {
  return {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: NODE_CLASS },
    spec: {
      amiSelectorTerms: [{ alias: amiAlias }],
      instanceProfile,
      subnetSelectorTerms: subnetIds.map((id) => ({ id })),
      securityGroupSelectorTerms: [{ id: cluster.clusterSecurityGroupId }],
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          rootVolume: true,
          ebs: { volumeSize: `${diskGib}Gi`, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
        },
      ],
    },
  };
}

/**
 * Settings that suit a stream: a node is given up only when it is empty, never to save money or for a new AMI, and does not
 * expire. At a Spot notice Karpenter drains it all the same, and a pod that cannot be evicted is ended in time.
 */
function nodePoolOf({ name, capacityType, instanceTypes, cpuLimit }: NodePool): Record<string, unknown> {
  const spot = capacityType === 'spot';
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      template: {
        metadata: spot ? { labels: { [SPOT_TAINT]: 'true' } } : undefined,
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: NODE_CLASS },
          taints: spot ? [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }] : undefined,
          requirements: [
            { key: KARPENTER_CAPACITY_TYPE, operator: 'In', values: [capacityType] },
            { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
            { key: 'node.kubernetes.io/instance-type', operator: 'In', values: instanceTypes },
          ],
          expireAfter: 'Never',
          terminationGracePeriod: spot ? '2m' : undefined,
        },
      },
      disruption: {
        consolidationPolicy: 'WhenEmpty',
        consolidateAfter: '5m',
        budgets: [
          { nodes: '0', reasons: ['Drifted', 'Underutilized'] },
          { nodes: '100%', reasons: ['Empty'] },
        ],
      },
      limits: { cpu: String(cpuLimit) },
    },
  };
}
