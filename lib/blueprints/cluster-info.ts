import * as blueprints from '@aws-quickstart/eks-blueprints';
import * as legacy from 'aws-cdk-lib/aws-eks';
import { Construct } from 'constructs';
import { FlinkPlatform } from '../flink-platform';

// EKS Blueprints knows a cluster in the typings of aws-eks and takes one of aws-eks-v2 as well, as its own GenericClusterProviderV2 shows.
// All casts that this needs stand in this file.

/** What EKS Blueprints knows of a cluster, and the platform that the cluster belongs to. */
export class PlatformClusterInfo extends blueprints.ClusterInfo {
  constructor(
    public readonly platform: FlinkPlatform,
    version: legacy.KubernetesVersion,
  ) {
    const cluster = platform.cluster as unknown as legacy.ICluster;
    const groups = nodeGroupsOf(platform) as unknown as legacy.Nodegroup[];
    super(cluster, version, groups, [], false, [], platform.cluster, groups as never);
  }
}

/** A version as the older module has it: EKS Blueprints finds versions of add-ons by the identity of these constants. */
export function legacyVersion(version: string): legacy.KubernetesVersion {
  const constants = legacy.KubernetesVersion as unknown as Record<string, legacy.KubernetesVersion | undefined>;
  return constants[`V${version.replace('.', '_')}`] ?? legacy.KubernetesVersion.of(version);
}

/** Gives an add-on the context that it looks for named resources in. */
export function giveContext(info: blueprints.ClusterInfo, scope: Construct, addOns: blueprints.ClusterAddOn[]): void {
  info.setResourceContext(new blueprints.ResourceContext(scope, { id: scope.node.id, addOns } as blueprints.EksBlueprintProps));
}

/** Add-ons of a blueprint, all of them, whichever come first. */
export function addOnsOf(info: blueprints.ClusterInfo): blueprints.ClusterAddOn[] {
  const context = info.getResourceContext() as blueprints.ResourceContext | undefined;
  return context?.blueprintProps.addOns ?? [];
}

/** Node groups as add-ons look at them: constructs to depend on. */
function nodeGroupsOf(platform: FlinkPlatform): Construct[] {
  const isGroup = (node: unknown): boolean => (node as { cfnResourceType?: string }).cfnResourceType === 'AWS::EKS::Nodegroup';
  return platform.node.findAll().filter((node): node is Construct => isGroup(node));
}
