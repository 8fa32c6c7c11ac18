import { Stack } from 'aws-cdk-lib';
import { CfnTemplate, onlyResource, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects, objectOf, textOf } from '../fixtures/kubernetes';

/**
 * Whether a token of a service account may assume the application's role, judged as IAM does: every key of StringEquals must be
 * equal. Source: IAM user guide, condition operators; EKS user guide, IAM roles for service accounts.
 */
function maySignIn(template: CfnTemplate, token: Record<string, string>): boolean {
  const role = Object.values(template.Resources).find(
    ({ Type, Properties }) => Type === 'AWS::IAM::Role' && Properties.AssumeRolePolicyDocument.Statement[0].Principal.Federated,
  )!;
  const [statement, ...others] = role.Properties.AssumeRolePolicyDocument.Statement;
  expect(others).toEqual([]);
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' });
  expect(Object.keys(statement.Condition as object)).toEqual(['StringEquals']);
  const { logicalId, Properties } = onlyResource(template, 'Custom::AWSCDKCfnJson');
  expect(statement.Condition.StringEquals).toEqual({ 'Fn::GetAtt': [logicalId, 'Value'] });
  const wanted = JSON.parse(textOf(Properties.Value).replace(/\$\{[^}]*\}/g, 'issuer')) as Record<string, string>;
  expect(Object.keys(wanted).sort()).toEqual(['issuer:aud', 'issuer:sub']);
  return Object.entries(wanted).every(([key, value]) => token[key] === value);
}

describe('the role of an application', () => {
  const { app, platform, stack } = testPlatform();
  const jobStack = new Stack(app, 'JobStack');
  testApplication(jobStack, platform, { name: 'prices' });
  const template = templateOf(jobStack);
  const objects = kubernetesObjects(template);
  const { jobManager, taskManager } = deploymentsOf(objects);
  const pods = [jobManager, taskManager].map(({ spec, metadata }) => ({
    namespace: metadata.namespace as string,
    account: spec.template.spec.serviceAccountName as string,
  }));

  test('is assumed by exactly the service account that both kinds of pods use', () => {
    for (const { namespace, account } of pods) {
      const token = { 'issuer:sub': `system:serviceaccount:${namespace}:${account}`, 'issuer:aud': 'sts.amazonaws.com' };
      expect(maySignIn(template, token)).toBe(true);
    }
  });

  test.each([
    ['another namespace', { 'issuer:sub': 'system:serviceaccount:default:prices', 'issuer:aud': 'sts.amazonaws.com' }],
    ['another account', { 'issuer:sub': 'system:serviceaccount:prices:default', 'issuer:aud': 'sts.amazonaws.com' }],
    ['a longer name', { 'issuer:sub': 'system:serviceaccount:prices:prices-2', 'issuer:aud': 'sts.amazonaws.com' }],
    ['a token for someone else', { 'issuer:sub': 'system:serviceaccount:prices:prices', 'issuer:aud': 'vault' }],
    ['a token without audience', { 'issuer:sub': 'system:serviceaccount:prices:prices' }],
    ['a wildcard taken by its letters', { 'issuer:sub': 'system:serviceaccount:*:*', 'issuer:aud': 'sts.amazonaws.com' }],
  ])('is not assumed by %s', (_, token) => {
    expect(maySignIn(template, token)).toBe(false);
  });

  test('stands in the annotation of the account that the pods use', () => {
    const account = objectOf(objects, 'ServiceAccount');
    expect(account.metadata.name).toBe(pods[0].account);
    expect(account.metadata.namespace).toBe(pods[0].namespace);
    const arn = /^\$\{(\w+)\.Arn\}$/.exec(account.metadata.annotations['eks.amazonaws.com/role-arn'] as string)![1];
    expect(template.Resources[arn].Type).toBe('AWS::IAM::Role');
  });

  test('trusts the issuer of this cluster and no other', () => {
    const issuer = textOf(onlyResource(template, 'Custom::AWSCDKCfnJson').Properties.Value);
    expect(issuer).toContain('OpenIdConnectIssuerUrl');
    const provider = onlyResource(templateOf(stack), 'AWS::IAM::OIDCProvider');
    expect(provider.Properties.ClientIdList).toEqual(['sts.amazonaws.com']);
    expect(textOf(provider.Properties.Url)).toMatch(/Cluster.*OpenIdConnectIssuerUrl/);
  });

  test('is there, with its rights, before the pods are', () => {
    const core = Object.entries(template.Resources).find(([id]) => id.endsWith('Core'))![1];
    const types = core.DependsOn!.map((id) => template.Resources[id].Type);
    expect(types).toEqual(expect.arrayContaining(['AWS::IAM::Role', 'AWS::IAM::Policy']));
  });

  // Source: Hadoop S3A of Flink's plugin (AWS SDK 1): without it the node's role would answer first.
  test('is the only identity that the file systems look at', () => {
    expect(objectOf(objects, 'ConfigMap').data['config.yaml']).toMatch(
      /^fs\.s3a\.aws\.credentials\.provider: com\.amazonaws\.auth\.WebIdentityTokenCredentialsProvider$/m,
    );
  });
});
