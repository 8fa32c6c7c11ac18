import { ConfigurationWarning, refusal } from './checks';
import { crossCheck } from './cross-checks';
import { FlinkConfiguration } from './flink-configuration';
import { JobManagerMemory } from './job-manager-memory';
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
  const known = reviews.get(configuration) ?? review(configuration, line);
  reviews.set(configuration, known);
  return known;
}

/** A configuration is immutable, so its review is; it is asked for at several points of a synthesis. */
const reviews = new WeakMap<FlinkConfiguration, ConfigurationReview>();

function review(configuration: FlinkConfiguration, line: string): ConfigurationReview {
  const catalog = OptionCatalog.of(line);
  const properties = configuration.toProperties();
  const { memory, problems } = reviewMemory(properties, catalog);
  const together = crossCheck(properties, catalog);
  const heap = memory && memory.jobManager.heap < 128 * 1048576 ? [smallHeap(memory.jobManager)] : [];
  return {
    memory,
    problems: [...configuration.problems, ...problems, ...heap, ...together.problems],
    warnings: [...configuration.warnings, ...together.warnings],
  };
}

/**
 * The memory of a reviewed application.
 *
 * @param review of its options
 * @param path of its construct
 * @throws when Flink cannot divide it
 */
export function memoryOf({ memory, problems }: ConfigurationReview, path: string): ApplicationMemory {
  if (!memory) throw new Error(`${path}: ${problems.join('\n')}`);
  return memory;
}

/** Source: Flink `JobManagerOptions.MIN_JVM_HEAP_SIZE`; Flink itself only logs it. */
function smallHeap({ heap, processSize }: JobManagerMemory): string {
  const [given, left] = [processSize, heap].map((bytes) => Math.floor(bytes / 1048576));
  return refusal(
    'small-job-manager-heap',
    `jobManager.memory is ${given} MiB, which leaves ${left} MiB for the heap: allowed are 128 MiB or more, Flink's recommended minimum; use Size.mebibytes(704) or more`,
  );
}
