import { CfnResource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eksResources } from '../manifest';
import { CapacityBindOptions } from './capacity';
import { NodeGroup } from './node-group';
import { SPOT_TAINT } from './node-labels';

/** Managed policies that a node needs to join and to pull images. Source: EKS user guide, node IAM role. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly', 'AmazonEKS_CNI_Policy'];

/** The role of nodes. */
export function defineNodeRole(scope: Construct): iam.Role {
  return new iam.Role(scope, 'NodeRole', {
    description: 'Nodes of the Flink platform: no access to data',
    assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    managedPolicies: NODE_POLICIES.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
  });
}

/** What a node group is made from. */
export interface NodeGroupDefinition extends CapacityBindOptions {
  readonly role: iam.IRole;
  readonly group: NodeGroup;
  readonly spot: boolean;
}

/** Defines a managed node group with a launch template of its own. */
export function defineNodeGroup(scope: Construct, id: string, { cluster, subnets, role, group, spot }: NodeGroupDefinition): CfnResource {
  const template = defineLaunchTemplate(scope, `${id}LaunchTemplate`, group.diskGib);
  // The L1: the L2 asks for one type's architecture 44 times a type, which hangs Node 20 with aws-cdk-lib 2.260 to 2.268.
  const nodeGroup = new (eksResources().CfnNodegroup)(scope, id, {
    clusterName: cluster.clusterName,
    nodeRole: role.roleArn,
    subnets: subnets.map((subnet) => subnet.subnetId),
    capacityType: spot ? 'SPOT' : 'ON_DEMAND',
    amiType: group.arm ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
    instanceTypes: group.instanceTypes,
    scalingConfig: { minSize: group.minSize, desiredSize: group.desiredSize, maxSize: group.maxSize },
    launchTemplate: { id: template.launchTemplateId!, version: template.latestVersionNumber },
    labels: spot ? { [SPOT_TAINT]: 'true' } : undefined,
    taints: spot ? [{ key: SPOT_TAINT, value: 'true', effect: 'NO_SCHEDULE' }] : undefined,
    // A pod that a budget protects is never thrown off by an update of the nodes.
    forceUpdateEnabled: false,
    updateConfig: { maxUnavailable: 1 },
    // An empty group has no node to look at: the Cluster Autoscaler learns labels and taints from EKS, the disk from this tag.
    tags: { 'k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage': `${group.allocatableDiskGib}Gi` },
  });
  nodeGroup.overrideLogicalId(shortLogicalId(scope, id));
  // Nodes need a way out to join; the cluster itself does not wait for it (docs/decisions/0003).
  nodeGroup.node.addDependency(...subnets.map((subnet) => subnet.internetConnectivityEstablished));
  return nodeGroup;
}

function defineLaunchTemplate(scope: Construct, id: string, diskGib: number): ec2.LaunchTemplate {
  return new ec2.LaunchTemplate(scope, id, {
    // One hop: pods without host network cannot reach the metadata service and so never act as the node.
    httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: ec2.BlockDeviceVolume.ebs(diskGib, { volumeType: ec2.EbsDeviceVolumeType.GP3, encrypted: true, deleteOnTermination: true }),
      },
    ],
  });
}

/**
 * EKS names Auto Scaling groups after the node group, and CloudFormation names that after the logical id, cut at some length: a short
 * id keeps `Spot` and `OnDemand` in the name, which the autoscaler's priorities look for.
 */
function shortLogicalId(scope: Construct, id: string): string {
  return `${id}${scope.node.addr.slice(-8).toUpperCase()}`;
}
