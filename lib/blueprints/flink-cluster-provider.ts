import * as blueprints from '@aws-quickstart/eks-blueprints';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as legacy from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ICapacity } from '../capacity';
import { FlinkPlatform } from '../flink-platform';
import { FlinkEndpoint } from '../platform';
import { StateBucket } from '../state';
import { legacyVersion, PlatformClusterInfo } from './cluster-info';
import { refuseConflicts } from './controllers';

/** Options of `FlinkClusterProvider`: those of `FlinkPlatform` that the blueprint does not give. */
export interface FlinkClusterProviderProps {
  /**
   * Which machines the blueprint runs on.
   *
   * @default new ManagedNodeGroupCapacity()
   */
  readonly capacity?: ICapacity;
  /**
   * Who can reach the Kubernetes API server.
   *
   * @default FlinkEndpoint.privateOnly()
   */
  readonly endpoint?: FlinkEndpoint;
  /**
   * Roles that may do everything on the cluster.
   *
   * @default - none: nobody can run kubectl
   */
  readonly admins?: iam.IRole[];
  /**
   * Roles that may read the cluster, secrets excepted.
   *
   * @default - none
   */
  readonly viewers?: iam.IRole[];
  /**
   * Lambda layer with kubectl and Helm.
   *
   * @default - `@aws-cdk/lambda-layer-kubectl-v36`
   */
  readonly kubectlLayer?: lambda.ILayerVersion;
  /**
   * Where applications keep their state.
   *
   * @default - a bucket of its own, kept when the stack is deleted
   */
  readonly stateBucket?: StateBucket;
}

/**
 * A blueprint whose cluster and machines are those of `FlinkPlatform`: On-Demand and diversified Spot nodes, private endpoint, all five logs,
 * encrypted secrets, access entries. `FlinkAddOn` takes the platform from it.
 *
 * @example
 * EksBlueprint.builder().clusterProvider(new FlinkClusterProvider())
 */
export class FlinkClusterProvider implements blueprints.ClusterProvider {
  constructor(private readonly props: FlinkClusterProviderProps = {}) {}

  /**
   * Defines the cluster. Called by the blueprint.
   *
   * @param scope of the blueprint
   * @param vpc of the blueprint
   * @param secretsEncryptionKey key for Kubernetes secrets; without one the platform defines its own
   * @param kubernetesVersion of the blueprint; without one that of the platform
   * @param _clusterLogging logs that the blueprint asks for; the cluster writes all five in any case
   * @param ipFamily IPv4
   * @throws when the blueprint asks for IPv6
   */
  public createCluster(
    scope: Construct,
    vpc: ec2.IVpc,
    secretsEncryptionKey?: kms.IKey,
    kubernetesVersion?: legacy.KubernetesVersion,
    _clusterLogging?: legacy.ClusterLoggingTypes[],
    ipFamily?: legacy.IpFamily,
  ): blueprints.ClusterInfo {
    if (ipFamily === legacy.IpFamily.IP_V6) {
      throw new Error(
        `${scope.node.path}: ipFamily is '${ipFamily}': allowed is ipv4, because node groups and network policies here are made for it; leave ipFamily out, or use a cluster provider of EKS Blueprints`,
      );
    }
    const platform = new FlinkPlatform(scope, 'Flink', {
      ...this.props,
      vpc,
      secretsKey: secretsEncryptionKey,
      kubernetesVersion: kubernetesVersion && eks.KubernetesVersion.of(kubernetesVersion.version),
    });
    refuseConflicts(platform, platform.cluster);
    return new PlatformClusterInfo(platform, kubernetesVersion ?? legacyVersion(platform.kubernetesVersion));
  }
}
