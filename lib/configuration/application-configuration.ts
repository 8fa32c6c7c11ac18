import { Checkpointing } from './checkpointing';
import { defaultProperties } from './default-properties';
import { FlinkConfiguration } from './flink-configuration';
import { FlinkVersion } from './flink-version';
import { OptionCatalog } from './option-catalog';

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
  /** Namespace that may read metrics; without it no reporter runs. */
  readonly metricsPort?: number;
  /** Options by their owner, for example `the state bucket`. */
  readonly owned: Record<string, Record<string, string>>;
  /** The user's options. */
  readonly properties: Record<string, string>;
}

/** The options of one application: defaults < props < owned < the user's, where the user may not touch what is owned. */
export function applicationConfiguration(options: ApplicationOptions): FlinkConfiguration {
  // Wrong checkpointing is reported by itself; its values would only repeat that here.
  const checkpointing = options.checkpointing.problems.length > 0 ? new Checkpointing() : options.checkpointing;
  let configuration = FlinkConfiguration.of(OptionCatalog.of(options.version.line))
    .withProperties(defaultProperties(options.version))
    .withProperties(checkpointing.toProperties())
    .withProperties(metrics(options.metricsPort))
    .withOwned("'maxParallelism'", { 'pipeline.max-parallelism': options.maxParallelism })
    .withOwned("'taskManager.taskSlots'", { 'taskmanager.numberOfTaskSlots': options.taskSlots })
    .withOwned("'taskManager.memory'", { 'taskmanager.memory.process.size': `${options.taskManagerMib}m` })
    .withOwned("'jobManager.memory'", { 'jobmanager.memory.process.size': `${options.jobManagerMib}m` });
  for (const [owner, properties] of Object.entries(options.owned)) configuration = configuration.withOwned(owner, properties);
  return configuration.withProperties(options.properties);
}

/** Source: Flink, Metric Reporters, Prometheus. */
function metrics(port: number | undefined): Record<string, string> {
  if (port === undefined) return {};
  return {
    'metrics.reporters': 'prom',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': String(port),
  };
}
