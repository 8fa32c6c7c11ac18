import { parseMemory } from './memory-size';

const BACKEND = 'state.backend.type';
const LIMIT = 'state.backend.forst.cache.size-based-limit';
const SLOTS = 'taskmanager.numberOfTaskSlots';

/** The disk of a TaskManager, and who shares it. */
export interface StateDisk {
  /** What the working directory may hold, in MiB. */
  readonly taskManagerWorkMib: number;
  /** As text: a number, or a token that stands for one. */
  readonly taskSlots: string;
}

/**
 * ForSt's cache looks at the free space of the whole disk, not at the limit of a pod's volume, beyond which Kubernetes evicts the pod. So the
 * caches of all slots get half of the working directory, where ForSt's own files and spilled records lie too. Source: Flink
 * `SpaceBasedCacheLimitPolicy`; Kubernetes, emptyDir `sizeLimit`.
 *
 * @param properties of the typed props
 * @param disk of a TaskManager
 */
export function stateCacheDefaults(properties: Readonly<Record<string, string>>, disk: StateDisk): Record<string, string> {
  if (properties[BACKEND] !== 'forst') return {};
  return { [LIMIT]: `${Math.floor(disk.taskManagerWorkMib / 2 / slotsOf(disk.taskSlots))}m` };
}

/**
 * Whether the caches of state may outgrow the disk that a pod may use.
 *
 * @param properties all Flink options of an application
 * @param workMib what the working directory may hold
 */
export function stateCacheWarnings(properties: Readonly<Record<string, string>>, workMib: number): string[] {
  const bytes = parseMemory(properties[LIMIT] ?? '0');
  if (properties[BACKEND] !== 'forst' || bytes === undefined) return [];
  const slots = slotsOf(properties[SLOTS]);
  const each = Number(bytes) / 1048576;
  // Flink takes 0 for no limit.
  if (each > 0 && each * slots < workMib) return [];
  return [
    `ForSt's cache may hold ${each === 0 ? 'any number of' : `${slots} x ${Math.round(each)}`} MiB, and taskManager.workDirectory is ${workMib} MiB: Kubernetes evicts a pod whose volume holds more than it may; lower StateBackend.forSt({ cacheSize }) or raise taskManager.workDirectory`,
  ];
}

/** A token counts as one slot. */
function slotsOf(text = '1'): number {
  const slots = Number(text);
  return slots >= 1 ? slots : 1;
}
