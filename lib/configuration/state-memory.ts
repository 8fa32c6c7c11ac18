import { parseMemory } from './memory-size';

/** Memory of the state backend in one task slot. All sizes in bytes. */
export interface StateMemory {
  /** `rocksdb` or `forst`. */
  readonly backend: string;
  /** What one slot's state may use: its part of managed memory, or the fixed size of `memory.fixed-per-slot`. */
  readonly perSlot: number;
  /** Block cache of the slot, from which write buffers are taken. */
  readonly blockCache: number;
  /** Write buffers (memtables) of the slot, at most. */
  readonly writeBuffers: number;
  /** Part of the block cache for indexes and filters. */
  readonly indexesAndFilters: number;
  /** Task off-heap memory of the whole TaskManager, kept free because native memory goes somewhat over its budget. */
  readonly reserve: number;
}

/** What a state backend's budget follows from. */
export interface StateMemoryOptions {
  /** All Flink options. */
  readonly properties: Readonly<Record<string, string>>;
  /** Managed memory of a TaskManager, in bytes. */
  readonly managed: number;
  /** `taskmanager.memory.task.off-heap.size`, in bytes. */
  readonly taskOffHeap: number;
}

/**
 * How RocksDB or ForSt divides a slot's memory; undefined for state on the heap, and where memory is not bounded
 * (`memory.managed` is false). Several slots share one budget when `memory.fixed-per-tm` is set; then `perSlot` is all of it.
 *
 * Source: Flink `RocksDBMemoryControllerUtils` and `ForStMemoryControllerUtils`; the whole of a slot's managed memory goes to
 * state, because a streaming job without Python has no other consumer (`taskmanager.memory.managed.consumer-weights`).
 */
export function stateMemory({ properties, managed, taskOffHeap }: StateMemoryOptions): StateMemory | undefined {
  const backend = (properties['state.backend.type'] ?? 'hashmap').toLowerCase();
  if (backend !== 'rocksdb' && backend !== 'forst') return undefined;
  const option = (name: string): string | undefined => properties[`state.backend.${backend}.memory.${name}`];
  const fixed = option('fixed-per-slot') ?? option('fixed-per-tm');
  if (fixed === undefined && option('managed')?.toLowerCase() === 'false') return undefined;
  const slots = Number(properties['taskmanager.numberOfTaskSlots'] ?? '1');
  const perSlot = fixed === undefined ? Math.floor(managed / slots) : Number(parseMemory(fixed) ?? 0n);
  const writeBufferRatio = Number(option('write-buffer-ratio') ?? '0.5');
  const blockCache = cacheCapacity(perSlot, writeBufferRatio);
  const highPriority = Number(option('high-prio-pool-ratio') ?? '0.1');
  return {
    backend,
    perSlot,
    blockCache,
    writeBuffers: writeBufferCapacity(perSlot, writeBufferRatio),
    indexesAndFilters: Math.floor(blockCache * highPriority),
    reserve: taskOffHeap,
  };
}

/** The cache is smaller than the budget, because write buffers may go over theirs by half. Source: `calculateActualCacheCapacity`. */
export function cacheCapacity(bytes: number, writeBufferRatio: number): number {
  return Math.floor(((3 - writeBufferRatio) * bytes) / 3);
}

/** Source: `calculateWriteBufferManagerCapacity`. */
export function writeBufferCapacity(bytes: number, writeBufferRatio: number): number {
  return Math.floor((2 * bytes * writeBufferRatio) / 3);
}
