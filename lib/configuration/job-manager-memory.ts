import { divideProcess, FlinkMemoryRules } from './divide-process';
import { inMebibytes } from './memory-size';
import { MemoryProblem, MemorySettings, restOf, sum } from './memory-settings';
import { OptionCatalog } from './option-catalog';

/** Parts of a JobManager's memory. All sizes in bytes; they add up to `processSize`. */
export interface JobManagerMemory {
  /** `jobmanager.memory.process.size`: the container's memory. */
  readonly processSize: number;
  /** `jobmanager.memory.flink.size`: process without metaspace and overhead. */
  readonly flinkSize: number;
  /** `jobmanager.memory.heap.size`; Flink recommends 128 MiB or more. */
  readonly heap: number;
  /** `jobmanager.memory.off-heap.size`. */
  readonly offHeap: number;
  /** `jobmanager.memory.jvm-metaspace.size`. */
  readonly jvmMetaspace: number;
  /** `jobmanager.memory.jvm-overhead.*`. */
  readonly jvmOverhead: number;
  /** Arguments that Flink's scripts give to the JVM, for example `-Xmx`. */
  readonly jvmArguments: string[];
}

interface Parts {
  readonly heap: bigint;
  readonly offHeap: bigint;
}

/**
 * A JobManager's memory as Flink's own calculator divides it, to the byte.
 * Source: Flink `JobManagerProcessUtils`, `JobManagerFlinkMemoryUtils`.
 *
 * @param properties Flink options of any kind; only `jobmanager.memory.*` count
 * @param catalog of the line
 * @throws MemoryProblem with the arithmetic where Flink would not start
 */
export function divideJobManager(properties: Readonly<Record<string, string>>, catalog: OptionCatalog): JobManagerMemory {
  const settings = new MemorySettings('jobmanager.memory', properties, catalog);
  const { flink, flinkSize, metaspace, overhead } = divideProcess(settings, RULES);
  const limitsDirect = properties['jobmanager.memory.enable-jvm-direct-memory-limit']?.toLowerCase() === 'true';
  return {
    processSize: Number(flinkSize + metaspace + overhead),
    flinkSize: Number(flinkSize),
    heap: Number(flink.heap),
    offHeap: Number(flink.offHeap),
    jvmMetaspace: Number(metaspace),
    jvmOverhead: Number(overhead),
    jvmArguments: [
      `-Xmx${flink.heap}`,
      `-Xms${flink.heap}`,
      ...(limitsDirect ? [`-XX:MaxDirectMemorySize=${flink.offHeap}`] : []),
      `-XX:MaxMetaspaceSize=${metaspace}`,
    ],
  };
}

const RULES: FlinkMemoryRules<Parts> = {
  fineGrained: ['heap.size'],
  total: ({ heap, offHeap }) =>
    sum([
      ['heap', heap],
      ['off-heap', offHeap],
    ]),
  fromParts: (settings) => {
    const parts = { heap: settings.size('heap.size'), offHeap: settings.size('off-heap.size') };
    if (!settings.has('flink.size')) return parts;
    const total = settings.size('flink.size');
    if (!settings.has('off-heap.size')) return { ...parts, offHeap: restOf(['Flink memory', total], [['heap', parts.heap]]) };
    if (parts.heap + parts.offHeap === total) return parts;
    throw new MemoryProblem(
      `heap ${inMebibytes(parts.heap)} + off-heap ${inMebibytes(parts.offHeap)} = ${inMebibytes(parts.heap + parts.offHeap)} is not flink.size ${inMebibytes(total)}`,
    );
  },
  fromTotal: (settings, total) => {
    const offHeap = settings.size('off-heap.size');
    const heap = restOf(['Flink memory', total], [['off-heap', offHeap]]);
    if (heap === 0n) throw new MemoryProblem(`off-heap ${inMebibytes(offHeap)} takes all of Flink memory, nothing is left for the heap`);
    return { heap, offHeap };
  },
};
