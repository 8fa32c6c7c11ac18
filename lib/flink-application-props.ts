import { Chart } from 'cdk8s';
import * as flink from './configuration';
import { IFlinkPlatform } from './flink-platform-props';
import * as runtime from './runtime';

/** What can be seen of an application from outside. */
export interface ObservabilityOptions {
  /**
   * Namespace whose pods may read the metrics of Flink's Prometheus reporter on port 9249.
   *
   * @default - no reporter runs and the port is closed
   */
  readonly metricsNamespace?: string;
  /**
   * Who gets the metrics. A `MetricsReporter.prometheus()` here has its own labels and filters, and takes the place of the one that
   * `metricsNamespace` brings.
   *
   * @default - the Prometheus reporter if there is a `metricsNamespace`, else none
   */
  readonly reporters?: flink.MetricsReporter[];
  /**
   * Names of metrics, for reporters that have no labels.
   *
   * @default - Flink's
   */
  readonly scopes?: flink.MetricScopes;
  /**
   * Whether the Flink UI shows where tasks spend their time, which costs some speed while it is looked at. Source: `rest.flamegraph.enabled`.
   *
   * @default false
   */
  readonly flameGraphs?: boolean;
  /**
   * What is logged.
   *
   * @default FlinkLogging.console()
   */
  readonly logging?: flink.FlinkLogging;
}

/** Options of `FlinkApplication`. */
export interface FlinkApplicationProps {
  /** Name of the application: it keys the state, the HA data and every Kubernetes name, so changing it starts a new application. */
  readonly name: string;
  /** Where it runs. */
  readonly platform: IFlinkPlatform;
  /** Image with Flink, the job's jar and the S3 plugins. */
  readonly image: runtime.FlinkImage;
  /** The streaming program. */
  readonly job: runtime.FlinkJob;
  /**
   * Flink in the image.
   *
   * @default FlinkVersion.V2_2
   */
  readonly version?: flink.FlinkVersion;
  /**
   * How Flink runs on Kubernetes.
   *
   * @default new StandaloneRuntime()
   */
  readonly runtime?: runtime.IFlinkRuntime;
  /**
   * Namespace of its objects.
   *
   * @default FlinkNamespace.own()
   */
  readonly namespace?: runtime.FlinkNamespace;
  /**
   * Size and place of the JobManager.
   *
   * @default - 2 GiB, 0.5 vCPU, On-Demand
   */
  readonly jobManager?: runtime.FlinkProcessOptions;
  /**
   * Size and place of the TaskManagers.
   *
   * @default - 4 GiB, one task slot, 1 vCPU, Spot
   */
  readonly taskManager?: runtime.TaskManagerOptions;
  /**
   * How often state is written and how much of it is kept.
   *
   * @default - every 30 seconds, three kept
   */
  readonly checkpointing?: flink.CheckpointingOptions;
  /**
   * What Flink is told, in types.
   *
   * @default - a profile for Spot: docs/profiles.md
   */
  readonly flink?: flink.FlinkOptions;
  /**
   * Flink options that this library does not model, or does otherwise. Options that hold the application together are refused.
   *
   * @default - none
   */
  readonly properties?: Record<string, string>;
  /**
   * Metrics and logs.
   *
   * @default - logs to the console, metrics closed
   */
  readonly observability?: ObservabilityOptions;
  /**
   * What the job starts from, whether it is suspended, and whether a deployment waits for it.
   *
   * @default - it goes on from its newest checkpoint, and nothing waits
   */
  readonly deployment?: runtime.DeploymentOptions;
  /**
   * Changes the objects just before they are frozen; called once for each part, whose name is `chart.node.id`.
   *
   * @default - nothing is changed
   */
  readonly customizeChart?: (chart: Chart) => void;
}
