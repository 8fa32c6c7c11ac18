/**
 * Flink's division of a process's memory, in MiB, for the defaults of both tested lines.
 *
 * Source: Flink `TaskManagerOptions`, `JobManagerOptions`: JVM metaspace 256, framework heap 128, framework off-heap 128,
 * JVM overhead 0.1 of the process within 192..1024, network 0.1 of Flink's memory from 64, managed 0.4 of Flink's memory.
 */
const METASPACE = 256;
const FRAMEWORK_HEAP = 128;
const OFF_HEAP = 128;

/** Parts of a TaskManager's process memory, in MiB. */
export interface TaskManagerMemory {
  /** `taskmanager.memory.process.size`: the container's memory. */
  readonly process: number;
  /** `taskmanager.memory.flink.size`: process without metaspace and overhead. */
  readonly flink: number;
  /** `taskmanager.memory.network.*`: buffers between tasks. */
  readonly network: number;
  /** `taskmanager.memory.managed.*`: the RocksDB state backend. */
  readonly managed: number;
  /** `taskmanager.memory.task.heap.size`: what the job's own code gets; below 0 Flink does not start. */
  readonly taskHeap: number;
}

/**
 * How Flink divides a TaskManager's process memory with its default fractions.
 *
 * @param process in MiB
 */
export function taskManagerMemory(process: number): TaskManagerMemory {
  const flink = process - METASPACE - overhead(process);
  const network = Math.max(64, 0.1 * flink);
  const managed = 0.4 * flink;
  return { process, flink, network, managed, taskHeap: flink - FRAMEWORK_HEAP - OFF_HEAP - network - managed };
}

/** Least process memory of a TaskManager that Flink can divide, in MiB. */
export const MIN_TASK_MANAGER = leastMemory((process) => taskManagerMemory(process).taskHeap >= 0);

/** Heap of a JobManager, in MiB: Flink wants at least 128. */
export function jobManagerHeap(process: number): number {
  return process - METASPACE - overhead(process) - OFF_HEAP;
}

/** Least process memory of a JobManager that Flink can divide, in MiB. */
export const MIN_JOB_MANAGER = leastMemory((process) => jobManagerHeap(process) >= 128);

function overhead(process: number): number {
  return Math.min(1024, Math.max(192, 0.1 * process));
}

function leastMemory(enough: (process: number) => boolean): number {
  let process = METASPACE;
  while (!enough(process)) process++;
  return process;
}
