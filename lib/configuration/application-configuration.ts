import { Checkpointing } from './checkpointing';
import { FlinkConfiguration } from './flink-configuration';
import { FlinkOptions } from './flink-options';
import { FlinkVersion } from './flink-version';
import { MetricsOptions, metricsOptions } from './metrics';
import { OptionCatalog } from './option-catalog';
import { stateCacheDefaults } from './state-cache';
import { TypedOptions } from './typed-options';

/** Who owns the places of state. */
const STATE = 'the state bucket';
const CHECKPOINTS = 'execution.checkpointing.dir';

/** All that decides an application's options, defaults in place. */
export interface ApplicationOptions {
  readonly version: FlinkVersion;
  readonly checkpointing: Checkpointing;
  /** As text: a number, or a token that stands for one. */
  readonly maxParallelism: string;
  /** As `maxParallelism`. */
  readonly taskSlots: string;
  readonly jobManagerMib: number;
  readonly taskManagerMib: number;
  /** What the working directory of a TaskManager may hold, in MiB. */
  readonly taskManagerWorkMib: number;
  /** Typed props; their maximum parallelism is not read from here. */
  readonly flink?: FlinkOptions;
  /** Without reporters none runs. */
  readonly metrics?: MetricsOptions;
  /** Options by their owner, for example `the state bucket`. */
  readonly owned: Record<string, Record<string, string>>;
  /** The user's options. */
  readonly properties: Record<string, string>;
}

/** The options of one application: the profile's < props < owned < the user's, where the user may not touch what is owned. */
export function applicationConfiguration(options: ApplicationOptions): FlinkConfiguration {
  // Wrong checkpointing is reported by itself; its values would only repeat that here.
  const checkpointing = options.checkpointing.problems.length > 0 ? new Checkpointing() : options.checkpointing;
  const typed = new TypedOptions(options.flink ?? {}, options.version, options.owned[STATE]?.[CHECKPOINTS]);
  let configuration = FlinkConfiguration.of(OptionCatalog.of(options.version.line))
    .withProperties(typed.profileProperties)
    .withProperties(checkpointing.toProperties())
    .withProperties(stateCacheDefaults(typed.properties, options))
    .withProperties(typed.properties)
    .withProperties(metricsOptions(options.metrics ?? { reporters: [] }).properties)
    .withOwned("'flink.maxParallelism'", { 'pipeline.max-parallelism': options.maxParallelism })
    .withOwned("'taskManager.taskSlots'", { 'taskmanager.numberOfTaskSlots': options.taskSlots })
    .withOwned("'taskManager.memory'", { 'taskmanager.memory.process.size': `${options.taskManagerMib}m` })
    .withOwned("'jobManager.memory'", { 'jobmanager.memory.process.size': `${options.jobManagerMib}m` });
  const owned = { ...options.owned, ...checkpointing.placesIn(options.owned[STATE] ?? {}) };
  for (const [owner, properties] of Object.entries(owned)) configuration = configuration.withOwned(owner, properties);
  return configuration.withProperties(options.properties);
}
