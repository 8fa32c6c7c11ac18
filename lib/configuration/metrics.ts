import { Duration } from 'aws-cdk-lib';
import { FlinkPort } from './flink-port';
import { OptionWriter } from './option-writer';

/** Options of any metrics reporter. Sources are below `metrics.reporter.<name>`. */
export interface MetricsReporterOptions {
  /**
   * Variables that do not become labels. Those that change with each restart make new time series for the same thing.
   * Source: `scope.variables.excludes`.
   *
   * @default ['task_attempt_id', 'task_attempt_num', 'tm_id']
   */
  readonly excludedVariables?: string[];
  /**
   * Labels of every metric. Source: `scope.variables.additional`.
   *
   * @default - none
   */
  readonly additionalVariables?: Record<string, string>;
  /**
   * Metrics to report, as `scope:name:type` with wildcards. Source: `filter.includes`.
   *
   * @default - all
   */
  readonly includes?: string[];
  /**
   * Metrics not to report, in the same form. Source: `filter.excludes`.
   *
   * @default - none
   */
  readonly excludes?: string[];
  /**
   * How often a reporter that sends does so. Source: `interval`.
   *
   * @default Duration.seconds(10)
   */
  readonly interval?: Duration;
}

/** Options of `MetricsReporter.of`. */
export interface NamedReporterOptions extends MetricsReporterOptions {
  /** Factory of the reporter; its jar lies in the image below `/opt/flink/plugins`. Source: `factory.class`. */
  readonly factoryClass: string;
  /**
   * Parameters of the reporter's own.
   *
   * @default - none
   */
  readonly parameters?: Record<string, string>;
}

/** Sends metrics somewhere, or lets them be fetched. Source: Flink, "Metric Reporters". */
export class MetricsReporter {
  /**
   * Prometheus fetches the metrics of each pod on port 9249. Pods of `observability.metricsNamespace` may reach it.
   *
   * @param options labels and filters
   */
  public static prometheus(options: MetricsReporterOptions = {}): MetricsReporter {
    return new MetricsReporter('prom', {
      ...options,
      factoryClass: 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
      parameters: { port: String(FlinkPort.PROMETHEUS) },
    });
  }

  /**
   * Any other.
   *
   * @param name of the reporter in Flink's options: letters, digits, `-` and `_`
   * @param options its factory, its parameters, labels and filters
   */
  public static of(name: string, options: NamedReporterOptions): MetricsReporter {
    return new MetricsReporter(name, options);
  }

  /** Flink options, and what is wrong with them. */
  public readonly options: OptionWriter;

  private constructor(
    /** Name of the reporter in Flink's options. */
    public readonly name: string,
    { factoryClass, parameters, interval, ...options }: NamedReporterOptions,
  ) {
    const key = (part: string): string => `metrics.reporter.${name}.${part}`;
    const excluded = options.excludedVariables ?? CHURNING;
    this.options = new OptionWriter('observability.reporters')
      .text(key('factory.class'), factoryClass)
      .text(key('scope.variables.excludes'), excluded.length > 0 ? excluded.join(';') : undefined)
      .text(key('scope.variables.additional'), options.additionalVariables && pairs(options.additionalVariables))
      .text(key('filter.includes'), options.includes?.join(';'))
      .text(key('filter.excludes'), options.excludes?.join(';'))
      .duration('interval', key('interval'), interval, { least: Duration.millis(1), why: 'it is a pause' });
    for (const [parameter, value] of Object.entries(parameters ?? {})) this.options.text(key(parameter), value);
    if (!/^[A-Za-z0-9_-]+$/.test(name)) {
      this.options.problem(
        `name is '${name}'`,
        "letters, digits, '-' and '_', because it is a part of option keys",
        "use for example 'statsd'",
      );
    }
  }
}

/**
 * Each attempt of a task has an id of its own, each pod a name of its own: with them, a restart makes every time series anew. Which pod a metric is
 * of, Prometheus says itself. Source: Flink, "Metrics", user variables.
 */
const CHURNING = ['task_attempt_id', 'task_attempt_num', 'tm_id'];

/** Names of metrics for reporters that have no labels, with variables such as `<job_name>`. Sources are below `metrics.scope`. */
export interface MetricScopes {
  /**
   * Between the parts of a name. Source: `delimiter`.
   *
   * @default '.'
   */
  readonly delimiter?: string;
  /**
   * Of the JobManager. Source: `jm`.
   *
   * @default '<host>.jobmanager'
   */
  readonly jobManager?: string;
  /**
   * Of a job on the JobManager. Source: `jm-job`.
   *
   * @default '<host>.jobmanager.<job_name>'
   */
  readonly jobManagerJob?: string;
  /**
   * Of a TaskManager. Source: `tm`.
   *
   * @default '<host>.taskmanager.<tm_id>'
   */
  readonly taskManager?: string;
  /**
   * Of a job on a TaskManager. Source: `tm-job`.
   *
   * @default '<host>.taskmanager.<tm_id>.<job_name>'
   */
  readonly taskManagerJob?: string;
  /**
   * Of a task. Source: `task`.
   *
   * @default '<host>.taskmanager.<tm_id>.<job_name>.<task_name>.<subtask_index>'
   */
  readonly task?: string;
  /**
   * Of an operator. Source: `operator`.
   *
   * @default '<host>.taskmanager.<tm_id>.<job_name>.<operator_name>.<subtask_index>'
   */
  readonly operator?: string;
}

/** All that an application says about its metrics. */
export interface MetricsOptions {
  readonly reporters: readonly MetricsReporter[];
  readonly scopes?: MetricScopes;
  readonly flameGraphs?: boolean;
}

/** As Flink options. */
export function metricsOptions({ reporters, scopes = {}, flameGraphs }: MetricsOptions): OptionWriter {
  const writer = new OptionWriter('observability');
  for (const { options } of reporters) {
    Object.assign(writer.properties, options.properties);
    writer.problems.push(...options.problems);
  }
  const names = reporters.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    writer.problem(
      `reporters has '${twice}' twice`,
      'each name once, because it is a part of option keys',
      'give one of them another name',
    );
  }
  if (names.length > 0) writer.text('metrics.reporters', names.join(','));
  for (const [prop, key] of Object.entries(SCOPES)) writer.text(`metrics.scope.${key}`, scopes[prop as keyof MetricScopes]);
  return writer.text('rest.flamegraph.enabled', flameGraphs === undefined ? undefined : String(flameGraphs));
}

const SCOPES: Record<keyof MetricScopes, string> = {
  delimiter: 'delimiter',
  jobManager: 'jm',
  jobManagerJob: 'jm-job',
  taskManager: 'tm',
  taskManagerJob: 'tm-job',
  task: 'task',
  operator: 'operator',
};

/** Source: Flink `ConfigurationUtils`, which splits at commas first and at colons then, and takes one pair of quotes off each time. */
function pairs(map: Record<string, string>): string {
  const quoted = (text: string, separator: string): string =>
    text.includes(separator) || /['"]/.test(text) ? `'${text.replaceAll("'", "''")}'` : text;
  return Object.entries(map)
    .map(([key, value]) => quoted(`${quoted(key, ':')}:${quoted(value, ':')}`, ','))
    .join(',');
}
