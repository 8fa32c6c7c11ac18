import { FlinkPermissions, FlinkTemplate } from '../../lib/testing';
import { messageOf } from '../fixtures/apps';

const statement = (Action: unknown, Resource: unknown, more: object = {}): Record<string, unknown> => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const permissions = (...statements: Record<string, unknown>[]): FlinkPermissions => new FlinkPermissions("application 'a'", statements, []);

describe('permissions', () => {
  test('are listed by action, sorted, without what is denied', () => {
    const made = permissions(
      statement(['s3:PutObject', 's3:GetObject'], { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['State', 'Arn'] }, '/a/*']] }),
      statement('s3:GetObject', 'arn:b/a', { Condition: { Bool: { x: 'true' } } }),
      statement('s3:DeleteBucket', 'arn:b', { Effect: 'Deny' }),
    );
    expect(made.byAction).toEqual({ 's3:GetObject': ['${State.Arn}/a/*', 'arn:b/a'], 's3:PutObject': ['${State.Arn}/a/*'] });
    expect(made.all[2]).toEqual({ action: 's3:GetObject', resource: 'arn:b/a', isAllowed: true, conditions: { Bool: { x: 'true' } } });
  });

  // Source: IAM user guide, "Action" (not case-sensitive) and "Resource" (case-sensitive) elements, wildcards; an explicit deny wins.
  test.each([
    ['s3:GetObject', 'arn:b/a/x', true],
    ['S3:getobject', 'arn:b/a/x', true],
    ['s3:GetObject', 'arn:b/A/x', false],
    ['s3:GetObject', 'arn:b/a/secret', false],
    ['s3:PutObject', 'arn:b/a/x', false],
    ['kms:Decrypt', undefined, true],
    ['kms:Encrypt', undefined, false],
  ])('allow %s on %s: %s', (action, resource, expected) => {
    const made = permissions(
      statement('s3:Get*', 'arn:b/a/*'),
      statement('s3:GetObject', 'arn:b/a/secret', { Effect: 'Deny' }),
      statement('kms:Decrypt', 'arn:key'),
    );
    expect(made.allows(action, resource)).toBe(expected);
  });

  test.each([
    [statement('s3:*', 'arn:b/a'), "action 's3:*'"],
    [statement('s3:GetObject', '*'), "resource '*' for s3:GetObject"],
    [statement('s3:GetObject', 'arn:b/*'), "resource 'arn:b/*' for s3:GetObject"],
    [statement('s3:GetObject', 'arn:*/a/*'), "resource 'arn:*/a/*' for s3:GetObject"],
    [statement('s3:GetObject', 'arn:b/pre*'), "resource 'arn:b/pre*' for s3:GetObject"],
    [{ Effect: 'Allow', NotAction: 's3:GetObject', Resource: 'arn:b' }, "action '*'"],
    [{ Effect: 'Allow', Action: 's3:GetObject', NotResource: 'arn:b' }, "resource '*' for s3:GetObject"],
  ])('%j is too much', (one, finding) => {
    expect(messageOf(() => permissions(one).hasNoWildcards()).split('\n').slice(0, 2)).toEqual(["application 'a' may do more than it names:", `  - ${finding}`]); // prettier-ignore
  });

  test.each([
    [statement('s3:GetObject', 'arn:aws:s3:::b/prices/*')],
    [statement('kinesis:GetRecords', { 'Fn::GetAtt': ['Stream', 'Arn'] })],
    [statement('s3:*', '*', { Effect: 'Deny' })],
  ])('%j is not', (one) => {
    expect(() => permissions(one).hasNoWildcards()).not.toThrow();
  });

  test('may have exceptions, each named', () => {
    const made = permissions(statement('ec2:DescribeInstances', '*'), statement('s3:*', 'arn:b'));
    expect(messageOf(() => made.hasNoWildcards({ except: ['*'] }))).toContain("action 's3:*'");
    expect(() => made.hasNoWildcards({ except: ['*', 's3:*'] })).not.toThrow();
  });
});

// A role's policies come in five ways.
test('of a role are found however they are attached, and through a pod identity association', () => {
  const labels = { 'app.kubernetes.io/name': 'flink', 'app.kubernetes.io/instance': 'a' };
  const pod = { template: { spec: { containers: [{ name: 'x' }] } } };
  const objects = [
    { kind: 'ServiceAccount', metadata: { name: 'a', labels } },
    { kind: 'ConfigMap', metadata: { labels }, data: { 'config.yaml': 'a: b' } },
    {
      kind: 'Deployment',
      metadata: { name: 'a', namespace: 'n', labels: { ...labels, 'app.kubernetes.io/component': 'jobmanager' } },
      spec: pod,
    },
  ];
  const document = (action: string): object => ({ Statement: [{ Effect: 'Allow', Action: action, Resource: 'arn:r' }] });
  const Resources = {
    Core: { Type: 'Custom::AWSCDK-EKS-KubernetesResource', Properties: { Manifest: JSON.stringify(objects) } },
    Association: {
      Type: 'AWS::EKS::PodIdentityAssociation',
      Properties: { Namespace: 'n', ServiceAccount: 'a', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyDocument: document('a:Inline') }],
        ManagedPolicyArns: [{ Ref: 'Referred' }, 'arn:aws:iam::aws:policy/Elsewhere'],
      },
    },
    Policy: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: document('a:Policy') } },
    Managed: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: document('a:Managed') } },
    Referred: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: document('a:Referred') } },
    Other: { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'OtherRole' }], PolicyDocument: document('a:Other') } },
  };
  const { permissions: found } = FlinkTemplate.fromJson({ Resources }).application('a');
  expect(Object.keys(found.byAction)).toEqual(['a:Inline', 'a:Managed', 'a:Policy', 'a:Referred']);
  expect(() => found.hasNoWildcards()).toThrow("attached policy 'arn:aws:iam::aws:policy/Elsewhere'");
});
