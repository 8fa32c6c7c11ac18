import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { elsewhereWarnings, lifecycleProblems } from './given-bucket';

/** Options of `StateBucket`. */
export interface StateBucketProps {
  /**
   * Key that encrypts the objects.
   *
   * @default - Amazon S3's own key (SSE-S3)
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * Bucket that receives the access log.
   *
   * @default - a bucket of its own, kept for 90 days of logs
   */
  readonly accessLogBucket?: s3.IBucket;
  /**
   * What happens to the state when the stack is deleted. `DESTROY` counts only if the app also sets the context key
   * `cdk-flink-on-eks:destroy-state` to true, because checkpoints cannot be made again.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** The second of the two keys that allow the state to be deleted. */
export const DESTROY_STATE_CONTEXT = 'cdk-flink-on-eks:destroy-state';

/** The three prefixes of one application, without slashes at the ends. */
export interface StatePrefixes {
  /** Checkpoints: `execution.checkpointing.dir`. */
  readonly checkpoints: string;
  /** Savepoints: `execution.checkpointing.savepoint-dir`. */
  readonly savepoints: string;
  /** HA metadata: `high-availability.storageDir`. */
  readonly highAvailability: string;
}

/**
 * What must survive a Spot interruption: a bucket for checkpoints, savepoints and HA metadata of every application.
 *
 * TLS only, encrypted, versioned, closed to the public, with an access log. Lifecycle rules end incomplete uploads and old
 * versions; none touches a live object, because incremental checkpoints refer to files of any age.
 */
export class StateBucket extends Construct {
  /**
   * A bucket that is already there. Its own lifecycle rules must not expire the prefixes of an application: where the app knows them, they
   * are checked at synthesis.
   *
   * @param bucket the bucket
   */
  public static fromBucket(scope: Construct, id: string, bucket: s3.IBucket): StateBucket {
    return new StateBucket(scope, id, {}, bucket);
  }

  /** The bucket. */
  public readonly bucket: s3.IBucket;

  constructor(scope: Construct, id: string, props: StateBucketProps = {}, existing?: s3.IBucket) {
    super(scope, id);
    // Log delivery by bucket policy, whatever the flags of the caller's app say: ACLs are off.
    this.node.setContext('@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy', true);
    this.bucket = existing ?? this.defineBucket(props);
    if (existing) this.checkGiven(existing);
  }

  private checkGiven(bucket: s3.IBucket): void {
    elsewhereWarnings(this, bucket).forEach((text) => Annotations.of(this).addWarningV2('cdk-flink-on-eks:state-elsewhere', text));
    this.node.addValidation({ validate: () => lifecycleProblems(bucket).map((problem) => `${this.node.path}: ${problem}`) });
  }

  /**
   * Where an application keeps its state.
   *
   * @param application name of the application
   */
  public prefixesOf(application: string): StatePrefixes {
    return {
      checkpoints: `checkpoints/${application}`,
      savepoints: `savepoints/${application}`,
      highAvailability: `ha/${application}`,
    };
  }

  /**
   * The Flink options that point an application to its state. `s3p` is Flink's presto plugin, the one advised for checkpoints.
   *
   * @param application name of the application
   */
  public propertiesOf(application: string): Record<string, string> {
    const { checkpoints, savepoints, highAvailability } = this.prefixesOf(application);
    const root = `s3p://${this.bucket.bucketName}`;
    return {
      'execution.checkpointing.dir': `${root}/${checkpoints}`,
      'execution.checkpointing.savepoint-dir': `${root}/${savepoints}`,
      'high-availability.storageDir': `${root}/${highAvailability}`,
    };
  }

  /**
   * What an application may do here: read, write and delete its own three prefixes, list them, and nothing else.
   *
   * @param application name of the application
   */
  public statementsFor(application: string): iam.PolicyStatement[] {
    const prefixes = Object.values(this.prefixesOf(application)) as string[];
    const statements = [
      new iam.PolicyStatement({
        sid: 'StateObjects',
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
      }),
      new iam.PolicyStatement({
        sid: 'StateList',
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': prefixes.flatMap((prefix) => [prefix, `${prefix}/*`]) } },
      }),
    ];
    const key = this.bucket.encryptionKey;
    if (key)
      statements.push(
        new iam.PolicyStatement({ sid: 'StateKey', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
      );
    return statements;
  }

  private defineBucket(props: StateBucketProps): s3.Bucket {
    return new s3.Bucket(this, 'Bucket', {
      ...CLOSED,
      encryption: props.encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
      encryptionKey: props.encryptionKey,
      bucketKeyEnabled: props.encryptionKey ? true : undefined,
      versioned: true,
      serverAccessLogsBucket: props.accessLogBucket ?? this.defineAccessLog(),
      serverAccessLogsPrefix: 'state/',
      removalPolicy: this.removalPolicy(props),
      lifecycleRules: [
        { id: 'EndIncompleteUploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        { id: 'ExpireOldVersions', noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true },
      ],
    });
  }

  private defineAccessLog(): s3.Bucket {
    return new s3.Bucket(this, 'AccessLog', {
      ...CLOSED,
      encryption: s3.BucketEncryption.S3_MANAGED,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [{ id: 'ExpireLogs', expiration: Duration.days(90) }],
    });
  }

  private removalPolicy(props: StateBucketProps): RemovalPolicy {
    if (props.removalPolicy !== RemovalPolicy.DESTROY) return props.removalPolicy ?? RemovalPolicy.RETAIN;
    const context: unknown = this.node.tryGetContext(DESTROY_STATE_CONTEXT);
    if (context === true || context === 'true') return RemovalPolicy.DESTROY;
    Annotations.of(this).addWarningV2(
      'cdk-flink-on-eks:state-is-kept',
      `removalPolicy is DESTROY, but the state is kept: it takes a second key, the context value '${DESTROY_STATE_CONTEXT}=true', because checkpoints cannot be made again`,
    );
    return RemovalPolicy.RETAIN;
  }
}

const CLOSED = {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
};
