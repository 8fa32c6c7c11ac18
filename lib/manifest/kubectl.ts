import { Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';

/** Objects to apply. */
export interface ObjectsOptions extends eks.KubernetesManifestOptions {
  /** The objects as plain JSON. */
  readonly manifest: Record<string, unknown>[];
  /**
   * Whether objects that are there already are taken over.
   *
   * @default false
   */
  readonly overwrite?: boolean;
}

/** A value of an object to wait for. Source: the CDK's `KubernetesObjectValue`. */
export interface ObjectValueOptions {
  /** Kind of the object. */
  readonly objectType: string;
  /** Name of the object. */
  readonly objectName: string;
  /** Namespace of the object. */
  readonly objectNamespace: string;
  /** JSONPath that yields text once the value is there. */
  readonly jsonPath: string;
  /**
   * How long it is waited for.
   *
   * @default Duration.minutes(5)
   */
  readonly timeout?: Duration;
}

/** The CDK's handler that runs kubectl against one cluster. A manifest of one EKS module cannot be sent through the handler of the other. */
export interface IKubectl {
  /**
   * Defines the resource that applies objects; its default child is the custom resource.
   *
   * @param scope where it goes
   * @param options the objects
   */
  applyObjects(scope: Construct, id: string, options: ObjectsOptions): Construct;
  /**
   * Defines the resource that waits for a value; its child `Resource` is the custom resource.
   *
   * @param scope where it goes
   * @param options the value
   */
  awaitValue(scope: Construct, id: string, options: ObjectValueOptions): Construct;
}

/** The handler of a cluster of `aws-eks-v2`. */
export class EksKubectl implements IKubectl {
  constructor(private readonly cluster: eks.ICluster) {}

  public applyObjects(scope: Construct, id: string, options: ObjectsOptions): Construct {
    return new eks.KubernetesManifest(scope, id, { cluster: this.cluster, ...options });
  }

  public awaitValue(scope: Construct, id: string, options: ObjectValueOptions): Construct {
    return new eks.KubernetesObjectValue(scope, id, { cluster: this.cluster, ...options });
  }
}
