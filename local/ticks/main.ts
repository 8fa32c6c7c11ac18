import { parseArgs } from 'node:util';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { joined, parseDuration, parseRate } from '../arguments';
import { describe, Problem } from '../problem';
import { kinesisClient } from './kinesis-client';
import { sendTicks, TickTarget } from './tick-sender';

const USAGE = `npm run ticks -- --stream NAME --region REGION [--rate 100] [--endpoint URL] [--duration 60s]

Sends random price ticks to a Kinesis stream, until Ctrl-C or for the time given, and prints how many.`;

interface TickArguments {
  readonly stream: string;
  readonly region: string;
  readonly rate: number;
  readonly endpoint?: string;
  /** Milliseconds. */
  readonly duration?: number;
}

async function main(): Promise<void> {
  const given = readArguments();
  if (!given) return console.log(USAGE);
  const target = { client: kinesisClient(given), stream: given.stream };
  await requireStream(target, given);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  if (given.duration !== undefined) setTimeout(() => stop.abort(), given.duration).unref();
  console.log(`sending ${given.rate} ticks a second to ${given.stream}${given.duration === undefined ? '; Ctrl-C ends' : ''}`);
  const start = Date.now();
  let sent = 0;
  const seconds = (): string => ((Date.now() - start) / 1000).toFixed(1);
  const report = setInterval(() => console.log(`${seconds()} s: ${sent} ticks`), 5_000);
  try {
    await sendTicks(target, { rate: given.rate, signal: stop.signal, onSent: (count) => (sent += count) });
  } finally {
    clearInterval(report);
    console.log(`${sent} ticks sent in ${seconds()} s`);
  }
}

function readArguments(): TickArguments | undefined {
  const option = { type: 'string' } as const;
  const { values } = parse({ stream: option, region: option, rate: option, endpoint: option, duration: option, help: { type: 'boolean' } });
  if (values.help) return undefined;
  const { stream, region = process.env.AWS_REGION, rate, endpoint, duration } = values;
  if (!stream || !region) throw new Problem(`--stream and --region are needed\n\n${USAGE}`);
  return {
    stream,
    region,
    endpoint,
    rate: parseRate(rate ?? '100'),
    duration: duration === undefined ? undefined : parseDuration(duration),
  };
}

type Options = Record<'stream' | 'region' | 'rate' | 'endpoint' | 'duration', { type: 'string' }> & { help: { type: 'boolean' } };

function parse(options: Options): ReturnType<typeof parseArgs<{ options: Options }>> {
  try {
    return parseArgs({ args: joined(process.argv.slice(2)), options });
  } catch (error) {
    throw new Problem(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function requireStream({ client, stream }: TickTarget, { region, endpoint }: TickArguments): Promise<void> {
  try {
    await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
  } catch (error) {
    const { name, message } = error as Error;
    const fix = 'check --stream and --region, and that your credentials may write to it (aws sts get-caller-identity)';
    throw new Problem(`The stream '${stream}' in ${endpoint ?? region} does not answer (${name}: ${message}): ${fix}`);
  }
}

main().catch((error: unknown) => {
  console.error(describe(error));
  process.exitCode = 1;
});
