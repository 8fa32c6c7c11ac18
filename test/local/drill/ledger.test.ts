import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareResults, isComplete, readCounts } from '../../../local/drill/ledger';

/** A line of the results: shard, second, count, sum of the places, wrong states. Second n has the places 50 n to 50 n + 49. */
function line(shard: number, second: number, change: { count?: number; sum?: number; wrong?: number } = {}): string {
  const places = Array.from({ length: 50 }, (_, index) => second * 50 + index);
  const sum = places.reduce((all, each) => all + each, 0);
  return [shard, second, change.count ?? 50, change.sum ?? sum, change.wrong ?? 0].join(',');
}

const right = [0, 1, 2].flatMap((second) => [0, 1, 2, 3].map((shard) => line(shard, second)));
const without = (shard: number, second: number): string[] => right.filter((each) => !each.startsWith(`${shard},${second},`));

describe('results', () => {
  test('that are right are right', () => {
    expect(compareResults(right, 3)).toEqual({ windows: 12, lost: 0, doubled: 0, wrong: 0 });
  });

  test.each<[string, string[], object]>([
    ['a window that is missing', without(2, 1), { lost: 50 }],
    ['three records that are missing', [...without(2, 1), line(2, 1, { count: 47 })], { lost: 3 }],
    ['two records that were counted twice', [...without(2, 1), line(2, 1, { count: 52 })], { doubled: 2 }],
    ['a window that was written twice', [...right, line(0, 0)], { doubled: 50, wrong: 1 }],
    ['the right number of the wrong records', [...without(0, 2), line(0, 2, { sum: 6176 })], { wrong: 1 }],
    ['records that met wrong state', [...without(0, 2), line(0, 2, { wrong: 1 })], { wrong: 1 }],
  ])('%s is seen', (_, lines, wrong) => {
    expect(compareResults(lines, 3)).toEqual({ windows: 12, lost: 0, doubled: 0, wrong: 0, ...wrong });
  });

  test('are complete when every window of every shard is there', () => {
    expect([isComplete(right, 3), isComplete(without(3, 2), 3), isComplete(without(3, 2), 2)]).toEqual([true, false, true]);
  });
});

test('what several attempts did is added up, and the highest place that any has seen counts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counts-'));
  const attempt = (name: string, ...shards: [processed: number, seen: number][]): void => {
    const bytes = Buffer.alloc(64);
    shards.flat().forEach((value, index) => bytes.writeBigInt64BE(BigInt(value), index * 8));
    writeFileSync(join(folder, name), bytes);
  };
  attempt('a.counts', [100, 100], [90, 90], [0, 0], [0, 0]);
  attempt('b.counts', [0, 0], [0, 0], [80, 80], [70, 70]);
  attempt('c.counts', [60, 120], [50, 110], [40, 100], [30, 90]);
  writeFileSync(join(folder, 'go'), '');
  // Shard 0: 160 done, 120 there are, and so on: 40 + 30 + 20 + 10 done twice.
  expect(readCounts(folder)).toEqual({ processed: 520, distinct: 420, frontier: 90 });
});
