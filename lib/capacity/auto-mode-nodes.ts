import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, IDependable } from 'constructs';
import { InstanceCatalog } from './instance-catalog';
import { NodePoolRules } from './node-pool';

/** Families that EKS Auto Mode starts. Source: EKS user guide, EKS Auto Mode supported instance reference (2026-07). */
const FAMILIES = new Set(
  [
    'c8id c8i c8i-flex c8gd c8gn c8g c8a c8gb c7a c7g c7gn c7gd c7i c7i-flex c6a c6g c6i c6gn c6id c6in c6gd c5 c5a c5d c5ad c5n c4',
    'm8id m8i m8i-flex m8a m8azn m8gn m8gb m8gd m8g m7i m7a m7g m7gd m7i-flex m6a m6i m6in m6g m6idn m6id m6gd m5 m5a m5ad m5n m5dn',
    'm5d m5zn m4 r8id r8i r8i-flex r8gn r8gb r8gd r8g r8a r7a r7iz r7gd r7i r7g r6a r6i r6id r6in r6idn r6g r6gd r5 r5n r5a r5dn r5b',
    'r5ad r5d r4 t4g t3 t3a t2 z1d x8aedz x8g x8i x2gd i8ge i7i i8g i7ie i4g i4i i3 i3en is4gen d3 d3en im4gn',
    'p6-b200 p6-b300 p5 p5e p5en p4d p4de p3dn g7e g6 gr6 g6e g5g g5 g4dn g4ad inf2 inf1 trn1 trn1n trn2',
    'hpc8a x2iezn x2iedn x2idn',
  ].flatMap((line) => line.split(' ')),
);

/** Sizes that it never starts. Source: as above. */
const TOO_SMALL = ['nano', 'micro', 'small'];

/** The most pods on a node. Source: EKS user guide, Create a Node Class, considerations. */
export const AUTO_MODE_MOST_PODS = 110;

const NODE_CLASS = { group: 'eks.amazonaws.com', kind: 'NodeClass', name: 'flink' };

/**
 * No node lives longer than 21 days, the time for its drain included: 20 days and one, so that a stream restarts for it as seldom as
 * can be. Source: EKS user guide, Auto Mode security: maximum node lifetime; Create a Node Pool, termination grace period.
 */
export const AUTO_MODE_POOL_RULES: NodePoolRules = {
  nodeClass: NODE_CLASS,
  requirements: [],
  expireAfter: '480h',
  terminationGracePeriod: ({ capacityType }) => (capacityType === 'spot' ? '2m' : '24h'),
};

/** Whether EKS Auto Mode starts nodes of a type; a type that nobody knows is left for others to refuse. */
export function autoModeStarts(type: string): boolean {
  const facts = InstanceCatalog.instance.find(type);
  const [family, size] = type.split('.');
  return facts === undefined || (FAMILIES.has(family) && !TOO_SMALL.includes(size) && facts.vcpu > 1);
}

/** The class as an object for the cluster. Source: EKS user guide, Node Class Specification. */
export function autoModeNodeClass(cluster: eks.ICluster, role: iam.IRole, subnetIds: string[], diskGib: number): object {
  return {
    apiVersion: `${NODE_CLASS.group}/v1`,
    kind: NODE_CLASS.kind,
    metadata: { name: NODE_CLASS.name },
    spec: {
      role: role.roleName,
      subnetSelectorTerms: subnetIds.map((id) => ({ id })),
      securityGroupSelectorTerms: [{ id: cluster.clusterSecurityGroupId }],
      networkPolicy: 'DefaultAllow',
      ephemeralStorage: { size: `${diskGib}Gi` },
    },
  };
}

/** Role of the nodes and their right to join. Source: EKS user guide, Auto Mode node IAM role; Create node class access entry. */
export function defineAutoModeNodeRole(scope: Construct, cluster: eks.ICluster): { role: iam.Role; access: IDependable } {
  const role = new iam.Role(scope, 'NodeRole', {
    description: 'Nodes of EKS Auto Mode for Flink: no access to data',
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'].map((name) =>
      iam.ManagedPolicy.fromAwsManagedPolicyName(name),
    ),
  });
  const access = new eks.AccessEntry(scope, 'NodeAccess', {
    cluster,
    principal: role.roleArn,
    accessEntryType: eks.AccessEntryType.EC2,
    accessPolicies: [eks.AccessPolicy.fromAccessPolicyName('AmazonEKSAutoNodePolicy', { accessScopeType: eks.AccessScopeType.CLUSTER })],
  });
  return { role, access };
}

/** Switches network policies on: without this EKS Auto Mode takes them and does not enforce them. Source: EKS user guide, Auto Mode network policies. */
export function enforceNetworkPolicies(scope: Construct, cluster: eks.ICluster): IDependable {
  return new eks.KubernetesManifest(scope, 'NetworkPolicies', {
    cluster,
    prune: false,
    overwrite: true,
    manifest: [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' },
        data: { 'enable-network-policy-controller': 'true' },
      },
    ],
  });
}
