import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationTemplate } from '../application-template';
import { OwnProcess } from '../own-processes';
import { Eviction } from '../pod-eviction';
import { DrillCluster } from './drill-cluster';

/** What was done to a cluster. Times in milliseconds since 1970. */
export interface Interruption {
  /** When tasks were lost, one for each loss; none where nothing should be. */
  readonly losses: number[];
  readonly evictions: Eviction[];
}

/** A way to interrupt a job. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** From the last checkpoint to the interruption, in seconds. */
  readonly phase: number;
  /** Runs of each configuration. */
  readonly runs: number;
  /** TaskManagers beside those that the configuration has. */
  readonly extra: number;
  /** How long the job has the machine for itself once it runs again, in seconds. */
  readonly watch: number;
  /** How long is looked at it after that, until it has its full parallelism, in seconds. */
  readonly observe: number;
  /** What follows is a time-out of Flink: another cluster may start meanwhile. */
  readonly idle?: boolean;
  /** What else is different in the template. */
  readonly prepare?: (template: ApplicationTemplate) => ApplicationTemplate;
  readonly interrupt: (cluster: DrillCluster) => Promise<Interruption>;
}

const USUAL = { phase: 3, runs: 1, extra: 0, watch: 1, observe: 30 };

/** The scenarios of the drill. */
export const SCENARIOS: Scenario[] = [
  {
    ...USUAL,
    name: 'notice',
    title: 'notice, then kill at the end of the grace',
    phase: 40,
    runs: 5,
    watch: 3,
    interrupt: (cluster) => evict(cluster, 1),
  },
  { ...USUAL, name: 'kill', title: 'SIGKILL without notice', runs: 5, interrupt: kill },
  { ...USUAL, name: 'vanish', title: 'host vanishes without a packet', runs: 5, observe: 0, idle: true, interrupt: vanish },
  { ...USUAL, name: 'five', title: 'five losses in a row, 35 s apart', observe: 10, interrupt: fiveLosses },
  { ...USUAL, name: 'node', title: 'two TaskManagers of one node, with notice', extra: 1, interrupt: (cluster) => evict(cluster, 2) },
  { ...USUAL, name: 'checkpoint', title: 'SIGKILL during a checkpoint', interrupt: killDuringCheckpoint },
  { ...USUAL, name: 'jobmanager', title: 'SIGKILL of the JobManager', interrupt: (cluster) => killJobManager(cluster, []) },
  { ...USUAL, name: 'both', title: 'SIGKILL of JobManager and TaskManager together', interrupt: killBoth },
  { ...USUAL, name: 's3', title: 'notice while S3 refuses writes for 30 s', interrupt: evictWithoutS3 },
  {
    ...USUAL,
    name: 'slow',
    title: 'notice, checkpoint slower than its deadline (8 s here)',
    prepare: withDeadline(8),
    interrupt: evictSlowly,
  },
  { ...USUAL, name: 'deploy', title: 'deploy: both pod templates at once', interrupt: deploy },
  { ...USUAL, name: 'pause', title: 'pause of 8 s, as of a garbage collection', interrupt: freezeAWhile },
];

async function evict(cluster: DrillCluster, count: number): Promise<Interruption> {
  const evictions = await cluster.evict((await cluster.busy()).slice(0, count));
  return { losses: [Math.min(...evictions.map(({ terminated }) => terminated))], evictions };
}

async function kill(cluster: DrillCluster): Promise<Interruption> {
  const [lost] = await cluster.busy();
  return { losses: [killAndReplace(cluster, lost)], evictions: [] };
}

function killAndReplace(cluster: DrillCluster, lost: OwnProcess): number {
  const at = Date.now();
  lost.signal('SIGKILL');
  cluster.replace();
  return at;
}

/** Stopped, it keeps its connections and answers nothing. Kubernetes would replace it only later: nobody comes within the drill. */
async function vanish(cluster: DrillCluster): Promise<Interruption> {
  const [lost] = await cluster.busy();
  const at = Date.now();
  lost.signal('SIGSTOP');
  return { losses: [at], evictions: [] };
}

async function fiveLosses(cluster: DrillCluster): Promise<Interruption> {
  const losses: number[] = [];
  for (let loss = 0; loss < 5; loss++) {
    if (loss > 0) await pause(losses[loss - 1] + 35_000 - Date.now());
    const [lost] = await cluster.busy();
    losses.push(killAndReplace(cluster, lost));
    await pause(20_000);
    await cluster.checkpoint().catch(() => undefined);
  }
  return { losses, evictions: [] };
}

async function killDuringCheckpoint(cluster: DrillCluster): Promise<Interruption> {
  cluster.run.s3.disturb({ writeDelay: 3 });
  await cluster.trigger();
  await pause(1_000);
  const [lost] = await cluster.busy();
  const at = killAndReplace(cluster, lost);
  cluster.run.s3.disturb();
  return { losses: [at], evictions: [] };
}

async function killJobManager(cluster: DrillCluster, taskManagers: OwnProcess[]): Promise<Interruption> {
  const flink = cluster.run.cluster;
  const at = Date.now();
  for (const lost of [flink.jobManager, ...taskManagers]) lost?.signal('SIGKILL');
  taskManagers.forEach(() => cluster.replace());
  await flink.jobManager?.ended;
  flink.startJobManager();
  return { losses: [at], evictions: [] };
}

async function killBoth(cluster: DrillCluster): Promise<Interruption> {
  return killJobManager(cluster, (await cluster.busy()).slice(0, 1));
}

async function evictWithoutS3(cluster: DrillCluster): Promise<Interruption> {
  cluster.run.s3.disturb({ refuseWrites: true });
  setTimeout(() => cluster.run.s3.disturb(), 30_000);
  await pause(10_000);
  return evict(cluster, 1);
}

async function evictSlowly(cluster: DrillCluster): Promise<Interruption> {
  cluster.run.s3.disturb({ writeDelay: 6 });
  const interruption = await evict(cluster, 1);
  cluster.run.s3.disturb();
  return interruption;
}

/** Both Deployments have the strategy Recreate: new pods come when the old ones are gone. */
async function deploy({ run, taskManagers }: DrillCluster): Promise<Interruption> {
  const { cluster } = run;
  const old = [...cluster.taskManagers];
  const jobManager = cluster.jobManager;
  if (!jobManager) throw new Error('there is no JobManager');
  const first = cluster.evictJobManager(jobManager).then((eviction) => (cluster.startJobManager(), eviction));
  const rest = Promise.all(old.map((each) => cluster.evictTaskManager(each))).then((evictions) => {
    for (let each = 0; each < taskManagers; each++) cluster.addTaskManager();
    return evictions;
  });
  const evictions = [await first, ...(await rest)];
  return { losses: [Math.min(...evictions.map(({ terminated }) => terminated))], evictions };
}

async function freezeAWhile(cluster: DrillCluster): Promise<Interruption> {
  const [frozen] = await cluster.busy();
  frozen.signal('SIGSTOP');
  await pause(8_000);
  frozen.signal('SIGCONT');
  await pause(15_000);
  return { losses: [], evictions: [] };
}

/** The deadline of the hook is its fourth argument. */
function withDeadline(seconds: number): (template: ApplicationTemplate) => ApplicationTemplate {
  return (template) => {
    const { preStop, graceSeconds } = template.taskManagerEnding;
    const shorter = preStop?.map((each, index) => (index === 5 ? String(seconds) : each));
    return { ...template, taskManagerEnding: { preStop: shorter, graceSeconds } };
  };
}
