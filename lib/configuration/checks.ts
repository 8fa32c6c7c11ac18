/** What a check says of itself; the page of all checks is made from these. */
export interface CheckDescription {
  /** `error` stops synthesis, `warning` can be acknowledged by its id. */
  readonly level: 'error' | 'warning';
  /** When it speaks. */
  readonly when: string;
  /** What to do then. */
  readonly fix: string;
}

/** All checks of this room by their stable ids: a message of an error ends with its id in brackets, a warning is acknowledged by it. */
export const CONFIGURATION_CHECKS = {
  'unknown-option': {
    level: 'error',
    when: "a key in 'properties' is none that this line of Flink reads; Flink would ignore it without a word",
    fix: 'take the key that the message names, or hand your own values to the job as arguments',
  },
  'option-of-another-line': {
    level: 'error',
    when: 'a key is read by another line of Flink only',
    fix: 'take the name that the message gives, or that version',
  },
  'option-value': { level: 'error', when: "a value is not of its option's type", fix: 'write it as in the example of the message' },
  'owned-option': {
    level: 'error',
    when: 'a key belongs to a prop or to a part of this library',
    fix: 'set the prop that the message names',
  },
  'option-twice': {
    level: 'error',
    when: 'an option is given under its current and an older name, with two values',
    fix: 'keep the current name',
  },
  'secret-in-options': {
    level: 'error',
    when: 'a key or a value looks like a password or an access key: it would stand in the template and in a ConfigMap',
    fix: 'let the service account give access; mount a Kubernetes Secret where a file is wanted',
  },
  'deprecated-option': {
    level: 'warning',
    when: 'a key is an older name: it is replaced by the current one',
    fix: 'write the current name',
  },
  'unknown-s3-option': {
    level: 'warning',
    when: 'a key lies below a prefix of an S3 plugin, which hands it to its file system, but is not in our table',
    fix: "check the spelling against the file system's documentation, then acknowledge",
  },
  'conflicting-memory-sizes': {
    level: 'error',
    when: "'process.size' and 'flink.size' of a process are both set",
    fix: "remove 'flink.size': the memory of the container decides",
  },
  'task-manager-memory': {
    level: 'error',
    when: "Flink could not divide a TaskManager's memory",
    fix: "raise 'taskManager.memory' or lower a part",
  },
  'job-manager-memory': {
    level: 'error',
    when: "Flink could not divide a JobManager's memory",
    fix: "raise 'jobManager.memory' or lower a part",
  },
  'small-job-manager-heap': {
    level: 'error',
    when: "a JobManager's heap is below the 128 MiB that Flink recommends",
    fix: "raise 'jobManager.memory'",
  },
  'state-without-memory': {
    level: 'error',
    when: 'RocksDB or ForSt takes managed memory, and there is none',
    fix: "remove 'taskmanager.memory.managed.fraction' and '.size', or choose the hash map",
  },
  'idle-managed-memory': {
    level: 'warning',
    when: 'state is on the heap, and managed memory is set aside for nothing',
    fix: "set 'taskmanager.memory.managed.fraction' to 0",
  },
  'checkpoint-times': {
    level: 'error',
    when: "checkpoint times cannot work together: pause above interval, timeout below it, interval below 10 ms (Flink's least)",
    fix: 'follow the message',
  },
  'rare-checkpoints': {
    level: 'warning',
    when: 'the checkpoint interval is above 10 minutes',
    fix: 'lower it, or accept that much work done again',
  },
  'state-not-shared': {
    level: 'error',
    when: 'checkpoints, savepoints or HA data have no place, or one that only a single pod can read',
    fix: 'use a place in S3: s3p://bucket/prefix',
  },
  'nested-state-places': {
    level: 'warning',
    when: 'checkpoints, savepoints and HA data lie in each other',
    fix: 'give each a prefix of its own',
  },
  'heartbeat-times': { level: 'error', when: 'the heartbeat timeout is not above its interval', fix: 'make it three intervals or more' },
  'parallelism-above-maximum': {
    level: 'error',
    when: 'the parallelism is above the maximum parallelism',
    fix: "raise 'flink.maxParallelism' or lower it",
  },
  'no-restart': {
    level: 'error',
    when: 'no restart strategy is set with the adaptive scheduler, or no checkpoint interval: the first lost TaskManager would end the job',
    fix: 'use exponential-delay, and keep checkpoints on',
  },
  'restart-delays': {
    level: 'error',
    when: 'the first delay of the restart strategy is longer than its longest, where Flink would not start the job',
    fix: 'raise the longest or lower the first',
  },
  'ends-at-first-loss': {
    level: 'warning',
    when: "no restart strategy is set with Flink's default scheduler",
    fix: 'use exponential-delay, or accept that the first lost TaskManager ends the job',
  },
  'local-recovery-unaligned': {
    level: 'warning',
    when: 'local recovery and unaligned checkpoints are both on, and Flink recovers nothing locally from unaligned ones',
    fix: 'use one of them',
  },
  'batch-mode': {
    level: 'error',
    when: 'the job is to run in batch mode, which has no checkpoints',
    fix: "remove 'execution.runtime-mode'",
  },
  'jvm-memory-option': {
    level: 'error',
    when: "a JVM option sets memory that Flink's scripts set from the memory of the process",
    fix: "remove it, and use 'taskManager.memory', 'jobManager.memory' and the options below 'taskmanager.memory'",
  },
  'two-file-systems': {
    level: 'warning',
    when: 'a place of state begins with s3://, to which both S3 plugins answer',
    fix: 'use s3p:// for state',
  },
  'local-recovery-lost': {
    level: 'warning',
    when: 'local recovery is on, but its files lie in an emptyDir, which goes with its pod',
    fix: 'expect help for surviving TaskManagers only',
  },
  'failover-elsewhere': {
    level: 'error',
    when: "'jobmanager.execution.failover-strategy' is set, but the adaptive scheduler runs, which restarts all of the job",
    fix: "remove it, or set 'jobmanager.scheduler' to 'Default'",
  },
} as const satisfies Record<string, CheckDescription>;

/** Stable id of a check. */
export type CheckId = keyof typeof CONFIGURATION_CHECKS;

/** Something risky but legal. */
export interface ConfigurationWarning {
  /** Stable id, by which it can be acknowledged. */
  readonly id: string;
  /** One sentence. */
  readonly text: string;
}

/**
 * A refusal with its id, so that it can be looked up.
 *
 * @param id of the check
 * @param text one sentence
 */
export function refusal(id: CheckId, text: string): string {
  return `${text} [${id}]`;
}
