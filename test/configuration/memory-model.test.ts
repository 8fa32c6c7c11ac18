import { reviewMemory } from '../../lib/configuration/memory-model';
import { OptionCatalog } from '../../lib/configuration/option-catalog';
import { FlinkVersion } from '../../lib/configuration/flink-version';

const MIB = 1024 * 1024;
const catalog = OptionCatalog.of(FlinkVersion.V2_2.line);

function review(taskManager: number, jobManager: number): ReturnType<typeof reviewMemory> {
  const properties = { 'taskmanager.memory.process.size': `${taskManager}m`, 'jobmanager.memory.process.size': `${jobManager}m` };
  return reviewMemory(properties, catalog);
}

// Figures of Flink's memory model, computed by hand from its documentation ("Set up TaskManager Memory", "Set up JobManager Memory").
// test/flink compares the model with Flink's own calculator; this table needs no Flink.
test.each([
  [2048, { jvmOverhead: 205, network: 159, managed: 635, taskHeap: 538 }],
  [4096, { jvmOverhead: 410, network: 343, managed: 1372, taskHeap: 1459 }],
  [8192, { jvmOverhead: 819, network: 712, managed: 2847, taskHeap: 3302 }],
  [14336, { jvmOverhead: 1024, network: 1306, managed: 5222, taskHeap: 6272 }],
  [28672, { jvmOverhead: 1024, network: 2739, managed: 10957, taskHeap: 13440 }],
])('a TaskManager of %d MiB is divided as Flink divides it', (process, expected) => {
  const { taskManager } = review(process, 2048).memory!;
  const found = Object.fromEntries(
    Object.keys(expected).map((part) => [part, Math.round(Number(taskManager[part as keyof typeof expected]) / MIB)]),
  );
  expect(found).toEqual(expected);
});

test.each([
  [1600, 1024],
  [2048, 1459],
  [4096, 3302],
])('the heap of a JobManager of %d MiB is %d MiB', (process, heap) => {
  expect(Math.round(review(4096, process).memory!.jobManager.heap / MIB)).toBe(heap);
});

test('the parts make up the whole', () => {
  const { processSize, frameworkHeap, taskHeap, managed, frameworkOffHeap, taskOffHeap, network, jvmMetaspace, jvmOverhead } = review(
    4096,
    2048,
  ).memory!.taskManager;
  expect(processSize).toBe(4096 * MIB);
  expect(frameworkHeap + taskHeap + managed + frameworkOffHeap + taskOffHeap + network + jvmMetaspace + jvmOverhead).toBe(processSize);
});

// By hand: flink >= 128 + 128 + 64 + 0.4 flink, so flink >= 533.3; with 256 metaspace and 192 overhead that is 981.3.
test('981 MiB are too little for a TaskManager, 982 are not, and the message says so', () => {
  expect(review(982, 2048).problems).toEqual([]);
  expect(review(981, 2048).problems.join()).toMatch(/taskManager\.memory is 981 MiB: allowed is .*982/);
});
