import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { NodePoolRules } from './node-pool';

/** What Karpenter's node class is made from. */
export interface NodeClassDefinition {
  readonly cluster: eks.ICluster;
  readonly subnetIds: string[];
  readonly instanceProfile: string;
  readonly amiAlias: string;
  readonly diskGib: number;
}

const NODE_CLASS = { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'flink' };

/** Nodes do not expire. A pod that cannot be evicted at a Spot notice is ended in time. Source: Karpenter, NodePools. */
export const KARPENTER_POOL_RULES: NodePoolRules = {
  nodeClass: NODE_CLASS,
  requirements: [{ key: 'kubernetes.io/os', operator: 'In', values: ['linux'] }],
  expireAfter: 'Never',
  terminationGracePeriod: ({ capacityType }) => (capacityType === 'spot' ? '2m' : undefined),
};

/** The class as an object for the cluster. Source: Karpenter, NodeClasses. */
export function karpenterNodeClass({ cluster, subnetIds, instanceProfile, amiAlias, diskGib }: NodeClassDefinition): object {
  return {
    apiVersion: `${NODE_CLASS.group}/v1`,
    kind: NODE_CLASS.kind,
    metadata: { name: NODE_CLASS.name },
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
