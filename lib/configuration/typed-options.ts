import { adaptiveSchedulerOptions } from './adaptive-scheduler';
import { changelogOptions } from './changelog';
import { WORK_DIRECTORY } from './default-properties';
import { FlinkOptions, HeartbeatOptions } from './flink-options';
import { FlinkProfile } from './flink-profile';
import { FlinkVersion } from './flink-version';
import { jvmProblems, jvmProperties } from './jvm-options';
import { networkOptions } from './network-options';
import { OptionCatalog } from './option-catalog';
import { NumberRange, OptionWriter } from './option-writer';
import { StateBackend } from './state-backend';

/** `FlinkOptions` as Flink's own options. */
export class TypedOptions {
  /** What is wrong, one sentence each. */
  public readonly problems: readonly string[];
  /** What the props say, by key of the line. */
  public readonly properties: Readonly<Record<string, string>>;
  private readonly replaced: readonly string[];

  /**
   * @param options as given
   * @param version of Flink
   * @param checkpoints where checkpoints go, for what lies beside them
   */
  constructor(
    private readonly options: FlinkOptions,
    private readonly version: FlinkVersion,
    checkpoints?: string,
  ) {
    const { stateBackend, restart, network, heartbeat, adaptiveScheduler, changelog, jvmOptions = {} } = options;
    const groups = [
      ...[stateBackend, restart].flatMap((choice) => (choice ? [choice.options] : [])),
      ...(network ? [networkOptions(network)] : []),
      ...(heartbeat ? [heartbeatOptions(heartbeat)] : []),
      ...(adaptiveScheduler ? [adaptiveSchedulerOptions(adaptiveScheduler, version)] : []),
      ...(changelog ? [changelogOptions(changelog, checkpoints)] : []),
    ];
    const missing = stateBackend ? missingBackend(stateBackend, version) : [];
    this.problems = [...missing, ...groups.flatMap(({ problems }) => problems), ...jvmProblems(jvmOptions)];
    const known = missing.length > 0 ? groups.filter((group) => group !== stateBackend?.options) : groups;
    const local = options.localRecovery === undefined ? {} : localRecovery(options.localRecovery);
    this.properties = Object.assign({}, ...known.map(({ properties }) => properties), local, jvmProperties(jvmOptions)) as Record<
      string,
      string
    >;
    this.replaced = [stateBackend, restart].flatMap((choice) => choice?.replaces ?? []);
  }

  /** Values of the profile, without those that mean nothing beside what is chosen. */
  public get profileProperties(): Record<string, string> {
    const all = Object.entries((this.options.profile ?? FlinkProfile.spot()).propertiesFor(this.version));
    return Object.fromEntries(all.filter(([key]) => !this.replaced.some((first) => key.startsWith(first))));
  }
}

function heartbeatOptions({ interval, timeout, rpcFailureThreshold }: HeartbeatOptions): OptionWriter {
  return new OptionWriter('flink.heartbeat')
    .duration('interval', 'heartbeat.interval', interval)
    .duration('timeout', 'heartbeat.timeout', timeout)
    .number('rpcFailureThreshold', 'heartbeat.rpc-failure-threshold', rpcFailureThreshold, THRESHOLD);
}

/** The working directory of the pods survives a restart of the container, and the id of a TaskManager is its pod's name. */
function localRecovery(isOn: boolean): Record<string, string> {
  return {
    'execution.state-recovery.from-local': String(isOn),
    'execution.checkpointing.local-backup.enabled': String(isOn),
    ...(isOn ? { 'process.taskmanager.working-dir': WORK_DIRECTORY } : {}),
  };
}

function missingBackend({ name, needs }: StateBackend, version: FlinkVersion): string[] {
  if (needs === undefined || OptionCatalog.of(version.line).find(needs)) return [];
  const lines = OptionCatalog.of(version.line).linesThatKnow(needs).map(({ line }) => line); // prettier-ignore
  return [
    `flink.stateBackend is ${name}, version is ${version.release}: allowed is ${name} on Flink ${lines.join(' and ')}, because ${version.line} does not have it; use StateBackend.rocksDb() or a newer version`,
  ];
}

const THRESHOLD: NumberRange = { least: 1, most: 2147483647, why: 'it counts refused calls', example: 1 };
