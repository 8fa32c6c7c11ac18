import { Duration, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { IStreamSource, StreamConfig } from './stream-source';

/** Where a job starts to read when it has no checkpoint. Source: Flink Kinesis connector, `source.init.position`. */
export enum InitialPosition {
  /** The oldest record that the stream keeps: a first start loses nothing. */
  TRIM_HORIZON = 'TRIM_HORIZON',
  /** Records that arrive after the start: what came before is never read. */
  LATEST = 'LATEST',
}

/** How a job reads a Kinesis stream. */
export interface KinesisReadOptions {
  /**
   * Where to start when there is no checkpoint.
   *
   * @default InitialPosition.TRIM_HORIZON
   */
  readonly initialPosition?: InitialPosition;
  /**
   * First part of the names of the three job arguments `--<prefix>-arn`, `--<prefix>-region` and `--<prefix>-initial-position`.
   *
   * @default 'stream'
   */
  readonly argumentPrefix?: string;
}

/** Options of `KinesisSource`. */
export interface KinesisSourceProps extends KinesisReadOptions {
  /**
   * Shards of a provisioned stream, 1 to 500. Source: Kinesis Data Streams quotas (default quota of most regions).
   *
   * @default - the stream is on demand: shards come and go by themselves
   */
  readonly shards?: number;
  /**
   * How long records are kept: the longest outage after which nothing is lost. 24 to 8,760 hours. Source: Kinesis quotas.
   *
   * @default Duration.hours(24)
   */
  readonly retention?: Duration;
}

/** A Kinesis data stream that a job reads, encrypted with the key that AWS manages. */
export class KinesisSource extends Construct implements IStreamSource {
  /**
   * A stream that is already there.
   *
   * @param stream the stream, of the same region or another
   * @param options how it is read
   */
  public static fromStream(stream: kinesis.IStream, options: KinesisReadOptions = {}): IStreamSource {
    return { bind: () => readConfig(stream, options) };
  }

  /** The stream. */
  public readonly stream: kinesis.Stream;

  /** @throws when shards or retention lie outside of what Kinesis allows */
  constructor(
    scope: Construct,
    id: string,
    private readonly props: KinesisSourceProps = {},
  ) {
    super(scope, id);
    validate(this, props);
    this.stream = new kinesis.Stream(this, 'Stream', {
      streamMode: props.shards === undefined ? kinesis.StreamMode.ON_DEMAND : kinesis.StreamMode.PROVISIONED,
      shardCount: props.shards,
      retentionPeriod: props.retention ?? Duration.hours(24),
      encryption: kinesis.StreamEncryption.MANAGED,
    });
  }

  public bind(): StreamConfig {
    return { ...readConfig(this.stream, this.props), maxReaders: this.props.shards };
  }
}

/** Actions of a polling reader. Source: Flink Kinesis connector documentation, "Required IAM permissions". */
const READ_ACTIONS = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

function readConfig(stream: kinesis.IStream, options: KinesisReadOptions): StreamConfig {
  const prefix = options.argumentPrefix ?? 'stream';
  const statements = [new iam.PolicyStatement({ actions: READ_ACTIONS, resources: [stream.streamArn] })];
  const key = stream.encryptionKey;
  if (key) statements.push(new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [key.keyArn] }));
  const jobArguments = [`--${prefix}-arn`, stream.streamArn, `--${prefix}-region`, stream.env.region];
  jobArguments.push(`--${prefix}-initial-position`, options.initialPosition ?? InitialPosition.TRIM_HORIZON);
  return { statements, jobArguments };
}

function validate(scope: Construct, { shards, retention }: KinesisSourceProps): void {
  const problems: string[] = [];
  if (shards !== undefined && !Token.isUnresolved(shards) && !(Number.isInteger(shards) && shards >= 1 && shards <= 500)) {
    problems.push(
      `shards is ${shards}: allowed is a whole number from 1 to 500, the default quota of Kinesis; leave it out for an on-demand stream`,
    );
  }
  if (
    retention &&
    !retention.isUnresolved() &&
    (retention.toHours({ integral: false }) < 24 || retention.toHours({ integral: false }) > 8760)
  ) {
    problems.push(
      `retention is ${retention.toHumanString()}: allowed are 24 to 8,760 hours, because Kinesis keeps records no shorter and no longer; use Duration.days(7)`,
    );
  }
  if (problems.length > 0) throw new Error(`${scope.node.path}: ${problems.join('\n')}`);
}
