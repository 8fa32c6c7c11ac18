import { Duration, Stack } from 'aws-cdk-lib';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as kms from 'aws-cdk-lib/aws-kms';
import { InitialPosition, KinesisSource, StreamConfig } from '../../lib';
import { onlyResource, templateOf, testApp } from '../fixtures/apps';

const statementsOf = (stack: Stack, { statements }: StreamConfig): any[] =>
  stack.resolve(statements.map((one) => one.toStatementJson())) as any[];

describe('a stream of its own', () => {
  test('is on demand, keeps a day and is encrypted, unless it is told otherwise', () => {
    const stack = new Stack(testApp(), 'Stack');
    new KinesisSource(stack, 'Ticks');
    expect(onlyResource(templateOf(stack), 'AWS::Kinesis::Stream').Properties).toEqual({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RetentionPeriodHours: 24,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
    });
  });

  test('has as many shards as are asked for', () => {
    const stack = new Stack(testApp(), 'Stack');
    new KinesisSource(stack, 'Ticks', { shards: 4, retention: Duration.days(7) });
    expect(onlyResource(templateOf(stack), 'AWS::Kinesis::Stream').Properties).toMatchObject({
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      ShardCount: 4,
      RetentionPeriodHours: 168,
    });
  });
});

describe('what a job gets to read a stream', () => {
  const stack = new Stack(testApp(), 'Stack');
  const source = new KinesisSource(stack, 'Ticks', { shards: 2 });

  // Source: Flink Kinesis connector, IAM permissions of a reader that polls.
  test('the actions of a polling reader on this stream alone', () => {
    expect(statementsOf(stack, source.bind())).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
        ],
        Resource: stack.resolve(source.stream.streamArn),
      },
    ]);
  });

  test('arguments that name stream, region and the oldest record', () => {
    const { jobArguments } = source.bind();
    expect(jobArguments.filter((_, index) => index % 2 === 0)).toEqual(['--stream-arn', '--stream-region', '--stream-initial-position']);
    expect(stack.resolve(jobArguments[1])).toEqual(stack.resolve(source.stream.streamArn));
    expect(jobArguments[5]).toBe('TRIM_HORIZON');
  });

  test('arguments in the words of the job', () => {
    const other = KinesisSource.fromStream(source.stream, { argumentPrefix: 'ticks', initialPosition: InitialPosition.LATEST }).bind();
    expect(other.jobArguments.filter((_, index) => index % 2 === 0)).toEqual(['--ticks-arn', '--ticks-region', '--ticks-initial-position']);
    expect(other.jobArguments[5]).toBe('LATEST');
  });

  test('the region of a stream that lies in another', () => {
    const arn = 'arn:aws:kinesis:us-west-2:111122223333:stream/ticks';
    const there = KinesisSource.fromStream(kinesis.Stream.fromStreamArn(stack, 'There', arn)).bind();
    expect(there.jobArguments.slice(0, 4)).toEqual(['--stream-arn', arn, '--stream-region', 'us-west-2']);
  });

  test('leave to decrypt, where the stream has a key of the caller, and only that', () => {
    const key = new kms.Key(stack, 'Key');
    const encrypted = new kinesis.Stream(stack, 'Encrypted', { encryptionKey: key });
    const [, statement, ...rest] = statementsOf(stack, KinesisSource.fromStream(encrypted).bind());
    expect(statement).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(key.keyArn) });
    expect(rest).toEqual([]);
  });

  test('two jobs that read one stream do not share a value', () => {
    expect(source.bind().statements[0]).not.toBe(source.bind().statements[0]);
  });
});
