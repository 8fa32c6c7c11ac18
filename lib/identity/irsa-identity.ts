import { Aspects, CfnElement } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { IdentityBindOptions, IdentityConfig, IFlinkIdentity } from './flink-identity';
import { defineIrsaRole } from './irsa-role';

/**
 * IAM role for a service account (IRSA): a role of its own for each application, that only the service account of that
 * name in that namespace of that cluster can assume.
 */
export class IrsaIdentity implements IFlinkIdentity {
  public bind(scope: Construct, options: IdentityBindOptions): IdentityConfig {
    const role = defineIrsaRole(scope, 'Role', options.clusterIdentity, {
      namespace: options.namespace,
      name: options.serviceAccountName,
      description: `Apache Flink application ${options.applicationName}`,
    });
    // The annotation below stands in a Kubernetes manifest: a renamed construct must not change it (docs/decisions/0004).
    (role.node.defaultChild as CfnElement).overrideLogicalId(options.roleLogicalId);
    Aspects.of(role).add({
      visit: (node) => {
        if (node instanceof iam.CfnPolicy) node.overrideLogicalId(options.policyLogicalId);
      },
    });
    return {
      grantPrincipal: role,
      prerequisites: [role],
      serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': role.roleArn },
      properties: {
        // Flink's hadoop plugin looks at the node's role first unless it is told: the mistake would stay unseen.
        'fs.s3a.aws.credentials.provider': 'com.amazonaws.auth.WebIdentityTokenCredentialsProvider',
      },
    };
  }
}
