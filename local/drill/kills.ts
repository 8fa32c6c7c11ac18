import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../waiting';
import { DrillCluster } from './drill-cluster';
import { Exactness } from './ledger';

/** The ways in which the long form takes a TaskManager away. */
export const KINDS = ['notice', 'kill', 'kill during a checkpoint'] as const;

/** What the long form did, and what became of the records. */
export interface LongForm extends Exactness {
  readonly seed: number;
  /** The losses, in order. */
  readonly losses: (typeof KINDS)[number][];
  /** Records that were processed more than once. */
  readonly replayedRecords: number;
  /** Records that there were. */
  readonly records: number;
}

/** Numbers from 0 to 1 that are the same for the same seed. Source: Tommy Ettinger, mulberry32, public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Takes TaskManagers away from one cluster, one after the other, and compares every result in the end.
 *
 * @param onLoss told of each loss when the job runs again
 * @throws when the job does not run again
 */
export async function manyLosses(
  cluster: DrillCluster,
  { kills, seed }: { kills: number; seed: number },
  onLoss: (number: number, kind: string) => void = () => undefined,
): Promise<LongForm> {
  const random = randomNumbers(seed);
  const losses: LongForm['losses'] = [];
  for (let loss = 1; loss <= kills; loss++) {
    const kind = KINDS[Math.floor(random() * KINDS.length)];
    if (random() < 0.5) await cluster.checkpoint().catch(() => undefined);
    await pause(random() * 3_000);
    await lose(cluster, kind, random);
    losses.push(kind);
    onLoss(loss, kind);
  }
  const exactness = await cluster.compare();
  const { processed, distinct } = cluster.counts();
  return { seed, losses, ...exactness, replayedRecords: processed - distinct, records: distinct };
}

async function lose(cluster: DrillCluster, kind: LongForm['losses'][number], random: () => number): Promise<void> {
  const busy = await cluster.busy();
  const lost = busy[Math.floor(random() * busy.length)];
  const at = Date.now();
  if (kind === 'notice') await cluster.evict([lost]);
  else {
    if (kind !== 'kill') await cluster.trigger();
    lost.signal('SIGKILL');
    cluster.replace();
  }
  const back = async (): Promise<{ done?: true; seen: string }> => {
    const event = cluster.events().at(-1);
    const registered = await cluster.run.cluster.rest.taskManagers();
    const runs = event?.what === 'running' && event.at > at;
    const living = cluster.run.cluster.taskManagers.length;
    const ready = runs && registered >= cluster.taskManagers && living === cluster.taskManagers;
    return { done: ready ? true : undefined, seen: `last the job has ${event?.what}, ${registered} TaskManagers are registered` };
  };
  await waitFor(`the job runs again after a loss (${kind})`, back, { within: 150_000, every: 250 });
}
