import { jobManagerHeap, MIN_JOB_MANAGER, MIN_TASK_MANAGER, taskManagerMemory } from '../../lib/configuration/process-memory';

// Figures of Flink's memory model, computed by hand from its documentation ("Set up TaskManager Memory", "Set up JobManager Memory").
describe('a TaskManager divides its process memory as Flink does', () => {
  test.each([
    [2048, { network: 159, managed: 635, taskHeap: 538 }],
    [4096, { network: 343, managed: 1372, taskHeap: 1459 }],
    [8192, { network: 712, managed: 2847, taskHeap: 3302 }],
    [14336, { network: 1306, managed: 5222, taskHeap: 6272 }],
    [28672, { network: 2739, managed: 10957, taskHeap: 13440 }],
  ])('%d MiB', (process, expected) => {
    const { network, managed, taskHeap } = taskManagerMemory(process);
    expect({ network: Math.round(network), managed: Math.round(managed), taskHeap: Math.round(taskHeap) }).toEqual(expected);
  });

  test('the parts make up the whole: 256 MiB metaspace, 128 + 128 MiB of the framework, the overhead and the rest', () => {
    const { flink, network, managed, taskHeap } = taskManagerMemory(4096);
    expect(network + managed + taskHeap + 128 + 128).toBeCloseTo(flink, 6);
    expect(flink + 256 + 409.6).toBeCloseTo(4096, 6);
  });
});

test.each([
  [1600, 1024],
  [2048, 1459],
  [4096, 3302],
])('the heap of a JobManager of %d MiB is %d MiB', (process, heap) => {
  expect(Math.round(jobManagerHeap(process))).toBe(heap);
});

// By hand: flink >= 128 + 128 + 64 + 0.4 flink, so flink >= 533.3; with 256 metaspace and 192 overhead that is 981.3.
test('the least TaskManager has 982 MiB', () => {
  expect(MIN_TASK_MANAGER).toBe(982);
});

// By hand: 256 metaspace + 192 overhead + 128 off-heap + 128 heap.
test('the least JobManager has 704 MiB', () => {
  expect(MIN_JOB_MANAGER).toBe(704);
});
