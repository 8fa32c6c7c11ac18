import { CheckId, ConfigurationWarning, refusal } from './checks';
import { parseMilliseconds } from './flink-duration';
import { parseMemory } from './memory-size';
import { OptionCatalog } from './option-catalog';
import { holdsToken } from './typed-value';

/** What options say together that each alone does not. */
export interface Findings {
  readonly problems: string[];
  readonly warnings: ConfigurationWarning[];
}

/** The options of an application, with Flink's defaults where nothing is set. */
class Options {
  constructor(
    private readonly properties: Readonly<Record<string, string>>,
    private readonly catalog: OptionCatalog,
  ) {}

  /** The value as given, or Flink's default; undefined when there is neither. */
  public text(key: string): string | undefined {
    return this.properties[key] ?? this.catalog.find(key)?.default;
  }

  /** In lower case, because Flink reads names in any case. */
  public name(key: string): string {
    return (this.text(key) ?? '').toLowerCase();
  }

  /** Milliseconds; undefined when it is not set or not known yet. */
  public milliseconds(key: string): number | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : parseMilliseconds(text);
  }

  /** Whether it is set, rather than Flink's default. */
  public isSet(key: string): boolean {
    return key in this.properties;
  }
}

type Check = (options: Options, refuse: (id: CheckId, text: string) => void, warn: (id: CheckId, text: string) => void) => void;

const CHECKS: readonly Check[] = [
  sizes,
  stateBackend,
  checkpointTimes,
  sharedPlaces,
  heartbeat,
  parallelism,
  restart,
  failover,
  localRecovery,
];

/**
 * Checks options against each other.
 *
 * @param properties all Flink options of an application
 * @param catalog of its line, for Flink's defaults
 */
export function crossCheck(properties: Readonly<Record<string, string>>, catalog: OptionCatalog): Findings {
  const options = new Options(properties, catalog);
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
function sizes(options: Options, refuse: (id: CheckId, text: string) => void): void {
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
function stateBackend(options: Options, refuse: (id: CheckId, text: string) => void, warn: (id: CheckId, text: string) => void): void {
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
function checkpointTimes(options: Options, refuse: (id: CheckId, text: string) => void, warn: (id: CheckId, text: string) => void): void {
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
function sharedPlaces(options: Options, refuse: (id: CheckId, text: string) => void, warn: (id: CheckId, text: string) => void): void {
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
  nested(places, warn);
}

const ADVICE = "allowed is a place that every pod reaches; use for example 's3p://bucket/prefix'";

function nested(places: Record<string, string>, warn: (id: CheckId, text: string) => void): void {
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

/** Flink refuses a timeout below the interval; one that equals it takes every late message for a loss. Source: Flink `HeartbeatServices`. */
function heartbeat(options: Options, refuse: (id: CheckId, text: string) => void): void {
  const interval = options.milliseconds('heartbeat.interval');
  const timeout = options.milliseconds('heartbeat.timeout');
  if (interval === undefined || timeout === undefined || interval < timeout) return;
  refuse(
    'heartbeat-times',
    `'heartbeat.timeout' ${options.text('heartbeat.timeout')} is not above 'heartbeat.interval' ${options.text('heartbeat.interval')}: allowed is more, because every process would be taken for lost; use three intervals`,
  );
}

/** Source: Flink, `pipeline.max-parallelism`. */
function parallelism(options: Options, refuse: (id: CheckId, text: string) => void): void {
  const given = options.text('parallelism.default') ?? '';
  const most = options.text('pipeline.max-parallelism') ?? '';
  if (holdsToken(given) || holdsToken(most) || !(Number(most) > 0) || Number(given) <= Number(most)) return;
  refuse(
    'parallelism-above-maximum',
    `'parallelism.default' is ${given}: allowed is at most ${most}, the maximum parallelism; raise 'maxParallelism' or lower it`,
  );
}

/** Source: Flink, "Elastic Scaling": without a restart strategy or checkpoints a job fails instead of rescaling. */
function restart(options: Options, refuse: (id: CheckId, text: string) => void): void {
  const strategy = options.name('restart-strategy.type');
  if (['none', 'off', 'disable'].includes(strategy)) {
    refuse(
      'no-restart',
      `'restart-strategy.type' is ${strategy}: allowed is a strategy that restarts, because the first lost TaskManager would end the job; use exponential-delay`,
    );
  }
  if (!options.isSet('execution.checkpointing.interval')) {
    refuse(
      'no-restart',
      `'execution.checkpointing.interval' is not set: allowed is 10 ms or more, because without checkpoints nothing is restarted; use 30 s`,
    );
  }
}

/** Source: Flink, "Elastic Scaling": the adaptive scheduler has no partial failover. */
function failover(options: Options, refuse: (id: CheckId, text: string) => void): void {
  const key = 'jobmanager.execution.failover-strategy';
  const isAdaptive = options.name('scheduler-mode') === 'reactive' || options.name('jobmanager.scheduler') === 'adaptive';
  if (!options.isSet(key) || !isAdaptive) return;
  refuse(
    'failover-elsewhere',
    `'${key}' is ${options.text(key)}, but the adaptive scheduler restarts all of the job: allowed is no value there; remove it`,
  );
}

/** Source: Flink, "Task-Local Recovery"; the pods' working directory is an emptyDir. */
function localRecovery(options: Options, _: (id: CheckId, text: string) => void, warn: (id: CheckId, text: string) => void): void {
  const isOn = ['execution.state-recovery.from-local', 'execution.checkpointing.local-backup.enabled'].some(
    (key) => options.name(key) === 'true',
  );
  if (!isOn) return;
  warn(
    'local-recovery-lost',
    'local recovery is on, but the working directory is an emptyDir: the copy of a lost TaskManager goes with its pod, and Reactive Mode hands the rest to others',
  );
}
