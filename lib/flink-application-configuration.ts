import { Tokenization } from 'aws-cdk-lib';
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

/** The options of an application, with the owner of each that users may not touch. */
export function assembleConfiguration(props: FlinkApplicationProps, resolved: ResolvedApplication): flink.FlinkConfiguration {
  const { checkpointing, observability, platform, properties } = props;
  const { processes, bound, streams } = resolved;
  return flink.applicationConfiguration({
    version: resolved.version,
    checkpointing: new flink.Checkpointing(checkpointing),
    maxParallelism: Tokenization.stringifyNumber(resolved.maxParallelism),
    taskSlots: Tokenization.stringifyNumber(processes.taskSlots),
    jobManagerMib: processes.jobManager.spec.memoryMib,
    taskManagerMib: processes.taskManager.spec.memoryMib,
    metricsPort: observability?.metricsNamespace === undefined ? undefined : flink.FlinkPort.PROMETHEUS,
    owned: {
      'the runtime': bound.requiredProperties,
      'the state bucket': platform.stateBucket.propertiesOf(props.name),
      'the streams': Object.assign({}, ...streams.map((stream) => stream.properties)) as Record<string, string>,
    },
    properties: properties ?? {},
  });
}
