import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationTemplate } from '../application-template';
import { waitFor } from '../waiting';
import { DrillCluster } from './drill-cluster';
import { costOf, JobCost } from './job-log';
import { Exactness, RATE, SHARDS } from './ledger';
import { Alone, LEAD, Quiet } from './quiet';
import { Interruption, Scenario } from './scenario';

/** What one interruption of one fresh cluster cost. Times in seconds. */
export interface DrillResult extends JobCost, Exactness {
  /** From each loss until all tasks ran again. */
  readonly recoveries: (number | undefined)[];
  /** Work done again: records processed twice, over the rate at which records come. */
  readonly replayedSeconds: number;
  readonly replayedRecords: number;
  /** How long pods were kept from going: hook and checkpoint. */
  readonly hookSeconds: number[];
  /** What the hooks said. */
  readonly hooks: string[];
  /** Whether a pod was killed at the end of its grace. */
  readonly killed: boolean;
  /** Parallelism before. */
  readonly full: number;
  /** How long each checkpoint took that was completed since the interruption began. */
  readonly checkpointSeconds: number[];
  /** From the last checkpoint before the interruption to its begin. */
  readonly phaseSeconds: number;
  /** What happened when, in seconds since the interruption began. */
  readonly timeline: Timeline;
}

/** What happened when, in seconds since the interruption began. */
export interface Timeline {
  readonly events: [seconds: number, what: string, parallelism: number][];
  /** Records seen at least once so far. */
  readonly seen: [seconds: number, records: number][];
  /** Begin of the hook and SIGTERM of each pod that was evicted. */
  readonly evictions: [begun: number, terminated: number][];
}

/** How long it may take until all tasks run again: more than Flink's defaults need for a host that vanishes. Seconds. */
const RECOVERY = 150;

/**
 * Starts a fresh cluster, interrupts it once and looks at what that cost. Starts and interruptions have the machine for themselves.
 *
 * @throws when the cluster does not start or the job does not run again
 */
export async function drillOnce(
  template: ApplicationTemplate,
  jar: string,
  scenario: Scenario,
  quiet: Quiet,
  signal?: AbortSignal,
): Promise<DrillResult> {
  const application = scenario.prepare?.(template) ?? template;
  // Between a start and an interruption that soon follows nothing else fits.
  if (scenario.phase * 1000 < LEAD)
    return quiet.startAndInterrupt((release) => withCluster((at, work) => pause(at - Date.now()).then(() => work(release))), signal);
  return withCluster((at, work) => quiet.interrupt(at, work, signal));

  async function withCluster(when: (at: number, work: Alone<DrillResult>) => Promise<DrillResult>): Promise<DrillResult> {
    const cluster = await startCluster();
    try {
      const work: Alone<DrillResult> = (release) => interrupt(cluster, scenario, release, signal);
      return await when(cluster.checkpointed + scenario.phase * 1000, work);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n(logs: ${cluster.run.folder})`, { cause: error });
    } finally {
      await cluster.stop();
    }
  }

  function startCluster(): Promise<DrillCluster> {
    const start = (): Promise<DrillCluster> => DrillCluster.start(application, jar, scenario.extra, signal);
    return scenario.phase * 1000 < LEAD ? start() : quiet.start(start, signal);
  }
}

/** Interrupts it, and says when the tasks run again. */
async function interrupt(cluster: DrillCluster, scenario: Scenario, release: () => void, signal?: AbortSignal): Promise<DrillResult> {
  const before = cluster.counts();
  const since = Date.now();
  const seen: [number, number][] = [];
  const sampler = setInterval(() => seen.push([(Date.now() - since) / 1000, cluster.counts().distinct]), 250);
  const interruption = await scenario
    .interrupt(cluster)
    .then(async (done) => {
      if (scenario.idle) release();
      await awaitTasks(cluster, done, signal);
      // How the job catches up is seen too.
      await pause(scenario.watch * 1000, undefined, { signal });
      release();
      await settle(cluster, scenario, signal);
      return done;
    })
    .finally(() => clearInterval(sampler));
  const until = Date.now();
  const checkpoints = cluster.checkpointSeconds(since);
  const exactness = await cluster.compare();
  const after = cluster.counts();
  const replayed = Math.max(0, after.processed - after.distinct - (before.processed - before.distinct));
  return {
    ...costs(cluster, interruption, since, until),
    ...exactness,
    full: cluster.full,
    replayedRecords: replayed,
    replayedSeconds: Math.round((replayed / (RATE * SHARDS)) * 1000) / 1000,
    checkpointSeconds: checkpoints,
    phaseSeconds: (since - cluster.checkpointed) / 1000,
    timeline: timelineOf(cluster, interruption, since, until, seen),
  };
}

type Costs = JobCost & Pick<DrillResult, 'recoveries' | 'hookSeconds' | 'hooks' | 'killed'>;

function costs(cluster: DrillCluster, { losses, evictions }: Interruption, since: number, until: number): Costs {
  const events = cluster.events();
  return {
    ...costOf(events, losses[0], since, until, cluster.full),
    recoveries: losses.map((lost, index) => costOf(events, lost, lost, losses[index + 1] ?? until, cluster.full).recovery),
    hookSeconds: evictions.map(({ begun, terminated }) => (terminated - begun) / 1000),
    hooks: evictions.map(({ said }) => said),
    killed: evictions.some(({ killed }) => killed),
  };
}

function timelineOf(cluster: DrillCluster, { evictions }: Interruption, since: number, until: number, seen: [number, number][]): Timeline {
  const seconds = (at: number): number => (at - since) / 1000;
  const events = cluster.events().filter(({ at }) => at >= since && at <= until);
  return {
    events: events.map(({ at, what, parallelism }) => [seconds(at), what, parallelism]),
    seen,
    evictions: evictions.map(({ begun, terminated }) => [seconds(begun), seconds(terminated)]),
  };
}

/** Waits until all tasks run again. */
async function awaitTasks(cluster: DrillCluster, { losses }: Interruption, signal?: AbortSignal): Promise<void> {
  const last = losses.at(-1);
  if (last === undefined) return;
  const runs = async (): Promise<{ done?: true; seen: string }> => {
    const event = cluster.events().at(-1);
    return {
      done: event?.what === 'running' && event.at > last ? true : undefined,
      seen: `${event?.what} at ${event?.at}, lost at ${last}`,
    };
  };
  await waitFor('all tasks run again', runs, { within: RECOVERY * 1000, every: 250, signal });
}

/** Waits for the full parallelism, with a checkpoint every ten seconds as periodic ones would come. */
async function settle(cluster: DrillCluster, { observe }: Scenario, signal?: AbortSignal): Promise<void> {
  const end = Date.now() + observe * 1000;
  for (let next = Date.now() + 10_000; Date.now() < end && !isFull(cluster);) {
    await pause(250, undefined, { signal });
    if (Date.now() < next) continue;
    next += 10_000;
    await cluster.checkpoint(5_000).catch(() => undefined);
  }
}

function isFull(cluster: DrillCluster): boolean {
  const event = cluster.events().at(-1);
  return event?.what === 'running' && event.parallelism >= cluster.full;
}
