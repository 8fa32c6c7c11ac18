import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnTemplate, onlyResource, templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects, objectOf, textOf } from '../fixtures/kubernetes';

/** The trust policy of the one role that web identities assume: a text, as CloudFormation resolves it. */
function trustOf(template: CfnTemplate): string {
  const trusts = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .map(({ Properties }) => textOf(Properties.AssumeRolePolicyDocument))
    .filter((text) => text.includes('sts:AssumeRoleWithWebIdentity'));
  expect(trusts).toHaveLength(1);
  return trusts[0];
}

/**
 * Whether a token of a service account may assume the application's role, judged as IAM does: every key of StringEquals must be
 * equal. Source: IAM user guide, condition operators; EKS user guide, IAM roles for service accounts.
 */
function maySignIn(template: CfnTemplate, token: Record<string, string>): boolean {
  const policy = JSON.parse(trustOf(template).replace(/\$\{[^}]*OpenIdConnectIssuerUrl[^}]*\}/g, 'issuer')) as Record<string, any>;
  expect(policy.Version).toBe('2012-10-17');
  const [statement, ...others] = policy.Statement;
  expect(others).toEqual([]);
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' });
  expect(Object.keys(statement.Principal as object)).toEqual(['Federated']);
  expect(Object.keys(statement.Condition as object)).toEqual(['StringEquals']);
  const wanted = statement.Condition.StringEquals as Record<string, string>;
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

  test('keeps statements that others add to its trust policy', () => {
    const { stack: other, platform: its } = testPlatform();
    const application = testApplication(other, its, { name: 'prices' });
    const role = application.node.findAll().find((construct): construct is iam.Role => construct instanceof iam.Role)!;
    role.assumeRolePolicy!.addStatements(
      new iam.PolicyStatement({ actions: ['sts:AssumeRole'], principals: [new iam.ArnPrincipal('arn:aws:iam::111122223333:role/debug')] }),
    );
    const texts = Object.values(templateOf(other).Resources).map(({ Properties }) => textOf(Properties?.AssumeRolePolicyDocument));
    const policy = JSON.parse(texts.find((text) => text.includes('role/debug'))!) as { Statement: object[] };
    expect(policy.Statement).toHaveLength(2);
  });

  test('stands in the annotation of the account that the pods use', () => {
    const account = objectOf(objects, 'ServiceAccount');
    expect(account.metadata.name).toBe(pods[0].account);
    expect(account.metadata.namespace).toBe(pods[0].namespace);
    const arn = /^\$\{(\w+)\.Arn\}$/.exec(account.metadata.annotations['eks.amazonaws.com/role-arn'] as string)![1];
    expect(template.Resources[arn].Type).toBe('AWS::IAM::Role');
  });

  test('trusts the issuer of this cluster and no other', () => {
    expect(trustOf(template)).toMatch(/OpenIdConnectIssuerUrl[^"]*:sub"/);
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
