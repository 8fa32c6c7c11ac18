import { refusal } from './checks';
import { divideJobManager, JobManagerMemory } from './job-manager-memory';
import { MemoryProblem } from './memory-settings';
import { inMebibytes, parseMemory } from './memory-size';
import { OptionCatalog } from './option-catalog';
import { StateMemory, stateMemory } from './state-memory';
import { divideTaskManager, TaskManagerMemory } from './task-manager-memory';

/** How Flink divides the memory of an application's processes. All sizes in bytes. */
export interface ApplicationMemory {
  /** The JobManager's process. */
  readonly jobManager: JobManagerMemory;
  /** Each TaskManager's process. */
  readonly taskManager: TaskManagerMemory;
  /**
   * What the state backend makes of a slot's managed memory.
   *
   * @default - none: state is on the heap, or its memory is not bounded
   */
  readonly state?: StateMemory;
}

/** The memory of an application, or why Flink would not start. */
export interface MemoryReview {
  /** Undefined when there are problems. */
  readonly memory?: ApplicationMemory;
  /** One sentence each, with the arithmetic. */
  readonly problems: readonly string[];
}

/**
 * Divides the memory of both processes as Flink's own calculator does.
 *
 * @param properties all Flink options
 * @param catalog of the line
 */
export function reviewMemory(properties: Readonly<Record<string, string>>, catalog: OptionCatalog): MemoryReview {
  const jobManager = attempt('job-manager-memory', 'jobmanager', properties, (changed) => divideJobManager(changed, catalog));
  const taskManager = attempt('task-manager-memory', 'taskmanager', properties, (changed) => divideTaskManager(changed, catalog));
  const problems = [jobManager.problem, taskManager.problem].filter((problem): problem is string => problem !== undefined);
  if (!jobManager.result || !taskManager.result) return { problems };
  const { managed, taskOffHeap } = taskManager.result;
  const state = stateMemory({ properties, managed, taskOffHeap });
  return { memory: { jobManager: jobManager.result, taskManager: taskManager.result, state }, problems };
}

/**
 * The parts in one line for people.
 *
 * @param memory of an application
 */
export function memoryTable({ jobManager: job, taskManager: task, state }: ApplicationMemory): string {
  const size = (name: string, bytes: number): string => `${name} ${inMebibytes(bytes)}`;
  const lines = [
    `JobManager ${inMebibytes(job.processSize)} = ` +
      [size('heap', job.heap), size('off-heap', job.offHeap), size('metaspace', job.jvmMetaspace), size('overhead', job.jvmOverhead)].join(
        ' + ',
      ),
    `TaskManager ${inMebibytes(task.processSize)} = ` +
      [
        size('heap', task.frameworkHeap + task.taskHeap),
        size('managed', task.managed),
        size('network', task.network),
        size('off-heap', task.frameworkOffHeap + task.taskOffHeap),
        size('metaspace', task.jvmMetaspace),
        size('overhead', task.jvmOverhead),
      ].join(' + '),
  ];
  if (state) {
    lines.push(
      `${state.backend} in a slot ${inMebibytes(state.perSlot)}: ${size('block cache', state.blockCache)} with ${size('write buffers', state.writeBuffers)}, ${size('reserve', state.reserve)}`,
    );
  }
  return lines.join('; ');
}

type Division<M> = { readonly result?: M; readonly problem?: string };

function attempt<M>(
  id: 'job-manager-memory' | 'task-manager-memory',
  role: 'jobmanager' | 'taskmanager',
  properties: Readonly<Record<string, string>>,
  divide: (properties: Readonly<Record<string, string>>) => M,
): Division<M> {
  const key = `${role}.memory.process.size`;
  try {
    return { result: divide(properties) };
  } catch (error) {
    if (!(error instanceof MemoryProblem)) throw error;
    const prop = role === 'jobmanager' ? 'jobManager.memory' : 'taskManager.memory';
    const least =
      key in properties ? leastSize((bytes) => works(divide, { ...properties, [key]: `${bytes}m` }), sizeOf(properties[key])) : undefined;
    const advice =
      least === undefined ? `make the options below '${role}.memory' agree` : `use Size.mebibytes(${least}) or more, or lower a part`;
    const given = key in properties ? `${prop} is ${sizeOf(properties[key])} MiB` : `memory below '${role}.memory'`;
    return { problem: refusal(id, `${given}: allowed is what Flink can divide, but ${error.message}; ${advice}`) };
  }
}

function works<M>(divide: (properties: Readonly<Record<string, string>>) => M, properties: Readonly<Record<string, string>>): boolean {
  try {
    divide(properties);
    return true;
  } catch (error) {
    if (!(error instanceof MemoryProblem)) throw error;
    return false;
  }
}

function sizeOf(text: string): number {
  return Number((parseMemory(text) ?? 0n) / 1048576n);
}

/** The least size in MiB above a given one that works, up to 1 TiB; undefined when a larger process alone would not help. */
function leastSize(enough: (mebibytes: number) => boolean, above: number): number | undefined {
  let most = Math.max(256, above);
  while (!enough(most)) {
    most *= 2;
    if (most > 1_048_576) return undefined;
  }
  let least = above;
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (enough(middle)) most = middle;
    else least = middle;
  }
  return most;
}
