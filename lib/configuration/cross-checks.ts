import { ConfigurationWarning, refusal } from './checks';
import { CrossCheck, EffectiveOptions, Finding } from './effective-options';
import { parseMemory } from './memory-size';
import { OptionCatalog } from './option-catalog';
import { RECOVERY_CHECKS } from './recovery-checks';
import { holdsToken } from './typed-value';

/** What options say together that each alone does not. */
export interface Findings {
  readonly problems: string[];
  readonly warnings: ConfigurationWarning[];
}

const CHECKS: readonly CrossCheck[] = [
  sizes,
  stateBackend,
  checkpointTimes,
  sharedPlaces,
  parallelism,
  runtimeMode,
  jvmMemory,
  ...RECOVERY_CHECKS,
];

/**
 * Checks options against each other.
 *
 * @param properties all Flink options of an application
 * @param catalog of its line, for Flink's defaults
 */
export function crossCheck(properties: Readonly<Record<string, string>>, catalog: OptionCatalog): Findings {
  const options = new EffectiveOptions(properties, catalog);
  const problems: string[] = [];
  const warnings: ConfigurationWarning[] = [];
  for (const check of CHECKS) {
    check(
      options,
      (id, text) => problems.push(refusal(id, text)),
      (id, text) => warnings.push({ id, text }),
    );
  }
  return { problems, warnings };
}

/** Source: Flink, "Set up Flink's Process Memory": configuring both may fail the deployment. */
function sizes(options: EffectiveOptions, refuse: Finding): void {
  for (const role of ['taskmanager', 'jobmanager']) {
    const both = [`${role}.memory.process.size`, `${role}.memory.flink.size`];
    if (!both.every((key) => options.isSet(key))) continue;
    refuse(
      'conflicting-memory-sizes',
      `'${both[0]}' is ${options.text(both[0])} and '${both[1]}' is ${options.text(both[1])}: allowed is one of them, because one decides the other; remove '${both[1]}'`,
    );
  }
}

/** Source: Flink, state backends; RocksDB takes managed memory unless a fixed size is set or `memory.managed` is false. */
function stateBackend(options: EffectiveOptions, refuse: Finding, warn: Finding): void {
  const backend = options.name('state.backend.type');
  const fraction = Number(options.text('taskmanager.memory.managed.fraction'));
  const size = options.text('taskmanager.memory.managed.size');
  const hasManaged = size === undefined ? fraction > 0 : parseMemory(size) !== 0n;
  const of = (name: string): string => `state.backend.${backend}.memory.${name}`;
  const isFixed = options.isSet(of('fixed-per-slot')) || options.isSet(of('fixed-per-tm')) || options.name(of('managed')) === 'false';
  if ((backend === 'rocksdb' || backend === 'forst') && !hasManaged && !isFixed) {
    refuse(
      'state-without-memory',
      `'state.backend.type' is ${backend}, which keeps state in managed memory, but managed memory is 0: allowed is more than 0; remove 'taskmanager.memory.managed.${size === undefined ? 'fraction' : 'size'}', or set 'state.backend.type' to hashmap`,
    );
  }
  if (backend === 'hashmap' && hasManaged) {
    warn(
      'idle-managed-memory',
      `'state.backend.type' is hashmap, so managed memory (${size ?? `fraction ${fraction}`}) is used by sorting and Python only: set 'taskmanager.memory.managed.fraction' to 0 if the job has neither`,
    );
  }
}

/** Source: Flink `CheckpointCoordinatorConfiguration` (10 ms at least), "Checkpointing". */
function checkpointTimes(options: EffectiveOptions, refuse: Finding, warn: Finding): void {
  const key = (name: string): string => `execution.checkpointing.${name}`;
  const interval = options.milliseconds(key('interval'));
  if (interval === undefined) return;
  const given = options.text(key('interval'));
  if (interval < 10) refuse('checkpoint-times', `'${key('interval')}' is ${given}: allowed are 10 ms or more; use 10 s to 60 s`);
  const pause = options.milliseconds(key('min-pause'));
  if (pause !== undefined && pause > interval) {
    refuse(
      'checkpoint-times',
      `'${key('min-pause')}' ${options.text(key('min-pause'))} is longer than '${key('interval')}' ${given}: lower it`,
    );
  }
  const timeout = options.milliseconds(key('timeout'));
  if (timeout !== undefined && timeout < interval) {
    refuse(
      'checkpoint-times',
      `'${key('timeout')}' ${options.text(key('timeout'))} is shorter than '${key('interval')}' ${given}: raise it`,
    );
  }
  if (interval > 600_000) {
    warn(
      'rare-checkpoints',
      `'${key('interval')}' is ${given}: up to that much work is done again at each lost Spot Instance; 10 s to 60 s are usual`,
    );
  }
}

/** Places that all pods must see, and which must survive them. */
function sharedPlaces(options: EffectiveOptions, refuse: Finding, warn: Finding): void {
  const isHa = !['', 'none'].includes(options.name('high-availability.type'));
  const needed = { 'execution.checkpointing.dir': options.isSet('execution.checkpointing.interval'), 'high-availability.storageDir': isHa };
  const places: Record<string, string> = {};
  for (const key of ['execution.checkpointing.dir', 'execution.checkpointing.savepoint-dir', 'high-availability.storageDir']) {
    const place = options.text(key);
    if (place !== undefined) places[key] = place;
    else if (needed[key as keyof typeof needed])
      refuse('state-not-shared', `'${key}' is not set, so that state would die with its pod: ${ADVICE}`);
  }
  if (isHa || options.isSet('execution.checkpointing.dir')) {
    for (const [key, place] of Object.entries(places)) {
      if (/^(file:|\/|[^:$]*$)/.test(place)) refuse('state-not-shared', `'${key}' is '${place}', which only one pod can read: ${ADVICE}`);
    }
  }
  if (options.name('execution.checkpointing.storage') === 'jobmanager') {
    refuse(
      'state-not-shared',
      `'execution.checkpointing.storage' is jobmanager, so that checkpoints would die with the JobManager: allowed is a place that every pod reaches; use filesystem`,
    );
  }
  for (const [key, place] of Object.entries(places)) {
    if (place.startsWith('s3://')) warn('two-file-systems', `'${key}' is '${place}', to which both S3 plugins answer: use 's3p://'`);
  }
  nested(places, warn);
}

const ADVICE = "allowed is a place that every pod reaches; use for example 's3p://bucket/prefix'";

function nested(places: Record<string, string>, warn: Finding): void {
  const all = Object.entries(places).map(([key, place]) => ({ key, place: `${place.replace(/\/+$/, '')}/` }));
  for (const outer of all) {
    const inner = all.find((each) => each.key !== outer.key && each.place.startsWith(outer.place));
    if (inner)
      return warn(
        'nested-state-places',
        `'${inner.key}' lies in '${outer.key}': cleaning up one deletes the other; give each a prefix of its own`,
      );
  }
}

/** Source: Flink, `pipeline.max-parallelism`. */
function parallelism(options: EffectiveOptions, refuse: Finding): void {
  const given = options.text('parallelism.default') ?? '';
  const most = options.text('pipeline.max-parallelism') ?? '';
  if (holdsToken(given) || holdsToken(most) || !(Number(most) > 0) || Number(given) <= Number(most)) return;
  refuse(
    'parallelism-above-maximum',
    `'parallelism.default' is ${given}: allowed is at most ${most}, the maximum parallelism; raise 'flink.maxParallelism' or lower it`,
  );
}

/** Source: Flink, "Elastic Scaling", "Execution Mode": Reactive Mode and checkpoints are for streaming jobs. */
function runtimeMode(options: EffectiveOptions, refuse: Finding): void {
  if (options.name('execution.runtime-mode') !== 'batch') return;
  refuse(
    'batch-mode',
    `'execution.runtime-mode' is ${options.text('execution.runtime-mode')}: allowed is STREAMING, because a batch job takes no checkpoints, so that a lost TaskManager costs all of its work; remove it`,
  );
}

/** Source: Flink `JvmArgTable`/`config.sh`: the scripts give these to the JVM, computed from the memory of the process. */
function jvmMemory(options: EffectiveOptions, refuse: Finding): void {
  for (const key of ['all', 'jobmanager', 'taskmanager'].map((role) => `env.java.opts.${role}`)) {
    const wrong =
      /(?:^|\s)(-Xm[xs]\S*|-XX:(?:MaxDirectMemorySize|MaxMetaspaceSize|MaxHeapSize|InitialHeapSize|(?:Max|Initial|Min)RAMPercentage)\S*)/.exec(
        options.text(key) ?? '',
      );
    if (!wrong) continue;
    refuse(
      'jvm-memory-option',
      `'${key}' has '${wrong[1]}': allowed are options that set no memory, because Flink's scripts set them from the memory of the process; remove it, and use 'taskManager.memory' and 'taskmanager.memory.*'`,
    );
  }
}
