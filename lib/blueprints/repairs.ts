import * as blueprints from '@aws-quickstart/eks-blueprints';
import { Aspects, CfnResource, IAspect, Stack, Tags, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { IConstruct } from 'constructs';

/** The event that EC2 sends. Source: EC2 user guide, instance state-change events. */
const STATE_CHANGE = 'EC2 Instance State-change Notification';

/** What EKS Blueprints 1.19 asks for instead: no event has this type, so Karpenter would not hear of it. */
const MISSPELT = 'C2 Instance State-change Notification';

/**
 * Mends what EKS Blueprints gets wrong on a cluster, wherever its add-ons stand in the list.
 *
 * @param cluster of the blueprint
 * @param addOns of the blueprint
 */
export function repair(cluster: IConstruct, addOns: blueprints.ClusterAddOn[]): void {
  const stack = Stack.of(cluster);
  Aspects.of(stack).add(new StateChangeRule());
  if (addOns.some((addOn) => addOn instanceof blueprints.ClusterAutoScalerAddOn)) tagForAutoscaler(stack, cluster);
}

class StateChangeRule implements IAspect {
  public visit(node: IConstruct): void {
    if (!(node instanceof events.CfnRule)) return;
    const pattern = Stack.of(node).resolve(node.eventPattern) as { readonly 'detail-type'?: string[] } | undefined;
    const types = pattern?.['detail-type'];
    if (!types?.includes(MISSPELT)) return;
    node.addPropertyOverride('EventPattern.detail-type', types.map((type) => (type === MISSPELT ? STATE_CHANGE : type))); // prettier-ignore
  }
}

/**
 * The add-on writes the path of a construct into the key where the name of the cluster belongs. A key holds no token, so the right tag is
 * set where the name is known; EKS itself tags the Auto Scaling groups of its node groups. Source: EKS user guide, Cluster Autoscaler.
 */
function tagForAutoscaler(stack: Stack, cluster: IConstruct): void {
  const prefix = 'k8s.io/cluster-autoscaler';
  Tags.of(stack).remove(`${prefix}/${stack.node.path}/clusterName`);
  const name = physicalName(cluster);
  if (name === undefined) return;
  const includeResourceTypes = ['AWS::EKS::Nodegroup', 'AWS::AutoScaling::AutoScalingGroup'];
  Tags.of(stack).add(`${prefix}/${name}`, 'owned', { includeResourceTypes });
}

/** The name that a blueprint gives its cluster: a property of the resource, in the older module of a custom resource. */
function physicalName(cluster: IConstruct): string | undefined {
  const resources = cluster.node.findAll().filter((node): node is CfnResource => CfnResource.isCfnResource(node));
  const resource = resources.find(({ cfnResourceType }) => /^(AWS::EKS::Cluster|Custom::AWSCDK-EKS-Cluster)$/.test(cfnResourceType));
  const { name } = resource as unknown as { readonly name?: unknown };
  return typeof name === 'string' && !Token.isUnresolved(name) ? name : undefined;
}
