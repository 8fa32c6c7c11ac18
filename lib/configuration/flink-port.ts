/** Ports of a Flink application, all fixed so that a NetworkPolicy can name them. */
export class FlinkPort {
  /** `taskmanager.data.port`; Flink's default is random. */
  public static readonly DATA = 6121;
  /** `taskmanager.rpc.port`; Flink's default is random. */
  public static readonly TASK_MANAGER_RPC = 6122;
  /** `jobmanager.rpc.port` and, with HA, `high-availability.jobmanager.port` (random by default). */
  public static readonly JOB_MANAGER_RPC = 6123;
  /** `blob.server.port`; Flink's default is random. */
  public static readonly BLOB = 6124;
  /** `metrics.internal.query-service.port`; Flink's default is random. */
  public static readonly QUERY_SERVICE = 6126;
  /** `rest.port`. */
  public static readonly REST = 8081;
  /** `metrics.reporter.prom.port`. */
  public static readonly PROMETHEUS = 9249;

  private constructor() {}
}
