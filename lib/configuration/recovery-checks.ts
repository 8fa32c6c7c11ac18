import { CrossCheck, EffectiveOptions, Finding } from './effective-options';

/** Flink refuses a timeout below the interval; one that equals it takes every late message for a loss. Source: Flink `HeartbeatServices`. */
function heartbeat(options: EffectiveOptions, refuse: Finding): void {
  const interval = options.milliseconds('heartbeat.interval');
  const timeout = options.milliseconds('heartbeat.timeout');
  if (interval === undefined || timeout === undefined || interval < timeout) return;
  refuse(
    'heartbeat-times',
    `'heartbeat.timeout' ${options.text('heartbeat.timeout')} is not above 'heartbeat.interval' ${options.text('heartbeat.interval')}: allowed is more, because every process would be taken for lost; use three intervals`,
  );
}

/** Source: Flink, "Elastic Scaling": without a restart strategy or checkpoints a job fails instead of rescaling. */
function restart(options: EffectiveOptions, refuse: Finding, warn: Finding): void {
  const strategy = options.name('restart-strategy.type');
  const isOff = ['none', 'off', 'disable'].includes(strategy);
  if (isOff && !isAdaptive(options)) {
    warn('ends-at-first-loss', `'restart-strategy.type' is ${strategy}: the first lost TaskManager ends the job; use exponential-delay`);
  } else if (isOff) {
    refuse(
      'no-restart',
      `'restart-strategy.type' is ${strategy}: allowed is a strategy that restarts, because the adaptive scheduler restarts the job to change its parallelism; use exponential-delay`,
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
function failover(options: EffectiveOptions, refuse: Finding): void {
  const key = 'jobmanager.execution.failover-strategy';
  if (!options.isSet(key) || !isAdaptive(options)) return;
  refuse(
    'failover-elsewhere',
    `'${key}' is ${options.text(key)}, but the adaptive scheduler restarts all of the job: allowed is no value there; remove it, or use FlinkScaling.fixedWithRegionFailover()`,
  );
}

/** Source: Flink, "Task-Local Recovery"; the pods' working directory is an emptyDir. */
function localRecovery(options: EffectiveOptions, _: Finding, warn: Finding): void {
  const isOn = ['execution.state-recovery.from-local', 'execution.checkpointing.local-backup.enabled'].some(
    (key) => options.name(key) === 'true',
  );
  if (!isOn) return;
  warn(
    'local-recovery-lost',
    'local recovery is on, but the working directory is an emptyDir: the copy of a lost TaskManager goes with its pod, and Reactive Mode hands the rest to others',
  );
}

function isAdaptive(options: EffectiveOptions): boolean {
  return options.name('scheduler-mode') === 'reactive' || options.name('jobmanager.scheduler') === 'adaptive';
}

/** Source: Flink, "Task-Local Recovery": it does not work with unaligned checkpoints. */
function unalignedLocalRecovery(options: EffectiveOptions, _: Finding, warn: Finding): void {
  const isOn = (key: string): boolean => options.name(key) === 'true';
  if (!isOn('execution.state-recovery.from-local') || !isOn('execution.checkpointing.unaligned.enabled')) return;
  warn(
    'local-recovery-unaligned',
    "'execution.state-recovery.from-local' and 'execution.checkpointing.unaligned.enabled' are both true: nothing is recovered locally from an unaligned checkpoint; use one of them",
  );
}

/** Source: Flink `ExponentialDelayRestartBackoffTimeStrategy`, which the job would fail to make. */
function restartDelays(options: EffectiveOptions, refuse: Finding): void {
  const [first, longest] = ['initial-backoff', 'max-backoff'].map((name) => `restart-strategy.exponential-delay.${name}`);
  const [from, to] = [options.milliseconds(first), options.milliseconds(longest)];
  if (options.name('restart-strategy.type') !== 'exponential-delay' || from === undefined || to === undefined || from <= to) return;
  refuse(
    'restart-delays',
    `'${first}' ${options.text(first)} is longer than '${longest}' ${options.text(longest)}: allowed is at most that, because Flink would not start the job; raise '${longest}'`,
  );
}

/** What decides how a job comes back after a loss. */
export const RECOVERY_CHECKS: readonly CrossCheck[] = [heartbeat, restart, restartDelays, failover, localRecovery, unalignedLocalRecovery];
