import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { eksResources } from '../manifest';

/** An EKS add-on to install. */
export interface ClusterAddOn {
  /** EKS name of the add-on, for example `coredns`. */
  readonly name: string;
  /** Version, or the one that EKS takes by default. */
  readonly version?: string;
  /** Configuration in the shape of the add-on's schema. */
  readonly configuration?: Record<string, unknown>;
  /** What its pods need to become healthy. */
  readonly after?: IDependable;
}

/**
 * Defines the add-ons, as resources of their own that CloudFormation creates side by side. They take over what EKS bootstrapped
 * (`OVERWRITE`), because changing `bootstrapSelfManagedAddons` later would replace the cluster.
 */
export function defineAddOns(scope: Construct, cluster: eks.Cluster, addOns: ClusterAddOn[]): IDependable {
  const group = new DependencyGroup();
  for (const addOn of addOns) {
    const resource = new (eksResources().CfnAddon)(scope, `AddOn-${addOn.name}`, {
      clusterName: cluster.clusterName,
      addonName: addOn.name,
      addonVersion: addOn.version,
      configurationValues: addOn.configuration && JSON.stringify(addOn.configuration),
      resolveConflicts: 'OVERWRITE',
      // What every node runs must outlive the nodes, and they do not wait for it: it stays until the cluster itself goes. What runs on some
      // nodes goes before them, or its own disruption budget would hold up their drain. Source: EKS user guide, removing an add-on.
      preserveOnDelete: addOn.after === undefined,
    });
    if (addOn.after) resource.node.addDependency(addOn.after);
    group.add(resource);
  }
  return group;
}
