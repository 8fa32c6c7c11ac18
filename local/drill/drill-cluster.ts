import { mkdirSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationTemplate } from '../application-template';
import { LocalRun } from '../local-run';
import { OwnProcess } from '../own-processes';
import { Eviction } from '../pod-eviction';
import { waitFor } from '../waiting';
import { checkpointSeconds, JobEvent, readJobLog } from './job-log';
import { compareResults, Counts, Exactness, isComplete, RATE, readCounts } from './ledger';

/** Each start costs many JVM starts: the code of all of them is compiled the quick way only and not verified, in every configuration. */
const QUICK_JVM = {
  JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote',
};

/**
 * Differences that all configurations have. Checkpoints are asked for by REST, so that none falls into a phase by chance; Flink takes its first
 * periodic one at a random time within the interval. Source: Flink, CheckpointCoordinator.
 */
const DRILL_OPTIONS = {
  'execution.checkpointing.interval': '30 d',
  'web.refresh-interval': '100',
  'rest.cache.checkpoint-statistics.timeout': '100 ms',
  // Kubernetes' lease lasts 15 s by default; ZooKeeper's session would last a minute.
  'high-availability.zookeeper.client.session-timeout': '15 s',
  // And a TaskManager that pauses would take the silence of its session for the loss of its JobManager, which Kubernetes' leases do not make it do.
  'high-availability.zookeeper.client.tolerate-suspended-connections': 'true',
};

const START = 180_000;

/** Until a container runs that Kubernetes starts in place of another, in milliseconds. Its own aim for a pod whose image is there is 5 s. */
const CONTAINER_START = 2_000;

/** A fresh cluster with the drill's job, and what can be done to it. */
export class DrillCluster {
  /** Starts it and waits until the job runs on all TaskManagers, has taken in its backlog and has a checkpoint. */
  public static async start(application: ApplicationTemplate, jar: string, extra: number, signal?: AbortSignal): Promise<DrillCluster> {
    const taskManagers = (application.replicas ?? 2) + extra;
    const options = { taskManagers, uiPort: 0, testOptions: DRILL_OPTIONS, environment: QUICK_JVM, log: () => undefined, signal };
    const run = await LocalRun.start({ ...options, application, jar });
    const cluster = new DrillCluster(run, application, taskManagers);
    try {
      await cluster.awaitStart(signal);
      await cluster.checkpoint();
      cluster.checkpointed = Date.now();
      return cluster;
    } catch (error) {
      await run.stop();
      throw new Error(`${(error as Error).message}\n(logs: ${run.folder})`, { cause: error });
    }
  }

  /** Parallelism when nothing is lost. */
  public readonly full: number;
  /** When the first checkpoint was complete, in milliseconds since 1970. */
  public checkpointed = 0;
  private job = '';
  private readonly starting: NodeJS.Timeout[] = [];

  private constructor(
    public readonly run: LocalRun,
    public readonly application: ApplicationTemplate,
    public readonly taskManagers: number,
  ) {
    const fixed = application.options['parallelism.default'];
    this.full = application.options['jobmanager.scheduler'] === 'adaptive' && fixed ? Number(fixed) : taskManagers;
    // A first start has the id that follows from the name.
    this.job = application.start?.environment.JOB_ID ?? '';
  }

  /** TaskManagers that tasks run on, by name; Flink may list one that is dead for a while. */
  public async busy(): Promise<OwnProcess[]> {
    const { taskmanagers } = await this.get<{ taskmanagers: { id: string; freeSlots: number }[] }>('/taskmanagers');
    const names = taskmanagers.filter(({ freeSlots }) => freeSlots === 0).map(({ id }) => id);
    return this.run.cluster.taskManagers.filter(({ options }) => names.includes(options.name));
  }

  /** Takes a checkpoint by REST and waits for it. */
  public async checkpoint(within = 60_000): Promise<void> {
    const id = await this.trigger();
    await waitFor(
      'the checkpoint is complete',
      async () => {
        const { status, operation } = await this.get<{ status: { id: string }; operation?: { failureCause?: object } }>(
          `/jobs/${this.job}/checkpoints/${id}`,
        );
        if (operation?.failureCause) throw new Error('the checkpoint failed');
        return { done: status.id === 'COMPLETED' ? true : undefined, seen: status.id };
      },
      { within, every: 100 },
    );
  }

  /** Begins a checkpoint by REST. */
  public async trigger(): Promise<string> {
    const answer = await fetch(`${this.run.cluster.rest.address}/jobs/${this.job}/checkpoints`, {
      method: 'POST',
      body: JSON.stringify({ checkpointType: 'CONFIGURED' }),
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`no checkpoint: ${answer.status}`);
    return ((await answer.json()) as { 'request-id': string })['request-id'];
  }

  /** Lets TaskManagers go as an eviction on Kubernetes does: replacements start at once, as a ReplicaSet starts them. */
  public async evict(leaving: OwnProcess[]): Promise<Eviction[]> {
    leaving.forEach(() => this.replace());
    return Promise.all(leaving.map((each) => this.run.cluster.evictTaskManager(each)));
  }

  /** Starts one more in place of one that is lost. Its machine would be another one; here it leaves the processors to those that work. */
  public replace(): void {
    const start = (): void => {
      const { pid } = this.run.cluster.addTaskManager();
      if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
    };
    this.starting.push(setTimeout(start, CONTAINER_START));
  }

  /** All that the job did so far. */
  public events(): JobEvent[] {
    return readJobLog(this.jobLog);
  }

  /** How long each checkpoint took that was completed since then, in seconds. */
  public checkpointSeconds(since: number): number[] {
    return checkpointSeconds(this.jobLog, since);
  }

  /** What all attempts of the job counted. */
  public counts(): Counts {
    return readCounts(this.counters);
  }

  /** Compares what is in the sink with what must be there, once a checkpoint has made it visible. */
  public async compare(): Promise<Exactness> {
    const seconds = Math.floor(this.counts().frontier / RATE) - 1;
    let lines: string[] = [];
    const look = async (): Promise<{ done?: true; seen: string }> => {
      await this.checkpoint().catch(() => undefined);
      await pause(500);
      lines = [...(await this.run.s3.lines(this.run.outputs[0])).values()].flat();
      return { done: isComplete(lines, seconds) ? true : undefined, seen: `${lines.length} lines` };
    };
    // What never comes is lost, and shows as such; a machine that is busy with other things may take long.
    await waitFor(`all windows below second ${seconds} are in the sink`, look, { within: 150_000 }).catch(() => undefined);
    return compareResults(lines, seconds);
  }

  /** Ends everything. */
  public async stop(): Promise<void> {
    this.starting.forEach((timer) => clearTimeout(timer));
    await this.run.stop();
  }

  private get jobLog(): string {
    return join(this.run.folder, 'logs', `${this.application.name}-jobmanager.out`);
  }

  private get counters(): string {
    return join(this.run.home.path, 'work', 'counters');
  }

  private async awaitStart(signal?: AbortSignal): Promise<void> {
    const registered = async (): Promise<{ done?: true; seen: string }> => {
      const there = await this.run.cluster.rest.taskManagers();
      return { done: there === this.taskManagers ? true : undefined, seen: `${there} TaskManagers` };
    };
    await waitFor('all TaskManagers are registered', registered, { within: START, signal });
    mkdirSync(this.counters, { recursive: true });
    writeFileSync(join(this.counters, 'go'), '');
    await this.run.cluster.awaitRunning(START, signal);
    this.job = (await this.get<{ jobs: { jid: string }[] }>('/jobs/overview')).jobs[0].jid;
    if ((await this.run.cluster.rest.job()).parallelism < this.full) {
      // Reactive Mode starts on the first slot it hears of, if only by milliseconds: a restart takes in the rest.
      // On 1.20 it may take in the rest by itself meanwhile.
      const complete = await this.checkpoint().then(() => true, () => false); // prettier-ignore
      if (complete) writeFileSync(join(this.counters, 'restart'), '');
    }
    await this.run.cluster.awaitParallelism(this.full, START, signal);
    await this.awaitProgress(signal);
  }

  /** Waits until the job has caught up: nothing sent more than a second ago is unread. */
  public async awaitProgress(signal?: AbortSignal): Promise<void> {
    const look = async (): Promise<{ done?: true; seen: string }> => {
      const before = this.counts().distinct;
      await pause(500);
      const rate = (this.counts().distinct - before) / 0.5;
      return { done: rate > 0 && rate < RATE * 4 * 1.4 && before > 0 ? true : undefined, seen: `${rate} records a second` };
    };
    await waitFor('the job has caught up', look, { within: START, every: 10, signal });
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.run.cluster.rest.address}${path}`, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`GET ${path} answers ${answer.status}`);
    return (await answer.json()) as T;
  }
}
