import { Token, Tokenization } from 'aws-cdk-lib';
import * as flink from './configuration';
import { FlinkApplicationProps } from './flink-application-props';
import { FlinkProcesses, IBoundFlinkRuntime } from './runtime';
import { StreamConfig } from './stream';

/** What an application has resolved from its props, and what its verbs have added so far. */
export interface ResolvedApplication {
  readonly version: flink.FlinkVersion;
  readonly maxParallelism: number;
  readonly processes: FlinkProcesses;
  readonly bound: IBoundFlinkRuntime;
  readonly streams: readonly StreamConfig[];
}

/** What cannot change while the job keeps its state, by the name under which a deployment records it. */
export function guardedState(configuration: flink.FlinkConfiguration, version: flink.FlinkVersion): Record<string, string> {
  const options = configuration.toProperties();
  return {
    FLINK_LINE: version.line,
    MAX_PARALLELISM: options['pipeline.max-parallelism'],
    STATE_BACKEND: options['state.backend.type'],
    CHECKPOINTS: flink.Checkpointing.metadataIn(options['execution.checkpointing.dir']),
    HIGH_AVAILABILITY: options['high-availability.storageDir'],
  };
}

/** The options of an application, with the owner of each that users may not touch. */
export function assembleConfiguration(props: FlinkApplicationProps, resolved: ResolvedApplication): flink.FlinkConfiguration {
  const { checkpointing, flink: options, platform, properties } = props;
  const { processes, bound, streams } = resolved;
  return flink.applicationConfiguration({
    version: resolved.version,
    checkpointing: new flink.Checkpointing(checkpointing, options?.profile),
    flink: options,
    metrics: metricsOf(props),
    maxParallelism: Tokenization.stringifyNumber(resolved.maxParallelism),
    taskSlots: Tokenization.stringifyNumber(processes.taskSlots),
    jobManagerMib: processes.jobManager.spec.memoryMib,
    taskManagerMib: processes.taskManager.spec.memoryMib,
    taskManagerWorkMib: processes.taskManager.spec.workMib,
    owned: {
      'the runtime': bound.requiredProperties,
      'the state bucket': platform.stateBucket.propertiesOf(props.name),
      'the streams': Object.assign({}, ...streams.map((stream) => stream.properties)) as Record<string, string>,
    },
    properties: properties ?? {},
  });
}

/** What is wrong with the typed options of an application, one sentence each. */
export function typedProblems(props: FlinkApplicationProps, version: flink.FlinkVersion): string[] {
  const { checkpointing, flink: options = {}, observability } = props;
  return [
    ...new flink.Checkpointing(checkpointing, options.profile).problems,
    ...parallelismProblems(options.maxParallelism),
    ...new flink.TypedOptions(options, version).problems,
    ...flink.metricsOptions(metricsOf(props)).problems,
    ...(observability?.logging?.problems ?? []),
    ...namespaceProblems(observability?.metricsNamespace),
    ...readerProblems(props),
  ];
}

/** Who may read metrics brings the reporter that they read. */
function metricsOf({ observability = {} }: FlinkApplicationProps): flink.MetricsOptions {
  const { metricsNamespace, reporters = [], scopes, flameGraphs } = observability;
  const prometheus = flink.MetricsReporter.prometheus();
  const hasOwn = reporters.some(({ name }) => name === prometheus.name);
  return { reporters: metricsNamespace === undefined || hasOwn ? reporters : [prometheus, ...reporters], scopes, flameGraphs };
}

function parallelismProblems(given: number | undefined): string[] {
  if (given === undefined || Token.isUnresolved(given) || (Number.isInteger(given) && given >= 1 && given <= 32768)) return [];
  return [
    `flink.maxParallelism is ${given}: allowed is a whole number from 1 to 32768, the number of key groups that Flink can address; use 128`,
  ];
}

/** Source: Kubernetes, names of namespaces are DNS labels (RFC 1123). */
function namespaceProblems(given: string | undefined): string[] {
  if (given === undefined || Token.isUnresolved(given) || /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(given)) return [];
  return [
    `observability.metricsNamespace is '${given}': allowed are 1 to 63 lower-case letters, digits and '-', because it is the name of a namespace; use for example 'monitoring'`,
  ];
}

function readerProblems({ observability = {} }: FlinkApplicationProps): string[] {
  const hasPrometheus = observability.reporters?.some(({ name }) => name === flink.MetricsReporter.prometheus().name) ?? false;
  if (!hasPrometheus || observability.metricsNamespace !== undefined) return [];
  return [
    "observability.reporters has prometheus, but no metricsNamespace: allowed is it with the namespace of its reader, because no other pod reaches the port; give metricsNamespace, for example 'monitoring'",
  ];
}

/** Options that were asked for and have no effect with the runtime. */
export function ignoredOptions(
  props: FlinkApplicationProps,
  version: flink.FlinkVersion,
  ignored: Readonly<Record<string, string>>,
): flink.ConfigurationWarning[] {
  const given = { ...new flink.TypedOptions(props.flink ?? {}, version).properties, ...props.properties };
  return Object.keys(given).flatMap((key) => {
    const match = Object.keys(ignored).find((each) => key === each || (each.endsWith('.') && key.startsWith(each)));
    return match === undefined ? [] : [{ id: `ignored-${key}`, text: `'${key}' has no effect: ${ignored[match]}; remove it` }];
  });
}
