import { ConfigurationWarning } from './checks';
import { crossCheck } from './cross-checks';
import { FlinkConfiguration } from './flink-configuration';
import { ApplicationMemory, reviewMemory } from './memory-model';
import { OptionCatalog } from './option-catalog';

/** All that is known of an application's options before Flink reads them. */
export interface ConfigurationReview {
  /** What is wrong, one sentence each, with the id of the check; empty when all is well. */
  readonly problems: readonly string[];
  /** Risky but legal. */
  readonly warnings: readonly ConfigurationWarning[];
  /** How Flink divides the memory; undefined when it cannot. */
  readonly memory?: ApplicationMemory;
}

/**
 * Checks the options of an application alone, together, and for memory.
 *
 * @param configuration all options
 * @param line of Flink, for example `2.2`
 */
export function reviewConfiguration(configuration: FlinkConfiguration, line: string): ConfigurationReview {
  const catalog = OptionCatalog.of(line);
  const properties = configuration.toProperties();
  const { memory, problems } = reviewMemory(properties, catalog);
  const together = crossCheck(properties, catalog);
  const heap = memory && memory.jobManager.heap < 128 * 1048576 ? [smallHeap(memory.jobManager.heap)] : [];
  return {
    memory,
    problems: [...configuration.problems, ...problems, ...together.problems],
    warnings: [...configuration.warnings, ...together.warnings, ...heap],
  };
}

/** Source: Flink `JobManagerOptions.MIN_JVM_HEAP_SIZE`; Flink itself only logs it. */
function smallHeap(bytes: number): ConfigurationWarning {
  const text = `the JobManager's heap is ${Math.floor(bytes / 1048576)} MiB: Flink recommends 128 MiB or more; raise 'jobManager.memory'`;
  return { id: 'small-job-manager-heap', text };
}
