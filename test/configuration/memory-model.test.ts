import * as fc from 'fast-check';
import { cacheCapacity, stateMemory, writeBufferCapacity } from '../../lib/configuration/state-memory';
import { memoryTable, reviewMemory } from '../../lib/configuration/memory-model';
import { inMebibytes, multiplyMemory, parseMemory } from '../../lib/configuration/memory-size';
import { OptionCatalog } from '../../lib/configuration/option-catalog';

const MIB = 1048576;
const SEED = 20261121;
const catalog = OptionCatalog.of('2.2');
const sizes = (taskManager: string, jobManager = '2g'): Record<string, string> => ({
  'taskmanager.memory.process.size': taskManager,
  'jobmanager.memory.process.size': jobManager,
});
const review = (properties: Record<string, string>) => reviewMemory({ ...sizes('4096m'), ...properties }, catalog);
const taskManager = (properties: Record<string, string>) => review(properties).memory!.taskManager;
const problem = (properties: Record<string, string>): string => review(properties).problems.join('\n');

// Figures of Flink's memory model, computed by hand from its documentation ("Set up TaskManager Memory", "Set up JobManager Memory").
// That every number equals Flink's to the byte is shown in test/flink/memory-oracle.test.ts, against Flink's own calculator.
describe('a TaskManager divides its process memory as Flink does', () => {
  test.each([
    [2048, { network: 159, managed: 635, taskHeap: 538 }],
    [4096, { network: 343, managed: 1372, taskHeap: 1459 }],
    [8192, { network: 712, managed: 2847, taskHeap: 3302 }],
    [14336, { network: 1306, managed: 5222, taskHeap: 6272 }],
    [28672, { network: 2739, managed: 10957, taskHeap: 13440 }],
  ])('%d MiB', (process, expected) => {
    const { network, managed, taskHeap } = taskManager({ 'taskmanager.memory.process.size': `${process}m` });
    const mib = (bytes: number): number => Math.round(bytes / MIB);
    expect({ network: mib(network), managed: mib(managed), taskHeap: mib(taskHeap) }).toEqual(expected);
  });

  // What BashJavaUtils of Flink 2.2.1 prints for 4g.
  test('the JVM gets what Flink gives it', () => {
    expect(taskManager({}).jvmArguments).toEqual([
      '-Xmx1664299798',
      '-Xms1664299798',
      '-XX:MaxDirectMemorySize=493921243',
      '-XX:MaxMetaspaceSize=268435456',
    ]);
  });
});

test.each([
  [1600, 1024],
  [2048, 1459],
  [4096, 3302],
])('the heap of a JobManager of %d MiB is %d MiB', (process, heap) => {
  expect(Math.round(review({ 'jobmanager.memory.process.size': `${process}m` }).memory!.jobManager.heap / MIB)).toBe(heap);
});

describe('the parts', () => {
  const processSize = fc.integer({ min: 1024 * MIB, max: 64 * 1024 * MIB });
  const options = fc.record(
    {
      'taskmanager.memory.managed.fraction': fc.integer({ min: 0, max: 60 }).map((percent) => `${percent / 100}`),
      'taskmanager.memory.network.fraction': fc.integer({ min: 0, max: 30 }).map((percent) => `${percent / 100}`),
      'taskmanager.memory.network.max': fc.integer({ min: 64, max: 2000 }).map((mib) => `${mib}m`),
      'taskmanager.memory.task.off-heap.size': fc.integer({ min: 0, max: 100 }).map((mib) => `${mib}m`),
      'taskmanager.memory.jvm-overhead.fraction': fc.integer({ min: 0, max: 40 }).map((percent) => `${percent / 100}`),
      'taskmanager.memory.framework.heap.size': fc.integer({ min: 0, max: 300 }).map((mib) => `${mib}m`),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string>>;
  const divide = (bytes: number, more: Record<string, string>) =>
    review({ ...more, 'taskmanager.memory.process.size': `${bytes}` }).memory?.taskManager;

  test('sum to the whole and are never negative', () => {
    let divided = 0;
    const holds = fc.property(processSize, options, (bytes, more) => {
      const memory = divide(bytes, more);
      if (!memory) return;
      divided++;
      const { processSize: whole, flinkSize, jvmArguments, jvmMetaspace, jvmOverhead, ...parts } = memory;
      expect(jvmArguments).toHaveLength(4);
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(flinkSize);
      expect([whole, flinkSize + jvmMetaspace + jvmOverhead]).toEqual([bytes, bytes]);
      for (const part of [...Object.values(parts), jvmOverhead, jvmMetaspace]) expect(part).toBeGreaterThanOrEqual(0);
    });
    fc.assert(holds, { seed: SEED, numRuns: 500 });
    expect(divided).toBeGreaterThan(250);
  });

  test('never shrink when the whole grows', () => {
    const holds = fc.property(processSize, fc.integer({ min: 0, max: 2048 * MIB }), options, (bytes, growth, more) => {
      const [small, large] = [divide(bytes, more), divide(bytes + growth, more)];
      if (!small) return;
      for (const name of ['flinkSize', 'managed', 'network', 'jvmOverhead'] as const)
        expect(large![name]).toBeGreaterThanOrEqual(small[name]);
      // Managed and network memory are cut to whole bytes, each by less than one.
      expect(large!.taskHeap).toBeGreaterThanOrEqual(small.taskHeap - 2);
    });
    fc.assert(holds, { seed: SEED, numRuns: 500 });
  });
});

describe('memory that Flink cannot divide is refused with the arithmetic', () => {
  // By hand: flink >= 128 + 128 + 64 + 0.4 flink, so flink >= 533.3; with 256 metaspace and 192 overhead that is 981.3.
  test('a TaskManager of 981 MiB, and 982 pass', () => {
    expect(problem(sizes('981m'))).toBe(
      'taskManager.memory is 981 MiB: allowed is what Flink can divide, but framework heap 128m + framework off-heap 128m + network 64m + managed 213.2m = 533.2m ' +
        'is more than Flink memory 533m (over by 0.2m), where Flink memory is process.size 981m - JVM metaspace 256m - JVM overhead 192m; ' +
        'use Size.mebibytes(982) or more, or lower a part [task-manager-memory]',
    );
    expect(problem(sizes('982m'))).toBe('');
  });

  // By hand: 128 + 128 + 343 + 1372 (of 3430 Flink memory) leave 1459 for the task heap, 2000 - 1459 = 541 less for the network.
  test.each<[string, Record<string, string>, RegExp, Record<string, string>]>([
    [
      'parts above the whole (row 2 of the checks)',
      { 'taskmanager.memory.managed.size': '3g', 'taskmanager.memory.task.off-heap.size': '512m' },
      /managed 3072m = 4183\m? is more than Flink memory 3430\.4m \(over by 752\.6m\)|more than Flink memory 3430\.4m \(over by/,
      { 'taskmanager.memory.managed.size': '2g', 'taskmanager.memory.task.off-heap.size': '512m' },
    ],
    [
      'a heap that leaves the network too little',
      { 'taskmanager.memory.task.heap.size': '1790m' },
      /Flink memory leaves 12\.2m for the network, which is not within 64m and/,
      { 'taskmanager.memory.task.heap.size': '1700m' },
    ],
    [
      'a heap that leaves the network too much',
      { 'taskmanager.memory.task.heap.size': '1000m', 'taskmanager.memory.network.max': '400m' },
      /leaves 802\.2m for the network, which is not within 64m and 400m/,
      { 'taskmanager.memory.task.heap.size': '1500m', 'taskmanager.memory.network.max': '400m' },
    ],
    [
      'bounds that are crossed',
      { 'taskmanager.memory.jvm-overhead.min': '512m', 'taskmanager.memory.jvm-overhead.max': '256m' },
      /'taskmanager\.memory\.jvm-overhead\.min' 512m is more than 'taskmanager\.memory\.jvm-overhead\.max' 256m/,
      { 'taskmanager.memory.jvm-overhead.min': '256m', 'taskmanager.memory.jvm-overhead.max': '256m' },
    ],
    [
      'a fraction of one',
      { 'taskmanager.memory.managed.fraction': '1' },
      /managed\.fraction' is 1, which is not from 0 up to, but without, 1/,
      { 'taskmanager.memory.managed.fraction': '0.8' },
    ],
    [
      'heap and managed memory beside a process too small for them',
      { 'taskmanager.memory.task.heap.size': '2g', 'taskmanager.memory.managed.size': '2g' },
      /is more than process\.size 4096m|for JVM overhead/,
      { 'taskmanager.memory.task.heap.size': '1g', 'taskmanager.memory.managed.size': '1900m' },
    ],
  ])('%s', (_, wrong, message, near) => {
    expect(problem(wrong)).toMatch(message);
    expect(problem(wrong)).toMatch(
      /^taskManager\.memory is 4096 MiB: allowed is what Flink can divide, but .*; (use|make) .* \[task-manager-memory\]$/,
    );
    expect(problem(near)).toBe('');
  });

  test('a JobManager whose off-heap memory takes all', () => {
    expect(problem({ 'jobmanager.memory.off-heap.size': '2g' })).toMatch(
      /off-heap 2048m = 2048m is more than Flink memory.*\[job-manager-memory\]$/,
    );
    expect(problem({ 'jobmanager.memory.off-heap.size': '1g' })).toBe('');
  });

  test('nothing is promised of a larger process where that would not help', () => {
    const text = problem({ 'taskmanager.memory.managed.fraction': '1' });
    expect(text).toContain("make the options below 'taskmanager.memory' agree");
    expect(text).not.toContain('Size.mebibytes');
  });
});

describe('state on RocksDB or ForSt', () => {
  const options = (more: Record<string, string>) => ({
    properties: { 'state.backend.type': 'rocksdb', 'taskmanager.numberOfTaskSlots': '2', ...more },
    managed: 1000,
    taskOffHeap: 64,
  });

  // By hand from Flink's "State Backends": half the budget for write buffers, a tenth of the cache for indexes.
  test('each slot has its part of managed memory', () => {
    expect(stateMemory(options({}))).toEqual({
      backend: 'rocksdb',
      perSlot: 500,
      blockCache: 416,
      writeBuffers: 166,
      indexesAndFilters: 41,
      reserve: 64,
    });
  });

  test('a fixed size takes the place of managed memory', () => {
    expect(stateMemory(options({ 'state.backend.rocksdb.memory.fixed-per-slot': '2g' }))?.perSlot).toBe(2048 * MIB);
    expect(stateMemory(options({ 'state.backend.rocksdb.memory.fixed-per-tm': '1g' }))?.perSlot).toBe(1024 * MIB);
  });

  test('there is no budget on the heap, nor where it is not bounded', () => {
    expect(stateMemory(options({ 'state.backend.type': 'hashmap' }))).toBeUndefined();
    expect(stateMemory(options({ 'state.backend.rocksdb.memory.managed': 'false' }))).toBeUndefined();
    expect(stateMemory(options({ 'state.backend.type': 'forst', 'state.backend.rocksdb.memory.managed': 'false' }))?.backend).toBe('forst');
  });

  test('cache and buffers fit the budget', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30), fc.double({ min: 0, max: 1, noNaN: true }), (bytes, ratio) => {
        expect(cacheCapacity(bytes, ratio)).toBeLessThanOrEqual(bytes);
        expect(cacheCapacity(bytes, ratio) + writeBufferCapacity(bytes, ratio) / 2).toBeLessThanOrEqual(bytes + 1);
      }),
      { seed: SEED },
    );
  });
});

test('the table names every part in MiB', () => {
  const { memory } = reviewMemory({ ...sizes('4g'), 'state.backend.type': 'rocksdb' }, catalog);
  expect(memoryTable(memory!)).toBe(
    'JobManager 2048m = heap 1459.2m + off-heap 128m + metaspace 256m + overhead 204.8m; ' +
      'TaskManager 4096m = heap 1587.2m + managed 1372.2m + network 343m + off-heap 128m + metaspace 256m + overhead 409.6m; ' +
      'rocksdb in a slot 1372.2m: block cache 1143.5m with write buffers 457.4m, reserve 0m',
  );
});

describe('sizes', () => {
  // Source: Flink, MemorySize: "2Gb" and "2 gibibytes" are 2 GiB, without a unit it is bytes.
  test.each([
    ['2g', 2147483648n],
    ['2 GB', 2147483648n],
    ['2048m', 2147483648n],
    ['2048', 2048n],
    [' 1 kibibytes ', 1024n],
    ['2Gi', undefined],
    ['', undefined],
    ['m', undefined],
    ['9223372036854775808', undefined],
    ['9007199254740993b', 9007199254740993n],
  ])('%j', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  test('a share is cut to whole bytes by its decimal digits', () => {
    expect(multiplyMemory(10n, 0.1)).toBe(1n);
    expect(multiplyMemory(3n, 1e-7)).toBe(0n);
    expect(multiplyMemory(4294967296n, Math.fround(0.1))).toBe(429496736n);
    expect(multiplyMemory(2n, 1e21)).toBe(2000000000000000000000n);
  });

  test('people read MiB', () => {
    expect([inMebibytes(0n), inMebibytes(MIB), inMebibytes(1.5 * MIB), inMebibytes(7n)]).toEqual(['0m', '1m', '1.5m', '7 bytes']);
  });
});
