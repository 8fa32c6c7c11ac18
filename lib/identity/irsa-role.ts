import { Lazy, Stack, Token } from 'aws-cdk-lib';
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
 * CloudFormation resolves nothing in a key of an object; it does in a text, and a trust policy may be one. The CDK's CfnJson
 * would bring a Lambda function for each stack instead. Source: EKS user guide, IAM roles for service accounts.
 */
export function defineIrsaRole(scope: Construct, id: string, identity: ClusterIdentity, account: ServiceAccountRef): iam.Role {
  const conditions = {
    StringEquals: {
      [`${identity.oidcIssuer}:aud`]: 'sts.amazonaws.com',
      [`${identity.oidcIssuer}:sub`]: `system:serviceaccount:${account.namespace}:${account.name}`,
    },
  };
  const role = new iam.Role(scope, id, {
    description: account.description,
    assumedBy: new iam.WebIdentityPrincipal(identity.oidcProviderArn, conditions),
  });
  // A cluster that is there already has an issuer that is known, and its policy stays an object.
  if (!Token.isUnresolved(identity.oidcIssuer)) return role;
  // At synthesis, so that statements which others add are in it.
  const trust = Lazy.string({ produce: () => Stack.of(scope).toJsonString(role.assumeRolePolicy?.toJSON()) });
  (role.node.defaultChild as iam.CfnRole).assumeRolePolicyDocument = trust;
  return role;
}
