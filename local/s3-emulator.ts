import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { CREDENTIALS, sealedEnvironment } from './environment';
import { OwnProcesses } from './own-processes';
import { PROJECT } from './project';

/** What is wrong with the emulator's S3 for a while. */
export interface S3Faults {
  /** Whether every write is answered with 503 SlowDown. */
  readonly refuseWrites?: boolean;
  /** How long a write waits, in seconds. */
  readonly writeDelay?: number;
}

/** An S3 emulator that runs, empty at first. Its content is gone when it ends. */
export class S3Emulator {
  /** Starts one and waits until it answers. */
  public static async start(
    processes: OwnProcesses,
    options: { port: number; python: string; run: string; signal?: AbortSignal; address?: string },
  ): Promise<S3Emulator> {
    const { address = '127.0.0.1' } = options;
    const faults = join(options.run, 's3-faults.json');
    const started = processes.start({
      name: 'the S3 emulator',
      command: options.python,
      arguments: [join(PROJECT, 'local', 's3_emulator.py'), String(options.port), faults, address],
      environment: sealedEnvironment(),
      log: join(options.run, 'logs', 's3.out'),
    });
    const emulator = new S3Emulator(`http://${address}:${options.port}`, faults);
    const lists = async (): Promise<boolean> => (await emulator.client.send(new ListBucketsCommand({}))) !== undefined;
    await started.awaitAnswer(lists, 'Delete .local/python and run again, so that it is installed anew.', options.signal);
    return emulator;
  }

  /** A client of it. */
  public readonly client: S3Client;
  /** Content of objects that were read already; an object of a file sink never changes. */
  private readonly read = new Map<string, string[]>();

  private constructor(
    public readonly endpoint: string,
    private readonly faultsFile: string,
  ) {
    this.client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS, maxAttempts: 2 });
  }

  /** What is wrong from now on; nothing when left out. */
  public disturb(faults: S3Faults = {}): void {
    writeFileSync(`${this.faultsFile}.new`, JSON.stringify(faults));
    renameSync(`${this.faultsFile}.new`, this.faultsFile);
  }

  /** Makes an empty bucket. */
  public async createBucket(bucket: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket: bucket }));
  }

  /**
   * The lines of all objects below a place, by key.
   *
   * @param uri `s3a://bucket/prefix`
   */
  public async lines(uri: string): Promise<Map<string, string[]>> {
    const [, bucket, prefix] = /^s3[ap]?:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? ['', '', ''];
    const found = new Map<string, string[]>();
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key: key = '', ETag: tag } of page.Contents ?? []) {
        if (!key.endsWith('/')) found.set(key, await this.linesOf(bucket, key, `${bucket}/${key} ${tag}`));
      }
    }
    return found;
  }

  private async linesOf(bucket: string, key: string, version: string): Promise<string[]> {
    const known = this.read.get(version);
    if (known) return known;
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const lines = ((await Body?.transformToString()) ?? '').split('\n').filter((line) => line !== '');
    this.read.set(version, lines);
    return lines;
  }
}
