import { FlinkPort } from './flink-port';
import { FlinkVersion } from './flink-version';

/** Directory in the pods that Flink may write: RocksDB, spill files, blobs. A mounted emptyDir. */
export const WORK_DIRECTORY = '/opt/flink/work';

/**
 * Options that a careful engineer sets for a streaming job on Spot; a user's `properties` may replace each.
 *
 * @param version decides the names of the rescale options
 */
export function defaultProperties(version: FlinkVersion): Record<string, string> {
  return { ...detection(), ...restart(), ...scaleUp(version), ...engine(version) };
}

/**
 * A lost TaskManager is noticed in 12 s at most, and in 1 s when its host still answers (Flink: 50 s, 2 failures of 10 s): sooner than
 * the job restarts, which would send tasks to it again. A garbage collection of 8 s is no loss: with the interval it makes 9 s.
 */
function detection(): Record<string, string> {
  return {
    'heartbeat.interval': '1 s',
    'heartbeat.timeout': '12 s',
    'heartbeat.rpc-failure-threshold': '1',
  };
}

/**
 * Flink's own delay grows to a minute and forgets only after an hour: on Spot the fifth loss must cost what the first did, so half a
 * minute of running is enough. A job that fails at once, again and again, still waits longer and longer.
 */
function restart(): Record<string, string> {
  return {
    'restart-strategy.type': 'exponential-delay',
    'restart-strategy.exponential-delay.initial-backoff': '1 s',
    'restart-strategy.exponential-delay.max-backoff': '10 s',
    'restart-strategy.exponential-delay.backoff-multiplier': '1.5',
    'restart-strategy.exponential-delay.reset-backoff-threshold': '30 s',
  };
}

/** On 2.x the way up takes 90 s and more by default. */
function scaleUp(version: FlinkVersion): Record<string, string> {
  return version.scaleUpProperties('10 s');
}

function engine(version: FlinkVersion): Record<string, string> {
  return {
    'state.backend.type': 'rocksdb',
    // RocksDB names its log after the whole path of its files. In Flink's own folder, which has the pod's name in it, a name of more
    // than 255 characters came out when a restore changed the parallelism, and the job never ran again.
    'state.backend.rocksdb.localdir': WORK_DIRECTORY,
    // RocksDB's native memory goes somewhat over its budget (294 to 310 MB seen where the default was less): room for that.
    'taskmanager.memory.task.off-heap.size': '64m',
    'taskmanager.network.memory.buffer-debloat.enabled': 'true',
    'taskmanager.jvm-exit-on-oom': 'true',
    // Reverse look-ups of pod addresses have no answer and only delay registration.
    'jobmanager.retrieve-taskmanager-hostname': 'false',
    'env.java.default-opts.all': version.javaOptions,
  };
}

/** Options that hold the pods and the NetworkPolicy together; nobody else may set them. */
export function podProperties(): Record<string, string> {
  return {
    'jobmanager.rpc.port': String(FlinkPort.JOB_MANAGER_RPC),
    'blob.server.port': String(FlinkPort.BLOB),
    'taskmanager.rpc.port': String(FlinkPort.TASK_MANAGER_RPC),
    'taskmanager.data.port': String(FlinkPort.DATA),
    'metrics.internal.query-service.port': String(FlinkPort.QUERY_SERVICE),
    'rest.port': String(FlinkPort.REST),
    'io.tmp.dirs': WORK_DIRECTORY,
    // The REST API has no authentication: whoever reaches it could run code (submit) or end the job (cancel).
    'web.submit.enable': 'false',
    'web.cancel.enable': 'false',
    'web.rescale.enable': 'false',
  };
}
