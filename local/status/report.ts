import { Checkpoint, FlinkHalf } from './flink-half';
import { Application, Component, FlinkPod, KubernetesHalf } from './kubernetes-half';

/** What was found: text for a person, and whether all is as the last deploy wants it. */
export interface Report {
  readonly lines: string[];
  readonly well: boolean;
}

/** What a job's state means for a person. Source: Flink `JobStatus`. */
const STATES: Record<string, string> = {
  INITIALIZING: 'the JobManager restores the job; look again in a minute',
  CREATED: 'the job waits for TaskManagers; see their line below',
  RESTARTING: 'a task was lost and the job starts again from its last checkpoint',
  FAILING: 'a task has failed and the others are being stopped',
  FAILED:
    'the job has given up; its checkpoints are kept: mend the cause, which stands in the log of the JobManager, and deploy, or deploy what was there before',
  CANCELED: 'somebody cancelled the job; a new pod goes on from its newest checkpoint (docs/deploys.md)',
  CANCELLING: 'the job is being cancelled',
  FINISHED: 'the job has come to its end: its source is bounded',
  SUSPENDED: 'the JobManager has lost its leadership; look again in a minute',
};

/** Writes down what runs, against what the Deployments want. */
export function report({ name, namespace }: Application, half: KubernetesHalf, flink: FlinkHalf | undefined, now: number): Report {
  const { jobManager, taskManagers } = half;
  const troubles = [...differences('JobManager', jobManager), ...differences('TaskManager', taskManagers)];
  const lines = [
    `${name} in namespace ${namespace}`,
    row('Job', jobLine(flink, jobManager, namespace, name)),
    ...(flink?.state !== undefined && flink.state !== 'RUNNING' && flink.lastFailure ? [row('Last failure', flink.lastFailure)] : []),
    ...checkpointRows(flink, now),
    ...componentRows('JobManager', jobManager),
    ...componentRows('TaskManagers', taskManagers),
    row('Image', jobManager.wanted.image),
    row('Configuration', jobManager.wanted.checksum),
    row('Pods run it', troubles.length === 0 ? 'yes, all of them' : troubles.join('; ')),
  ];
  const suspended = jobManager.replicas === 0 && jobManager.pods.length === 0;
  return { lines, well: (suspended || flink?.state === 'RUNNING') && troubles.length === 0 };
}

function row(title: string, text: string): string {
  return `  ${title.padEnd(15)}${text}`;
}

const SUSPENDED = 'suspended: no pod is wanted; it goes on from its last checkpoint when suspended is removed';

function jobLine(flink: FlinkHalf | undefined, jobManager: Component, namespace: string, name: string): string {
  if (jobManager.replicas === 0) return SUSPENDED;
  const log = `kubectl logs --namespace ${namespace} deployment/${name}-jobmanager`;
  if (!flink) return `not known: the JobManager does not answer; if that stays so, look at: ${log}`;
  if (flink.state === undefined) {
    return `none: the JobManager runs without this job, because its main class failed or the job has ended before; look at: ${log}`;
  }
  const meaning = STATES[flink.state];
  return meaning ? `${flink.state}: ${meaning}` : flink.state;
}

function checkpointRows(flink: FlinkHalf | undefined, now: number): string[] {
  if (flink?.state === undefined) return [];
  const { latest, counts } = flink.checkpoints;
  const restored = latest?.restored;
  const completed = latest?.completed;
  const restoredText = restored
    ? `${kind(restored)} ${restored.id}${ago(restored.restore_timestamp, now)}${place(restored)}`
    : 'nothing: the job started without state';
  const failures = counts ? `; ${counts.completed} completed and ${counts.failed} failed since the JobManager started` : '';
  const completedText = completed
    ? `${completed.id}${ago(completed.latest_ack_timestamp, now)}, took ${completed.end_to_end_duration ?? '?'} ms${failures}${place(completed)}`
    : `none yet${failures}`;
  return [row('Restored from', restoredText), row('Checkpoint', completedText)];
}

function kind({ is_savepoint: savepoint }: Checkpoint): string {
  return savepoint ? 'savepoint' : 'checkpoint';
}

function ago(time: number | undefined, now: number): string {
  return time === undefined ? '' : `, ${Math.max(0, Math.round((now - time) / 1000))} s ago`;
}

function place({ external_path: path }: Checkpoint): string {
  return path ? `, ${path}` : '';
}

function componentRows(title: string, { pods, replicas }: Component): string[] {
  const ready = pods.filter((pod) => pod.ready).length;
  const troubles = pods.filter((pod) => pod.trouble !== undefined).map((pod) => row('', `${pod.name}: ${pod.trouble}`));
  return [row(title, `${ready} of ${replicas} ready`), ...troubles];
}

/** Pods of another version than the Deployment wants: left over from before, or not replaced yet. */
function differences(title: string, { wanted, pods, replicas }: Component): string[] {
  const differs = (key: 'image' | 'checksum', what: string) => (pod: FlinkPod) =>
    pod[key] === wanted[key] ? [] : [`${title} ${pod.name} has ${what} ${pod[key]}, wanted is ${wanted[key]}`];
  if (pods.length === 0) return replicas === 0 ? [] : [`no ${title} pod is there`];
  return pods.flatMap((pod) => [...differs('image', 'image')(pod), ...differs('checksum', 'configuration')(pod)]);
}
