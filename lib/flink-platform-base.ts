import { CfnElement } from 'aws-cdk-lib';
import { Construct, IConstruct, IDependable } from 'constructs';
import { CapacityConfig } from './capacity';
import { AwaitedValue, IFlinkPlatform } from './flink-platform-props';
import { ClusterIdentity } from './identity';
import { IKubectl, ManifestPart, ManifestResource } from './manifest';
import { StateBucket } from './state';

/** What every platform does alike: it applies objects through its handler, and keeps account of the names on it. */
export abstract class FlinkPlatformBase extends Construct implements IFlinkPlatform {
  public abstract readonly clusterName: string;
  public abstract readonly kubeconfigCommand: string;
  public abstract readonly capacity: CapacityConfig;
  public abstract readonly clusterIdentity: ClusterIdentity;
  public abstract readonly stateBucket: StateBucket;
  public abstract readonly ready: IDependable;
  /** The way to the cluster. */
  protected abstract readonly kubectl: IKubectl;
  private readonly names = new Map<string, string>();
  private readonly namespaces = new Map<string, string>();

  public applyManifest(scope: Construct, id: string, part: ManifestPart): IDependable {
    return new ManifestResource(scope, id, this.kubectl, part);
  }

  public awaitValue(scope: Construct, id: string, { logicalId, ...options }: AwaitedValue): IConstruct {
    const value = this.kubectl.awaitValue(scope, id, options);
    (value.node.findChild('Resource').node.defaultChild as CfnElement).overrideLogicalId(logicalId);
    return value;
  }

  public claimName(name: string, application: IConstruct): void {
    const owner = this.names.get(name);
    if (owner !== undefined) {
      throw new Error(
        `${application.node.path}: name '${name}' is taken by ${owner} on the same platform: state, HA data and every Kubernetes name follow from it; give one of the two another name`,
      );
    }
    this.names.set(name, application.node.path);
  }

  public shareNamespace(namespace: string, application: IConstruct): string | undefined {
    const other = this.namespaces.get(namespace);
    this.namespaces.set(namespace, application.node.path);
    return other;
  }
}
