import type { OptionCatalog } from './option-catalog';

/**
 * Names that Flink takes for options that are text to its parser. Any other text is read as the name of a class, so it must
 * have a dot. Sources: Flink `RestartStrategyOptions`, `StateBackendLoader`, `HighAvailabilityMode`, `CheckpointStorageLoader`,
 * `CleanupOptions`, `JobManagerOptions`, `CoreOptions`.
 */
const NAMES: Record<string, readonly string[]> = {
  'state.backend.type': ['hashmap', 'rocksdb', 'forst'],
  'restart-strategy.type': ['exponential-delay', 'fixed-delay', 'failure-rate', 'none', 'off', 'disable'],
  'high-availability.type': ['kubernetes', 'zookeeper', 'none'],
  'execution.checkpointing.storage': ['filesystem', 'jobmanager'],
  'cleanup-strategy.type': ['exponential-delay', 'fixed-delay', 'none', 'off', 'disable'],
  'jobmanager.execution.failover-strategy': ['region', 'full'],
  'classloader.resolve-order': ['child-first', 'parent-first'],
};

/** An option that some lines have, without which they do not have a name. */
const NEEDS: Record<string, string> = { forst: 'state.backend.forst.memory.managed' };

/**
 * Names that an option takes on a line; undefined when any text will do.
 *
 * @param catalog of the line
 * @param key current name of the option
 */
export function namesFor(catalog: OptionCatalog, key: string): readonly string[] | undefined {
  const names = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  return names?.filter((name) => !(name in NEEDS) || catalog.find(NEEDS[name]) !== undefined);
}

/**
 * Why a name is none that Flink knows, or undefined.
 *
 * @param names as `namesFor` gives them
 * @param key as given
 * @param text the value
 */
export function nameProblem(names: readonly string[], key: string, text: string): string | undefined {
  if (names.includes(text.toLowerCase()) || text.includes('.')) return undefined;
  return `'${key}' is '${text}': allowed are ${names.join(', ')}, or the full name of a class; use for example '${names[0]}'`;
}
