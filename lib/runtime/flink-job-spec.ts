import { Placement } from '../placement';
import { FlinkStartSpec } from './flink-start';

/** What a chart may know of one process, in Kubernetes' units. */
export interface ProcessSpec {
  /** Request and limit: the process size. */
  readonly memoryMib: number;
  /** Request, in vCPU. */
  readonly cpu: number;
  /** Whether the limit is the request, for pods of class Guaranteed. */
  readonly guaranteed: boolean;
  /** Limit of the working directory, an emptyDir. */
  readonly workMib: number;
  /** Where the pods may run. */
  readonly placement: Placement;
}

/** What a deployment does to the job: values that count when a pod starts. */
export interface DeploymentSpec {
  /** What the job starts from. */
  readonly start: FlinkStartSpec;
  /** `--job-id` of a job that starts by a nonce. */
  readonly startJobId: string;
  /** Whether there is no pod. */
  readonly suspended: boolean;
  /** Whether the namespace is this application's alone. */
  readonly ownNamespace: boolean;
  /** What cannot change while the job keeps its state, by the name under which it is recorded. */
  readonly guarded: Record<string, string>;
}

/** All that a chart may know of an application: values only. */
export interface FlinkJobSpec {
  /** Name of the application. */
  readonly name: string;
  /** Namespace of all objects. */
  readonly namespace: string;
  /** Flink's release, for the label `app.kubernetes.io/version`. */
  readonly release: string;
  /** Image with tag or digest. */
  readonly image: string;
  /** `--job-id`, unless the job has started by a nonce. */
  readonly jobId: string;
  /** `--job-classname`. */
  readonly entryClass: string;
  /** Arguments of the main class. */
  readonly jobArguments: string[];
  /** Content of `config.yaml`. */
  readonly configYaml: string;
  /** Content of `log4j-console.properties`. */
  readonly logging: string;
  /** Checksum of the resolved configuration, image and arguments. */
  readonly checksum: string;
  /** What a deployment does to the job. */
  readonly deployment: DeploymentSpec;
  /** The JobManager. */
  readonly jobManager: ProcessSpec;
  /** A TaskManager. */
  readonly taskManager: ProcessSpec;
  /**
   * Namespace whose pods may read the metrics port.
   *
   * @default - the port is closed
   */
  readonly metricsNamespace?: string;
}
