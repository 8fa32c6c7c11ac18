import { Lazy, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { FileSink } from '../../lib';
import { testApp } from '../fixtures/apps';

const stack = new Stack(testApp(), 'Stack');
const bucket = s3.Bucket.fromBucketName(stack, 'Results', 'results');
const statements = (sink: FileSink): any[] => stack.resolve(sink.bind().statements.map((one) => one.toStatementJson())) as any[];

test('a job gets the place as an argument, on the file system of the hadoop plugin', () => {
  expect(new FileSink(bucket, 'a/b').bind().jobArguments).toEqual(['--output', 's3a://results/a/b']);
  expect(new FileSink(bucket, 'a', { argument: '--target' }).bind().jobArguments).toEqual(['--target', 's3a://results/a']);
});

test('a job may write below the prefix and nowhere beside it', () => {
  const [objects, list, ...rest] = statements(new FileSink(bucket, 'prices'));
  expect(objects.Action).toEqual([
    's3:GetObject',
    's3:PutObject',
    's3:DeleteObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ]);
  expect(JSON.stringify(objects.Resource)).toContain(':s3:::results/prices/*');
  expect(list).toMatchObject({ Action: 's3:ListBucket', Condition: { StringLike: { 's3:prefix': ['prices', 'prices/*'] } } });
  expect(rest).toEqual([]);
});

test('a job may use the key of the bucket where there is one', () => {
  const key = new kms.Key(stack, 'Key');
  const encrypted = new s3.Bucket(stack, 'Encrypted', { encryptionKey: key });
  expect(statements(new FileSink(encrypted, 'prices'))[2]).toEqual({
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: stack.resolve(key.keyArn),
  });
});

test.each(['/prices', 'prices/', 'a//b', '*', 'pri?es', ''])('the prefix %j is refused', (prefix) => {
  const { problems } = new FileSink(bucket, prefix);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^writeTo has the prefix '.*': allowed is one without '\/' at the ends and without wildcards, because .*; use for example 'results'$/,
  );
});

test.each(['prices', 'a/b/c', 'year=2026', Lazy.string({ produce: () => '/later/' })])('the prefix %j is taken', (prefix) => {
  expect(new FileSink(bucket, prefix).problems).toEqual([]);
});
