import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Records of each shard and second, as bin/spot-drill.ts asks for. */
export const SHARDS = 4;
export const RATE = 50;

/** What all attempts of the job did with the records of each shard. */
export interface Counts {
  /** Records that the keyed state took in, each time anew. */
  readonly processed: number;
  /** Records that there are, as far as anybody has seen. */
  readonly distinct: number;
  /** The least of the shards' numbers of records seen. */
  readonly frontier: number;
}

/** Reads the files that local/drill/job/Ledger.java counts in: for each shard how many, and the highest seen. */
export function readCounts(folder: string): Counts {
  const shards = Array.from({ length: SHARDS }, () => ({ processed: 0, seen: 0 }));
  for (const file of existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.counts')) : []) {
    const bytes = readFileSync(join(folder, file));
    if (bytes.length < SHARDS * 16) continue;
    shards.forEach((shard, number) => {
      shard.processed += Number(bytes.readBigInt64BE(number * 16));
      shard.seen = Math.max(shard.seen, Number(bytes.readBigInt64BE(number * 16 + 8)));
    });
  }
  const sum = (of: (shard: { processed: number; seen: number }) => number): number => shards.reduce((all, each) => all + of(each), 0);
  return {
    processed: sum((each) => each.processed),
    distinct: sum((each) => each.seen),
    frontier: Math.min(...shards.map((each) => each.seen)),
  };
}

/** What is wrong in the results. */
export interface Exactness {
  /** Windows that were compared. */
  readonly windows: number;
  readonly lost: number;
  readonly doubled: number;
  /** Windows that are there twice, or with the right count and the wrong sum, or of keys whose state was wrong. */
  readonly wrong: number;
}

/**
 * Compares the results with what they must be: second n of a shard holds the records n * 50 to n * 50 + 49.
 *
 * @param lines `shard,second,count,sum,wrong`
 * @param seconds the windows 0 to this are compared
 */
export function compareResults(lines: string[], seconds: number): Exactness {
  const found = new Map<string, number[][]>();
  for (const line of lines) {
    const [shard, second, ...rest] = line.split(',').map(Number);
    const key = `${shard},${second}`;
    found.set(key, [...(found.get(key) ?? []), rest]);
  }
  const all = { windows: 0, lost: 0, doubled: 0, wrong: 0 };
  for (let second = 0; second < seconds; second++) {
    for (let shard = 0; shard < SHARDS; shard++) add(all, found.get(`${shard},${second}`) ?? [], second);
  }
  return all;
}

function add(all: { -readonly [key in keyof Exactness]: number }, found: number[][], second: number): void {
  const count = found.reduce((sum, [each]) => sum + each, 0);
  const sum = RATE * second * RATE + (RATE * (RATE - 1)) / 2;
  all.windows++;
  all.lost += Math.max(0, RATE - count);
  all.doubled += Math.max(0, count - RATE);
  if (found.length > 1 || found.some(([each, total, wrong]) => wrong > 0 || (each === RATE && total !== sum))) all.wrong++;
}

/** Whether every window up to a second is there, so that it can be compared. */
export function isComplete(lines: string[], seconds: number): boolean {
  const windows = new Set(
    lines
      .map((line) => line.split(',', 2))
      .filter(([, second]) => Number(second) < seconds)
      .map(String),
  );
  return windows.size >= seconds * SHARDS;
}
