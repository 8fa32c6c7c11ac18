import * as blueprints from '@aws-quickstart/eks-blueprints';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { ICapacity } from '../capacity';
import { FlinkPlatform } from '../flink-platform';
import { IFlinkPlatform } from '../flink-platform-props';
import { ExistingCluster } from '../platform';
import { StateBucket } from '../state';
import { BlueprintCapacity } from './blueprint-capacity';
import { addOnsOf, PlatformClusterInfo } from './cluster-info';
import { refuseConflicts } from './controllers';
import { repair } from './repairs';

/** Applications of a blueprint. */
export interface IFlinkWorkload {
  /**
   * Defines applications, and what they read and write.
   *
   * @param scope where they go
   * @param platform where they run
   */
  define(scope: Construct, platform: IFlinkPlatform): void;
}

/** Options of `FlinkAddOn`. */
export interface FlinkAddOnProps {
  /**
   * What the add-on is called in the blueprint; other add-ons depend on it by this name.
   *
   * @default 'FlinkAddOn'
   */
  readonly id?: string;
  /**
   * The applications.
   *
   * @default - a platform without applications
   */
  readonly workloads?: IFlinkWorkload[];
  /**
   * The machines.
   *
   * @default - those of the blueprint: managed node groups by their capacity type, Karpenter by its node pool
   */
  readonly capacity?: ICapacity;
  /**
   * Where applications keep their state.
   *
   * @default - a bucket of its own, kept when the stack is deleted
   */
  readonly stateBucket?: StateBucket;
}

/**
 * Flink in any blueprint, on clusters of both EKS modules. The add-on is the construct that holds platform and applications, so others can
 * depend on it.
 *
 * @example
 * EksBlueprint.builder().addOns(new FlinkAddOn({ workloads: [new Prices()] }))
 */
export class FlinkAddOn implements blueprints.ClusterAddOn {
  /** What the add-on is called in the blueprint. */
  public readonly id: string;

  // A blueprint clones its add-ons deeply: nothing here may be a private field of ECMAScript.
  constructor(private readonly props: FlinkAddOnProps = {}) {
    this.id = props.id ?? 'FlinkAddOn';
  }

  /**
   * Defines platform and applications. Called by the blueprint.
   *
   * @param info the cluster
   * @throws when the blueprint does not bring what Flink needs
   */
  public deploy(info: blueprints.ClusterInfo): Promise<Construct> {
    const scope = new Construct(info.cluster.stack, this.id);
    const addOns = addOnsOf(info);
    refuseConflicts(scope, info.cluster);
    repair(info.cluster, addOns);
    const platform = info instanceof PlatformClusterInfo ? info.platform : this.platform(scope, info, addOns);
    this.props.workloads?.forEach((workload) => workload.define(scope, platform));
    return Promise.resolve(scope);
  }

  private platform(scope: Construct, info: blueprints.ClusterInfo, addOns: blueprints.ClusterAddOn[]): IFlinkPlatform {
    return FlinkPlatform.fromExistingCluster(scope, 'Platform', {
      cluster: info.clusterv2 ? ExistingCluster.of(info.clusterv2) : ExistingCluster.ofLegacy(info.cluster),
      capacity: this.props.capacity ?? new BlueprintCapacity(info, addOns),
      kubernetesVersion: KubernetesVersion.of(info.version.version),
      stateBucket: this.props.stateBucket,
      after: [...(info.nodeGroups ?? []), ...(info.autoscalingGroups ?? [])],
    });
  }
}
