import { CfnJson } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ClusterIdentity } from './flink-identity';

/** A service account in a cluster. */
export interface ServiceAccountRef {
  /** Its namespace. */
  readonly namespace: string;
  /** Its name. */
  readonly name: string;
  /** What the role is for. */
  readonly description: string;
}

/**
 * A role that one service account of one cluster can assume and nobody else. The issuer stands in condition keys, and
 * CloudFormation resolves no token in a key: hence the CfnJson. Source: EKS user guide, IAM roles for service accounts.
 */
export function defineIrsaRole(scope: Construct, id: string, identity: ClusterIdentity, account: ServiceAccountRef): iam.Role {
  const trust = new CfnJson(scope, `${id}Trust`, {
    value: {
      [`${identity.oidcIssuer}:aud`]: 'sts.amazonaws.com',
      [`${identity.oidcIssuer}:sub`]: `system:serviceaccount:${account.namespace}:${account.name}`,
    },
  });
  return new iam.Role(scope, id, {
    description: account.description,
    assumedBy: new iam.WebIdentityPrincipal(identity.oidcProviderArn, { StringEquals: trust }),
  });
}
