import type * as legacy from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct } from 'constructs';
import { IKubectl, ObjectsOptions, ObjectValueOptions } from './kubectl';

// The only file that knows the CDK's older EKS module. It is loaded when a cluster of that module is given, and otherwise never.

/** CloudFormation's own EKS resources, in the typings of the module that has them in every release. */
export type EksResources = Pick<typeof legacy, 'CfnAddon' | 'CfnNodegroup'>;

/** The handler of a cluster of `aws-eks`. */
export class LegacyKubectl implements IKubectl {
  constructor(private readonly cluster: legacy.ICluster) {}

  public applyObjects(scope: Construct, id: string, options: ObjectsOptions): Construct {
    return new (load().KubernetesManifest)(scope, id, { cluster: this.cluster, ...options });
  }

  public awaitValue(scope: Construct, id: string, options: ObjectValueOptions): Construct {
    return new (load().KubernetesObjectValue)(scope, id, { cluster: this.cluster, ...options });
  }
}

/**
 * CloudFormation's own EKS resources. Older releases of aws-cdk-lib (2.261.0 is one) export them from the older module alone.
 */
export function eksResources(): EksResources {
  return 'CfnNodegroup' in eks ? (eks as unknown as EksResources) : load();
}

function load(): typeof legacy {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('aws-cdk-lib/aws-eks') as typeof legacy;
}
