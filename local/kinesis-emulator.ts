import { dirname, join } from 'node:path';
import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { sealedEnvironment } from './environment';
import { OwnProcesses } from './own-processes';
import { PROJECT } from './project';
import { StreamTemplate } from './application-template';
import { kinesisClient } from './ticks/kinesis-client';
import { waitFor } from './waiting';

/** A Kinesis emulator that runs, without streams at first. */
export class KinesisEmulator {
  /** Starts one and waits until it answers. */
  public static async start(
    processes: OwnProcesses,
    options: { ports: [number, number]; run: string; signal?: AbortSignal },
  ): Promise<KinesisEmulator> {
    const main = require.resolve('kinesis-local/main.js', { paths: [PROJECT] });
    const [plain, tls] = options.ports;
    const started = processes.start({
      name: 'the Kinesis emulator',
      command: process.execPath,
      arguments: [main],
      // It reads its certificate from the working directory.
      directory: dirname(main),
      environment: sealedEnvironment({ KINESIS_MOCK_PLAIN_PORT: String(plain), KINESIS_MOCK_TLS_PORT: String(tls), LOG_LEVEL: 'ERROR' }),
      log: join(options.run, 'logs', 'kinesis.out'),
    });
    const emulator = new KinesisEmulator(`http://127.0.0.1:${plain}`);
    const lists = async (): Promise<boolean> => (await emulator.client('us-east-1').send(new ListStreamsCommand({}))) !== undefined;
    await started.awaitAnswer(lists, 'Delete node_modules and run again, so that it is installed anew.', options.signal);
    return emulator;
  }

  private constructor(public readonly endpoint: string) {}

  /** A client of it. Each region has its own streams. */
  public client(region: string): KinesisClient {
    return kinesisClient({ region, endpoint: this.endpoint });
  }

  /** Makes a stream and waits until it is active. */
  public async createStream({ name, arn, shards }: StreamTemplate, signal?: AbortSignal): Promise<void> {
    const client = this.client(regionOf(arn));
    await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
    const look = async (): Promise<{ done?: true; seen: string }> => {
      const { StreamDescriptionSummary: stream } = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
      return { done: stream?.StreamStatus === 'ACTIVE' ? true : undefined, seen: String(stream?.StreamStatus) };
    };
    await waitFor(`the stream ${name} is active`, look, { within: 30_000, signal });
  }
}

/** Region of an ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3];
}
