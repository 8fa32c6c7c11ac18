import { inMebibytes } from './memory-size';
import { MemoryProblem, MemorySettings, restOf, shareBeside, shareOf, sum } from './memory-settings';

/** What the JVM itself takes, in bytes. */
export interface JvmMemory {
  /** `*.memory.jvm-metaspace.size`: classes. */
  readonly metaspace: bigint;
  /** `*.memory.jvm-overhead.*`: threads, code, garbage collection, and what native libraries take beyond their budget. */
  readonly overhead: bigint;
}

/** Memory of one process: the JVM's and Flink's. */
export interface ProcessMemory<F> extends JvmMemory {
  /** Flink's part. */
  readonly flink: F;
  /** Sum of Flink's part. */
  readonly flinkSize: bigint;
}

/** How one kind of process divides Flink's part. */
export interface FlinkMemoryRules<F> {
  /** Options that decide all of Flink's part when every one is set. */
  readonly fineGrained: readonly string[];
  /** From the fine-grained options alone. */
  readonly fromParts: (settings: MemorySettings) => F;
  /** From the total. */
  readonly fromTotal: (settings: MemorySettings, total: bigint) => F;
  /** Sum of all parts. */
  readonly total: (flink: F) => bigint;
}

/**
 * Divides a process's memory as Flink does: from the fine-grained options if all are set, else from `flink.size`, else from
 * `process.size`. Source: Flink `ProcessMemoryUtils.memoryProcessSpecFromConfig`.
 *
 * @throws MemoryProblem where Flink would not start
 */
export function divideProcess<F>(settings: MemorySettings, rules: FlinkMemoryRules<F>): ProcessMemory<F> {
  if (rules.fineGrained.every((name) => settings.has(name))) return aroundFlink(settings, rules, rules.fromParts(settings));
  if (settings.has('flink.size')) return aroundFlink(settings, rules, rules.fromTotal(settings, settings.size('flink.size')));
  if (settings.has('process.size')) return fromProcess(settings, rules);
  const ways = [rules.fineGrained.join(' and '), 'flink.size', 'process.size'];
  throw new MemoryProblem(`none of ${ways.join(', ')} is set below '${settings.prefix}'`);
}

function fromProcess<F>(settings: MemorySettings, rules: FlinkMemoryRules<F>): ProcessMemory<F> {
  const process = settings.size('process.size');
  const metaspace = settings.size('jvm-metaspace.size');
  const overhead = shareOf(process, settings.range('jvm-overhead'));
  const flinkSize = restOf(
    ['process.size', process],
    [
      ['JVM metaspace', metaspace],
      ['JVM overhead', overhead],
    ],
  );
  try {
    return { flink: rules.fromTotal(settings, flinkSize), flinkSize, metaspace, overhead };
  } catch (error) {
    if (!(error instanceof MemoryProblem)) throw error;
    const minus = `process.size ${inMebibytes(process)} - JVM metaspace ${inMebibytes(metaspace)} - JVM overhead ${inMebibytes(overhead)}`;
    throw new MemoryProblem(`${error.message}, where Flink memory is ${minus}`);
  }
}

function aroundFlink<F>(settings: MemorySettings, rules: FlinkMemoryRules<F>, flink: F): ProcessMemory<F> {
  const flinkSize = rules.total(flink);
  const metaspace = settings.size('jvm-metaspace.size');
  return { flink, flinkSize, metaspace, overhead: overheadBeside(settings, flinkSize, metaspace) };
}

function overheadBeside(settings: MemorySettings, flinkSize: bigint, metaspace: bigint): bigint {
  const parts = [
    ['Flink memory', flinkSize],
    ['JVM metaspace', metaspace],
  ] as const;
  const beside = sum(parts);
  if (!settings.has('process.size')) {
    const overhead = shareBeside(beside, settings.range('jvm-overhead'));
    sum([...parts, ['JVM overhead', overhead]]);
    return overhead;
  }
  const overhead = restOf(['process.size', settings.size('process.size')], parts);
  const { least, most } = settings.range('jvm-overhead');
  if (overhead < least || overhead > most) {
    throw new MemoryProblem(
      `process.size leaves ${inMebibytes(overhead)} for JVM overhead beside Flink memory ${inMebibytes(flinkSize)} and JVM metaspace ${inMebibytes(metaspace)}, ` +
        `which is not within ${inMebibytes(least)} and ${inMebibytes(most)}`,
    );
  }
  return overhead;
}
