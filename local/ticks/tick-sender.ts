import { setTimeout as pause } from 'node:timers/promises';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { randomTick, Tick } from './tick';

/** A stream that ticks go to. */
export interface TickTarget {
  readonly client: KinesisClient;
  readonly stream: string;
}

/** How ticks are sent. */
export interface TickSending {
  /** Ticks a second. */
  readonly rate: number;
  /** Ends the sending. */
  readonly signal: AbortSignal;
  /** Told of every batch that was accepted. */
  readonly onSent: (count: number) => void;
}

/** Largest number of records in one call. Source: Kinesis `PutRecords`. */
const LARGEST_BATCH = 500;

/** Time between two batches, in milliseconds. */
const BEAT = 200;

/** Sends random ticks at a steady rate until the signal; ticks of a moment in which the stream was slow are sent later. */
export async function sendTicks(target: TickTarget, { rate, signal, onSent }: TickSending): Promise<void> {
  const start = Date.now();
  for (let sent = 0; !signal.aborted;) {
    const due = Math.floor(((Date.now() - start) / 1000) * rate) - sent;
    if (due > 0) {
      const batch = Array.from({ length: Math.min(due, LARGEST_BATCH) }, () => randomTick(new Date()));
      await putTicks(target, batch);
      sent += batch.length;
      onSent(batch.length);
    }
    if (due < LARGEST_BATCH) await pause(BEAT, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Puts ticks into the stream; what Kinesis refuses because a shard is full is sent again.
 *
 * @param hashKey puts all into the shard that has this key instead of one by chance
 */
export async function putTicks({ client, stream }: TickTarget, ticks: Tick[], hashKey?: string): Promise<void> {
  let waiting = ticks;
  for (let delay = 100; waiting.length > 0; delay = Math.min(delay * 2, 5_000)) {
    const Records = waiting.slice(0, LARGEST_BATCH).map((tick) => ({
      Data: Buffer.from(JSON.stringify(tick)),
      // Not the ticker: a shard without ticks would hold back the watermark, and with it every window.
      PartitionKey: tick.ID,
      ExplicitHashKey: hashKey,
    }));
    const answer = await client.send(new PutRecordsCommand({ StreamName: stream, Records }));
    const refused = waiting.slice(0, LARGEST_BATCH).filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
    waiting = [...refused, ...waiting.slice(LARGEST_BATCH)];
    if (refused.length > 0) await pause(delay);
    else delay = 50;
  }
}
