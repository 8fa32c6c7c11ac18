import { Size } from 'aws-cdk-lib';
import { NumberRange, OptionWriter } from './option-writer';

/** Options of both backends that keep state on disk. */
export interface DiskStateOptions {
  /**
   * Memory of each task slot's state, in place of its part of managed memory. Source: `memory.fixed-per-slot`.
   *
   * @default - its part of managed memory
   */
  readonly memoryPerSlot?: Size;
  /**
   * Part of that memory for write buffers, 0 to 1. Source: `memory.write-buffer-ratio`.
   *
   * @default 0.5
   */
  readonly writeBufferRatio?: number;
  /**
   * Part of the block cache for indexes and filters, 0 to 1. Source: `memory.high-prio-pool-ratio`.
   *
   * @default 0.1
   */
  readonly highPriorityPoolRatio?: number;
  /**
   * Native metrics to publish, for example `block-cache-usage`; each costs some speed. Source: `metrics.<name>`.
   *
   * @default - none
   */
  readonly metrics?: string[];
}

/** Options of `StateBackend.rocksDb`. Sources are below `state.backend.rocksdb`. */
export interface RocksDbOptions extends DiskStateOptions {
  /**
   * Threads that move files to and from the state bucket, for each stateful task. Source: `checkpoint.transfer.thread.num`.
   *
   * @default 4
   */
  readonly transferThreads?: number;
  /**
   * A set of settings of RocksDB. Source: `predefined-options`, Flink `PredefinedOptions`.
   *
   * @default RocksDbPreset.DEFAULT
   */
  readonly preset?: RocksDbPreset;
  /**
   * Whether files of several old tasks are taken over as they are when a job is rescaled, which is faster.
   * Source: `use-ingest-db-restore-mode`.
   *
   * @default false
   */
  readonly ingestOnRescale?: boolean;
}

/** Settings of RocksDB for a kind of disk. Source: Flink `PredefinedOptions`. */
export enum RocksDbPreset {
  /** RocksDB's own. */
  DEFAULT = 'DEFAULT',
  /** For disks that turn. */
  SPINNING_DISK_OPTIMIZED = 'SPINNING_DISK_OPTIMIZED',
  /** For disks that turn, with much memory. */
  SPINNING_DISK_OPTIMIZED_HIGH_MEM = 'SPINNING_DISK_OPTIMIZED_HIGH_MEM',
  /** For flash, for example NVMe instance stores. */
  FLASH_SSD_OPTIMIZED = 'FLASH_SSD_OPTIMIZED',
}

/** Options of `StateBackend.forSt`. Sources are below `state.backend.forst`. */
export interface ForStOptions extends DiskStateOptions {
  /**
   * Most of the local disk that caches files of the state bucket, for each slot. Source: `cache.size-based-limit`.
   *
   * @default - half of the TaskManager's working directory, divided by its slots
   */
  readonly cacheSize?: Size;
  /**
   * What the cache leaves free on the disk. Source: `cache.reserve-size`.
   *
   * @default Size.mebibytes(256)
   */
  readonly cacheReserve?: Size;
}

/**
 * Where a job keeps its state while it runs. Source: Flink, "State Backends".
 *
 * @example
 * flink: { stateBackend: StateBackend.rocksDb({ memoryPerSlot: Size.mebibytes(512) }) }
 */
export class StateBackend {
  /** Objects on the heap: fast, and as large as the heap. Managed memory goes to the heap. */
  public static hashMap(): StateBackend {
    const writer = new OptionWriter('flink.stateBackend')
      .text('state.backend.type', 'hashmap')
      .text('taskmanager.memory.managed.fraction', '0');
    return new StateBackend('hashMap', writer, ['taskmanager.memory.task.off-heap.size']);
  }

  /** RocksDB on the pod's disk: as large as the disk; checkpoints hold what has changed. */
  public static rocksDb(options: RocksDbOptions = {}): StateBackend {
    const key = (name: string): string => `state.backend.rocksdb.${name}`;
    const writer = diskState('rocksdb', options)
      .number('transferThreads', key('checkpoint.transfer.thread.num'), options.transferThreads, THREADS)
      .text(key('predefined-options'), options.preset)
      .text(key('use-ingest-db-restore-mode'), options.ingestOnRescale === undefined ? undefined : String(options.ingestOnRescale));
    return new StateBackend('rocksDb', writer);
  }

  /**
   * ForSt: state lies in the state bucket and is cached on the pod's disk, so that a restore downloads little. Jobs gain from it if they use
   * the asynchronous state API or SQL. From Flink 2.0 on.
   */
  public static forSt(options: ForStOptions = {}): StateBackend {
    const writer = diskState('forst', options)
      .size('cacheSize', 'state.backend.forst.cache.size-based-limit', options.cacheSize)
      .size('cacheReserve', 'state.backend.forst.cache.reserve-size', options.cacheReserve);
    return new StateBackend('forSt', writer, [], 'state.backend.forst.memory.managed');
  }

  private constructor(
    /** Name of the factory, for messages. */
    public readonly name: string,
    /** Flink options, and what is wrong with them. */
    public readonly options: OptionWriter,
    /** First parts of keys of the profile that mean nothing beside it. */
    public readonly replaces: readonly string[] = [],
    /** An option that lines without this backend do not have; undefined when every line has it. */
    public readonly needs?: string,
  ) {}
}

function diskState(type: string, options: DiskStateOptions): OptionWriter {
  const key = (name: string): string => `state.backend.${type}.${name}`;
  const writer = new OptionWriter('flink.stateBackend')
    .text('state.backend.type', type)
    .size('memoryPerSlot', key('memory.fixed-per-slot'), options.memoryPerSlot)
    .number('writeBufferRatio', key('memory.write-buffer-ratio'), options.writeBufferRatio, RATIO)
    .number('highPriorityPoolRatio', key('memory.high-prio-pool-ratio'), options.highPriorityPoolRatio, RATIO);
  options.metrics?.forEach((name) => writer.text(key(`metrics.${name}`), 'true'));
  return writer;
}

const RATIO: NumberRange = { least: 0, most: 1, fractions: true, why: 'it is a part of the memory', example: 0.5 };
const THREADS: NumberRange = { least: 1, most: 2147483647, why: 'something must move the files', example: 4 };
