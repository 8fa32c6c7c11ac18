import { Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { StreamConfig } from './stream-source';

/** How a job writes files. */
export interface FileSinkOptions {
  /**
   * Name of the job argument that receives the place, `s3a://bucket/prefix`.
   *
   * @default '--output'
   */
  readonly argument?: string;
}

/** Files below one prefix of a bucket, written by Flink's `FileSink`, which needs the hadoop plugin (`s3a`). */
export class FileSink {
  /** What is wrong, one sentence each. */
  public readonly problems: string[];

  /**
   * @param bucket where the files go
   * @param prefix without slashes at the ends
   * @param options name of the job argument
   */
  constructor(
    private readonly bucket: s3.IBucket,
    private readonly prefix: string,
    private readonly options: FileSinkOptions = {},
  ) {
    const wrong = !Token.isUnresolved(prefix) && (prefix === '' || /^\/|\/$|\/\/|[*?]/.test(prefix));
    const { argument = '--output' } = options;
    const unnamed = !Token.isUnresolved(argument) && !argument.startsWith('--');
    this.problems = wrong
      ? [
          `writeTo has the prefix '${prefix}': allowed is one without '/' at the ends and without wildcards, because the job's rights are limited to it; use for example 'results'`,
        ]
      : unnamed
        ? [
            `writeTo has the argument '${argument}': allowed is a name that begins with '--', because the main class finds the place by it; use for example '--output'`,
          ]
        : [];
  }

  /** Where the files go, as `s3a://bucket/prefix`. */
  public get uri(): string {
    return `s3a://${this.bucket.bucketName}/${this.prefix}`;
  }

  /** What a job needs to write here. */
  public bind(): StreamConfig {
    const statements = [
      // DeleteObject: the file system removes temporary parts and directory markers of its own making.
      new iam.PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [this.bucket.arnForObjects(`${this.prefix}/*`)],
      }),
      new iam.PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [this.prefix, `${this.prefix}/*`] } },
      }),
    ];
    const key = this.bucket.encryptionKey;
    if (key) statements.push(new iam.PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }));
    return { statements, jobArguments: [this.options.argument ?? '--output', this.uri] };
  }
}
