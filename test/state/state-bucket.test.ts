import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { StateBucket, StateBucketProps } from '../../lib';
import { CfnResourceJson, onlyResource, resourcesOf, templateOf, testApp, warningsOf } from '../fixtures/apps';
import { expectProblem } from '../fixtures/refusals';

function bucketOf(props: StateBucketProps = {}, app: App = testApp()): { bucket: CfnResourceJson; stack: Stack } {
  const stack = new Stack(app, 'Stack');
  new StateBucket(stack, 'State', props);
  return { bucket: state(stack), stack };
}

function state(stack: Stack): CfnResourceJson {
  return Object.values(resourcesOf(templateOf(stack), 'AWS::S3::Bucket')).find(({ Properties }) => Properties.LoggingConfiguration)!;
}

describe('the bucket that an application trusts its state to', () => {
  const { bucket, stack } = bucketOf();
  const template = templateOf(stack);

  test('is closed to the public in all four ways', () => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::S3::Bucket'))) {
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
  });

  test('takes TLS only, 1.2 or newer, and so does its log', () => {
    const policies = Object.values(resourcesOf(template, 'AWS::S3::BucketPolicy'));
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      const denied = Properties.PolicyDocument.Statement.filter(({ Effect }: any) => Effect === 'Deny').map(
        ({ Action, Condition, Principal }: any) => ({
          Action,
          Condition,
          Principal,
        }),
      );
      expect(denied).toContainEqual({ Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Principal: { AWS: '*' } });
      expect(denied).toContainEqual({ Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } }, Principal: { AWS: '*' } });
    }
  });

  test('is encrypted and versioned', () => {
    expect(bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm).toBe(
      'AES256',
    );
    expect(bucket.Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
  });

  test('writes an access log to another bucket, which S3 may write to by policy', () => {
    const log = bucket.Properties.LoggingConfiguration.DestinationBucketName.Ref as string;
    const policy = Object.values(resourcesOf(template, 'AWS::S3::BucketPolicy')).find(({ Properties }) => Properties.Bucket.Ref === log)!;
    const delivery = policy.Properties.PolicyDocument.Statement.find(
      ({ Principal }: any) => Principal.Service === 'logging.s3.amazonaws.com',
    );
    expect(delivery).toMatchObject({ Effect: 'Allow', Action: 's3:PutObject' });
    expect(bucket).not.toBe(template.Resources[log]);
  });

  test('has lifecycle rules that touch no live object: no expiry, no transition, no prefix', () => {
    const rules = bucket.Properties.LifecycleConfiguration.Rules as Record<string, unknown>[];
    const touching = ['ExpirationInDays', 'ExpirationDate', 'Transitions', 'Transition', 'Prefix', 'TagFilters'];
    for (const rule of rules) expect(Object.keys(rule).filter((key) => touching.includes(key))).toEqual([]);
    expect(rules.some((rule) => rule.AbortIncompleteMultipartUpload)).toBe(true);
    expect(rules.some((rule) => rule.NoncurrentVersionExpiration)).toBe(true);
  });

  test('is kept when its stack is deleted or it is replaced', () => {
    expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });
});

describe('deleting state takes two keys', () => {
  const key = 'cdk-flink-on-eks:destroy-state';

  test('the prop alone keeps it, and says so', () => {
    const { bucket, stack } = bucketOf({ removalPolicy: RemovalPolicy.DESTROY });
    expect(bucket.DeletionPolicy).toBe('Retain');
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/the state is kept.*cdk-flink-on-eks:destroy-state=true/)]);
  });

  test('the context alone keeps it', () => {
    expect(bucketOf({}, testApp({ [key]: true })).bucket.DeletionPolicy).toBe('Retain');
  });

  test.each([true, 'true'])('prop and context %j delete it', (value) => {
    const { bucket } = bucketOf({ removalPolicy: RemovalPolicy.DESTROY }, testApp({ [key]: value }));
    expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
  });

  test.each([false, 'false', 'yes', 1, ''])('prop and context %j keep it', (value) => {
    expect(bucketOf({ removalPolicy: RemovalPolicy.DESTROY }, testApp({ [key]: value })).bucket.DeletionPolicy).toBe('Retain');
  });
});

describe('an application in the bucket', () => {
  const stack = new Stack(testApp(), 'Stack');
  const made = new StateBucket(stack, 'State');
  const bucket = StateBucket.fromBucket(stack, 'Given', s3.Bucket.fromBucketName(stack, 'Named', 'state'));
  const json = (statements: iam.PolicyStatement[]): any[] => stack.resolve(statements.map((one) => one.toStatementJson())) as any[];

  test('has three prefixes of its own, none inside another, and the presto file system for all', () => {
    const options = bucket.propertiesOf('prices');
    expect(options).toEqual({
      'execution.checkpointing.dir': 's3p://state/checkpoints/prices',
      'execution.checkpointing.savepoint-dir': 's3p://state/savepoints/prices',
      'high-availability.storageDir': 's3p://state/ha/prices',
    });
    const places = Object.values(options);
    for (const a of places) expect(places.filter((b) => b.startsWith(a))).toEqual([a]);
  });

  test('may read, write and delete below its prefixes, list them, and nothing else', () => {
    expect(json(bucket.statementsFor('prices'))).toMatchObject([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      },
      { Effect: 'Allow', Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': expect.any(Array) } } },
    ]);
  });

  test('cannot list a neighbour whose name begins with its own', () => {
    const [, list] = json(bucket.statementsFor('prices'));
    const patterns = list.Condition.StringLike['s3:prefix'] as string[];
    const allowed = (prefix: string): boolean =>
      patterns.some((pattern) => (pattern.endsWith('*') ? prefix.startsWith(pattern.slice(0, -1)) : prefix === pattern));
    for (const prefix of ['', 'checkpoints', 'checkpoints/', 'checkpoints/prices-2/', 'checkpoints/price', 'savepoints/prices2']) {
      expect([prefix, allowed(prefix)]).toEqual([prefix, false]);
    }
    for (const prefix of ['checkpoints/prices/', 'savepoints/prices/x', 'ha/prices'])
      expect([prefix, allowed(prefix)]).toEqual([prefix, true]);
  });

  test('may use the key only where the bucket has one', () => {
    const key = new kms.Key(stack, 'Key');
    const withKey = new StateBucket(stack, 'WithKey', { encryptionKey: key });
    const statement = json(withKey.statementsFor('prices'))[2];
    expect(statement).toMatchObject({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: stack.resolve(key.keyArn) });
    expect(json(made.statementsFor('prices'))).toHaveLength(2);
  });

  test('a given bucket is not made again', () => {
    expect(Object.keys(resourcesOf(templateOf(stack), 'AWS::S3::Bucket')).filter((id) => id.startsWith('Given'))).toEqual([]);
  });
});

describe('a given bucket', () => {
  const problemsWith = (rule: s3.LifecycleRule): string[] => {
    const stack = new Stack(testApp(), 'Stack');
    return StateBucket.fromBucket(stack, 'Given', new s3.Bucket(stack, 'Own', { lifecycleRules: [rule] })).node.validate();
  };

  // Row 32. Source: Amazon S3, lifecycle configuration: a rule without a prefix is for all objects.
  test.each<[string, s3.LifecycleRule]>([
    ['all objects', { id: 'Old', expiration: Duration.days(30) }],
    ['the checkpoints', { id: 'Old', prefix: 'checkpoints/', expiration: Duration.days(30) }],
    ['those of one job', { id: 'Old', prefix: 'checkpoints/prices/', expirationDate: new Date('2030-01-01') }],
    [
      'objects that it archives',
      { id: 'Old', transitions: [{ storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(30) }] },
    ],
  ])('whose lifecycle touches %s is refused', (_, rule) => {
    expect(problemsWith(rule)).toHaveLength(1);
    expect(problemsWith(rule)[0]).toMatch(/^Stack\/Given: its lifecycle rule 'Old' expires or moves/);
    expectProblem(problemsWith(rule)[0]);
  });

  test.each<[string, s3.LifecycleRule]>([
    ['other objects', { prefix: 'results/', expiration: Duration.days(30) }],
    ['uploads that were never completed', { abortIncompleteMultipartUploadAfter: Duration.days(7) }],
    ['old versions', { noncurrentVersionExpiration: Duration.days(30) }],
    ['nothing, because it is off', { enabled: false, expiration: Duration.days(30) }],
  ])('whose lifecycle touches %s passes', (_, rule) => {
    expect(problemsWith(rule)).toEqual([]);
  });

  // Row 28.
  test('of another account or region is warned about; one beside the platform, or of unknown place, is not', () => {
    const warned = (env: { account?: string; region?: string }): string => {
      const stack = new Stack(testApp(), 'Stack', { env: { account: '111122223333', region: 'eu-west-1' } });
      StateBucket.fromBucket(stack, 'Given', s3.Bucket.fromBucketAttributes(stack, 'Own', { bucketName: 'own', ...env }));
      return warningsOf(stack).join();
    };
    expect(warned({ account: '444455556666' })).toMatch(/belongs to account 444455556666/);
    expect(warned({ region: 'us-east-1' })).toMatch(/is in us-east-1/);
    expect([warned({}), warned({ account: '111122223333', region: 'eu-west-1' })]).toEqual(['', '']);
  });
});

test('a key of the caller encrypts the objects, asked for once a bucket', () => {
  const stack = new Stack(testApp(), 'Stack');
  new StateBucket(stack, 'State', { encryptionKey: new kms.Key(stack, 'Key') });
  const rule = state(stack).Properties.BucketEncryption.ServerSideEncryptionConfiguration[0];
  expect(rule).toMatchObject({ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } });
});

test('a log bucket of the caller receives the log, and no other is made', () => {
  const stack = new Stack(testApp(), 'Stack');
  new StateBucket(stack, 'State', { accessLogBucket: s3.Bucket.fromBucketName(stack, 'Log', 'our-log') });
  expect(onlyResource(templateOf(stack), 'AWS::S3::Bucket').Properties.LoggingConfiguration.DestinationBucketName).toBe('our-log');
});
