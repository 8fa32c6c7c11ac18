import * as iam from 'aws-cdk-lib/aws-iam';
import { Chart } from 'cdk8s';
import { Construct, IDependable } from 'constructs';
import { ApplicationName, FlinkVersion, HighAvailability } from '../configuration';
import { ClusterIdentity } from '../identity';
import { FlinkJobSpec } from './flink-job-spec';

/** Options of `IFlinkRuntime.bind`. */
export interface FlinkRuntimeBindOptions {
  /** Name of the application. */
  readonly name: ApplicationName;
  /** Flink of the application. */
  readonly version: FlinkVersion;
  /** Namespace of its objects. */
  readonly namespace: string;
  /** How service accounts of the cluster become IAM principals. */
  readonly clusterIdentity: ClusterIdentity;
  /** `pipeline.max-parallelism` of the job. */
  readonly maxParallelism: number;
  /** Task slots of a TaskManager. */
  readonly taskSlots: number;
  /** Whether a new JobManager finds the job. */
  readonly highAvailability: HighAvailability;
  /** Whether there is no pod for now. */
  readonly suspended: boolean;
}

/** Charts to draw into, by the name of the part. */
export type ManifestParts = Readonly<Record<string, Chart>>;

/** Where Kubernetes shows that a job runs. Source: arguments of `kubectl get`. */
export interface RunningJob {
  /** Kind of the object. */
  readonly objectType: string;
  /** Name of the object or a selector, known at synthesis. */
  readonly objectName: () => string;
  /** JSONPath that yields text once the job runs, and nothing before. */
  readonly jsonPath: string;
}

/** A runtime that knows its application. */
export interface IBoundFlinkRuntime {
  /** Who the pods are in AWS. */
  readonly grantPrincipal: iam.IPrincipal;
  /** Options that this runtime owns. */
  readonly requiredProperties: Record<string, string>;
  /** What must exist before the pods do. */
  readonly prerequisites: IDependable[];
  /** The most TaskManagers there may be. */
  readonly maxTaskManagers: number;
  /** TaskManagers beyond those that the job needs: they take over when others are lost. 0 where the job takes every one. */
  readonly spareTaskManagers: number;
  /** JobManagers, with those that wait to take over. */
  readonly jobManagers: number;
  /** What each pod needs of a node's disk besides its working directory, in MiB. */
  readonly podDiskMib: number;
  /** Options that this runtime makes Flink ignore, or first parts of their names that end with a dot, each with the reason. */
  readonly ignoredProperties: Record<string, string>;
  /** Names of the parts it draws; they follow from its props alone. */
  readonly parts: string[];
  /** What is wrong with its options, one sentence each. */
  readonly problems: string[];
  /** Risky but legal, one sentence each. */
  readonly warnings: string[];
  /**
   * Where Kubernetes shows that this very version of the job runs.
   *
   * @param checksum of the job, known at synthesis
   */
  whenRunning(checksum: () => string): RunningJob;
  /** Command that takes a savepoint of the job and prints how to start from it. */
  readonly savepointCommand: string;
  /**
   * Draws the objects; called once, at synthesis.
   *
   * @param charts one chart for each of `parts`
   * @param job all that the objects need
   */
  render(charts: ManifestParts, job: FlinkJobSpec): void;
}

/** A way to run one Flink job on a Kubernetes cluster. */
export interface IFlinkRuntime {
  /**
   * Defines what the runtime needs on the AWS side.
   *
   * @param scope where its resources go
   * @param options the application and the cluster
   */
  bind(scope: Construct, options: FlinkRuntimeBindOptions): IBoundFlinkRuntime;
}
