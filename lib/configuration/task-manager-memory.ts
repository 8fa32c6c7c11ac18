import { divideProcess, FlinkMemoryRules } from './divide-process';
import { inMebibytes, parseMemory } from './memory-size';
import { MemoryPart, MemoryProblem, MemorySettings, RangeFraction, restOf, shareBeside, shareOf, sum } from './memory-settings';
import { OptionCatalog } from './option-catalog';

/** Parts of a TaskManager's memory. All sizes in bytes; they add up to `processSize`. */
export interface TaskManagerMemory {
  /** `taskmanager.memory.process.size`: the container's memory. */
  readonly processSize: number;
  /** `taskmanager.memory.flink.size`: process without metaspace and overhead. */
  readonly flinkSize: number;
  /** `taskmanager.memory.framework.heap.size`. */
  readonly frameworkHeap: number;
  /** `taskmanager.memory.task.heap.size`: what the job's own objects get. */
  readonly taskHeap: number;
  /** `taskmanager.memory.managed.size`: RocksDB, ForSt, sorting, Python. */
  readonly managed: number;
  /** `taskmanager.memory.framework.off-heap.size`. */
  readonly frameworkOffHeap: number;
  /** `taskmanager.memory.task.off-heap.size`: native and direct memory of the job, and the reserve of the state backend. */
  readonly taskOffHeap: number;
  /** `taskmanager.memory.network.*`: buffers between tasks. */
  readonly network: number;
  /** `taskmanager.memory.jvm-metaspace.size`. */
  readonly jvmMetaspace: number;
  /** `taskmanager.memory.jvm-overhead.*`. */
  readonly jvmOverhead: number;
  /** Arguments that Flink's scripts give to the JVM, for example `-Xmx`. */
  readonly jvmArguments: string[];
}

interface Parts {
  readonly frameworkHeap: bigint;
  readonly taskHeap: bigint;
  readonly managed: bigint;
  readonly frameworkOffHeap: bigint;
  readonly taskOffHeap: bigint;
  readonly network: bigint;
}

/**
 * A TaskManager's memory as Flink's own calculator divides it, to the byte.
 * Source: Flink `TaskExecutorProcessUtils`, `TaskExecutorFlinkMemoryUtils`.
 *
 * @param properties Flink options of any kind; only `taskmanager.memory.*` count
 * @param catalog of the line
 * @throws MemoryProblem with the arithmetic where Flink would not start
 */
export function divideTaskManager(properties: Readonly<Record<string, string>>, catalog: OptionCatalog): TaskManagerMemory {
  const settings = new MemorySettings('taskmanager.memory', properties, catalog);
  const network = networkRule(settings, properties, catalog);
  const { flink, flinkSize, metaspace, overhead } = divideProcess(settings, rulesWith(network));
  const direct = flink.frameworkOffHeap + flink.taskOffHeap + flink.network;
  const heap = flink.frameworkHeap + flink.taskHeap;
  return {
    processSize: Number(flinkSize + metaspace + overhead),
    flinkSize: Number(flinkSize),
    frameworkHeap: Number(flink.frameworkHeap),
    taskHeap: Number(flink.taskHeap),
    managed: Number(flink.managed),
    frameworkOffHeap: Number(flink.frameworkOffHeap),
    taskOffHeap: Number(flink.taskOffHeap),
    network: Number(flink.network),
    jvmMetaspace: Number(metaspace),
    jvmOverhead: Number(overhead),
    jvmArguments: [`-Xmx${heap}`, `-Xms${heap}`, `-XX:MaxDirectMemorySize=${direct}`, `-XX:MaxMetaspaceSize=${metaspace}`],
  };
}

/** How the network's memory follows from the settings; on 1.20 it may also be counted in buffers. */
interface NetworkRule {
  readonly ofTotal: (total: bigint) => bigint;
  readonly beside: (rest: bigint) => bigint;
  readonly check: (derived: bigint) => void;
}

function rulesWith(network: NetworkRule): FlinkMemoryRules<Parts> {
  return {
    fineGrained: ['task.heap.size', 'managed.size'],
    total: (flink) => sum(named(flink)),
    fromParts: (settings) => {
      const parts = { ...fixed(settings), taskHeap: settings.size('task.heap.size'), managed: settings.size('managed.size'), network: 0n };
      if (settings.has('flink.size')) return networkFromRest(settings.size('flink.size'), parts, network);
      return { ...parts, network: network.beside(sum(named(parts))) };
    },
    fromTotal: (settings, total) => {
      const managed = settings.has('managed.size') ? settings.size('managed.size') : shareOf(total, settings.unbounded('managed'));
      const parts = { ...fixed(settings), managed, taskHeap: 0n, network: 0n };
      if (settings.has('task.heap.size')) return networkFromRest(total, { ...parts, taskHeap: settings.size('task.heap.size') }, network);
      const withNetwork = { ...parts, network: network.ofTotal(total) };
      return { ...withNetwork, taskHeap: restOf(['Flink memory', total], named(withNetwork)) };
    },
  };
}

/** The network gets what heap and managed memory leave, if that is within its bounds. */
function networkFromRest(total: bigint, parts: Parts, network: NetworkRule): Parts {
  const rest = restOf(['Flink memory', total], named(parts));
  network.check(rest);
  return { ...parts, network: rest };
}

function fixed(settings: MemorySettings): Pick<Parts, 'frameworkHeap' | 'frameworkOffHeap' | 'taskOffHeap'> {
  return {
    frameworkHeap: settings.size('framework.heap.size'),
    frameworkOffHeap: settings.size('framework.off-heap.size'),
    taskOffHeap: settings.size('task.off-heap.size'),
  };
}

function named(parts: Parts): MemoryPart[] {
  return [
    ['framework heap', parts.frameworkHeap],
    ['framework off-heap', parts.frameworkOffHeap],
    ['task heap', parts.taskHeap],
    ['task off-heap', parts.taskOffHeap],
    ['network', parts.network],
    ['managed', parts.managed],
  ];
}

function networkRule(settings: MemorySettings, properties: Readonly<Record<string, string>>, catalog: OptionCatalog): NetworkRule {
  const range = (): RangeFraction => settings.range('network');
  const counted = countedBuffers(settings, properties, catalog);
  if (counted) {
    return {
      ofTotal: counted,
      beside: counted,
      check: (derived) => {
        if (derived !== counted()) {
          throw new MemoryProblem(
            `Flink memory leaves ${inMebibytes(derived)} for the network, its buffers take ${inMebibytes(counted())}`,
          );
        }
      },
    };
  }
  return {
    ofTotal: (total) => shareOf(total, range()),
    beside: (rest) => shareBeside(rest, range()),
    check: (derived) => {
      const { least, most } = range();
      if (derived >= least && derived <= most) return;
      throw new MemoryProblem(
        `Flink memory leaves ${inMebibytes(derived)} for the network, which is not within ${inMebibytes(least)} and ${inMebibytes(most)}`,
      );
    },
  };
}

/** Source: Flink 1.20 `NettyShuffleEnvironmentOptions.NETWORK_NUM_BUFFERS`, read when fraction, min and max are not set. */
function countedBuffers(
  settings: MemorySettings,
  properties: Readonly<Record<string, string>>,
  catalog: OptionCatalog,
): (() => bigint) | undefined {
  const key = 'taskmanager.network.numberOfBuffers';
  const isNewer = ['network.fraction', 'network.min', 'network.max'].some((name) => settings.has(name));
  if (isNewer || !Object.hasOwn(properties, key) || !catalog.find(key)) return undefined;
  const buffers = Number(properties[key]);
  if (!Number.isInteger(buffers) || buffers < 0) throw new MemoryProblem(`'${key}' is '${properties[key]}', which is no number of buffers`);
  return () => BigInt(buffers) * (parseMemory(properties['taskmanager.memory.segment-size'] ?? '32 kb') ?? 0n);
}
