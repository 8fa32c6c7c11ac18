import { FlinkPort } from './flink-port';
import { FlinkVersion } from './flink-version';

/** Directory in the pods that Flink may write: RocksDB, spill files, blobs. A mounted emptyDir. */
export const WORK_DIRECTORY = '/opt/flink/work';

/** One value of a profile. */
export interface ProfileValue {
  /** As Flink reads it. */
  readonly value: string;
  /** Why it is set. */
  readonly reason: string;
}

/** Values of a profile, by the key of Flink 2.x. */
export type ProfileTable = Readonly<Record<string, ProfileValue>>;

/** What a careful engineer sets for a streaming job on Spot. This table is the only place of these values; docs/profiles.md is made from it. */
export const SPOT: ProfileTable = {
  'heartbeat.interval': { value: '1 s', reason: 'with the time-out: a lost TaskManager is noticed in 12 s at most (Flink: 50 s), and in 1 s when its host still answers' },
  'heartbeat.timeout': { value: '12 s', reason: 'a garbage collection of 8 s is no loss: with the interval it makes 9 s (Flink: 50 s)' },
  'heartbeat.rpc-failure-threshold': { value: '1', reason: 'a process whose host answers that it is gone is lost at once (Flink: after 2 times 10 s)' },
  'restart-strategy.type': { value: 'exponential-delay', reason: 'restarts without end: a lost Spot Instance must never end the job' },
  'restart-strategy.exponential-delay.initial-backoff': { value: '1 s', reason: 'long enough for a loss to be noticed by all' },
  'restart-strategy.exponential-delay.max-backoff': { value: '10 s', reason: 'a job that fails at once, again and again, waits longer and longer, but not for a minute as by default' },
  'restart-strategy.exponential-delay.backoff-multiplier': { value: '1.5', reason: "Flink's own, stated because the delays follow from it" },
  'restart-strategy.exponential-delay.reset-backoff-threshold': { value: '30 s', reason: 'after half a minute of running the next loss costs what the first did (Flink: 1 h)' },
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': { value: '10 s', reason: 'the job uses a replacement soon (Flink: 30 s)' },
  'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout': {
    value: '10 s',
    reason: 'several TaskManagers that join together cost one restart, and a single one does not wait long (Flink: 1 min)',
  },
  'execution.checkpointing.interval': { value: '30 s', reason: 'the most work that is done again after a loss without notice (Flink: no checkpoints)' },
  'execution.checkpointing.min-pause': { value: '10 s', reason: 'a slow checkpoint does not run into the next; never longer than the interval' },
  'execution.checkpointing.timeout': { value: '5 min', reason: 'one that hangs is given up; never shorter than the interval (Flink: 10 min)' },
  'execution.checkpointing.num-retained': { value: '3', reason: 'one that cannot be read is not the only one (Flink: 1)' },
  'execution.checkpointing.tolerable-failed-checkpoints': { value: '3', reason: 'a lost instance may abort a checkpoint, which alone must not restart the job (Flink: 0)' },
  'execution.checkpointing.incremental': { value: 'true', reason: 'RocksDB writes only what has changed' },
  'state.backend.type': { value: 'rocksdb', reason: 'state may be larger than memory (Flink: hashmap)' },
  'taskmanager.memory.task.off-heap.size': { value: '64m', reason: "room for RocksDB's native memory, which goes somewhat over its budget (Flink: 0)" },
  'taskmanager.network.memory.buffer-debloat.enabled': { value: 'true', reason: 'less is under way between tasks, so checkpoints under back pressure are shorter' },
  'taskmanager.jvm-exit-on-oom': { value: 'true', reason: 'a TaskManager without memory is replaced, instead of limping on' },
  'jobmanager.retrieve-taskmanager-hostname': { value: 'false', reason: 'look-ups of pod addresses have no answer and delay registration' },
}; // prettier-ignore

/** Flink's own defaults, but for checkpoints, without which nothing is restarted. */
export const PLAIN: ProfileTable = {
  'execution.checkpointing.interval': {
    value: '30 s',
    reason: 'Flink takes no checkpoints by itself, and without them nothing is restarted',
  },
};

/** What holds whatever the profile: state survives, and Java 17 works. */
export function commonValues(version: FlinkVersion): ProfileTable {
  return {
    'execution.checkpointing.externalized-checkpoint-retention': {
      value: 'RETAIN_ON_CANCELLATION',
      reason: 'a cancelled or failed job keeps its last checkpoint (Flink deletes it)',
    },
    'execution.checkpointing.storage': { value: 'filesystem', reason: 'checkpoints go to the state bucket' },
    // In Flink's own folder, which has the pod's name in it, RocksDB's log got a name of more than 255 characters after a restore that
    // changed the parallelism, and the job never ran again.
    'state.backend.rocksdb.localdir': {
      value: WORK_DIRECTORY,
      reason: 'RocksDB names its log after the whole path of its files, and a longer one than this can be too long for a file name',
    },
    'env.java.default-opts.all': {
      value: version.javaOptions,
      reason: "what Java 17 must export and open: a mounted `config.yaml` replaces the image's own list",
    },
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
    // The REST API has no authentication: whoever reaches it could run code. The other two only take buttons from the UI.
    'web.submit.enable': 'false',
    'web.cancel.enable': 'false',
    'web.rescale.enable': 'false',
  };
}
