import { existsSync, readFileSync } from 'node:fs';

/** What the job did, in milliseconds since 1970. */
export interface JobEvent {
  readonly at: number;
  /** `deployed`: tasks are sent out, at the start and at every restart. `running`: all of them run. `stopped`: they no longer all do. */
  readonly what: 'deployed' | 'running' | 'stopped';
  /** Largest parallelism of its operators, with `running`. */
  readonly parallelism: number;
}

const LINE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) .*? - (.*)$/;
const JOB = /^Job .+ \([0-9a-f]{32}\) switched from state (\w+) to (\w+)/;
const TASK = /^.+ \((\d+)\/(\d+)\) \((\w+)\) switched from (\w+) to (\w+)/;

/**
 * Reads the JobManager's log: Flink writes there, to the millisecond, when each task starts and when the job gives up on its tasks, while the REST
 * API may answer from a cache. With the adaptive scheduler each restart is a new graph that goes from CREATED to RUNNING.
 */
export function readJobLog(file: string): JobEvent[] {
  const events: JobEvent[] = [];
  const graph = { tasks: new Set<string>(), running: new Set<string>(), parallelism: 0, whole: false };
  const add = (at: number, what: JobEvent['what'], parallelism: number): void => void events.push({ at, what, parallelism });
  const stop = (at: number): void => {
    if (graph.whole) add(at, 'stopped', 0);
    graph.whole = false;
  };
  for (const { at, text } of lines(file)) {
    const [, from, to] = JOB.exec(text) ?? [];
    if (from === 'RUNNING') stop(at);
    if (from === 'CREATED' && to === 'RUNNING') add(at, 'deployed', 0);
    const [, , of, id, before, after] = TASK.exec(text) ?? [];
    if (id === undefined) continue;
    if (before === 'CREATED' && after === 'SCHEDULED') {
      // The first task of a new graph ends the one before, also when that ended with its JobManager.
      if (graph.tasks.size > 0 && !id.startsWith(graphOf([...graph.tasks][0]))) reset(graph, () => stop(at));
      graph.tasks.add(id);
      graph.parallelism = Math.max(graph.parallelism, Number(of));
    }
    if (after === 'RUNNING') graph.running.add(id);
    if (after === 'RUNNING' && graph.running.size === graph.tasks.size && !graph.whole) {
      graph.whole = true;
      add(at, 'running', graph.parallelism);
    }
    if (before === 'RUNNING' && after === 'FAILED') stop(at);
  }
  return events;
}

/** The id of an attempt begins with that of its graph. */
function graphOf(attempt: string): string {
  return attempt.split('_')[0];
}

function reset(graph: { tasks: Set<string>; running: Set<string>; parallelism: number }, stop: () => void): void {
  stop();
  graph.tasks.clear();
  graph.running.clear();
  graph.parallelism = 0;
}

function lines(file: string): { at: number; text: string }[] {
  if (!existsSync(file)) return [];
  const found = readFileSync(file, 'utf8').split('\n');
  // The last line may be written only in part.
  return found.slice(0, -1).flatMap((line) => {
    const [, time, text] = LINE.exec(line) ?? [];
    return time === undefined || !/ switched from |^Completed checkpoint/.test(text)
      ? []
      : [{ at: Date.parse(time.replace(' ', 'T').replace(',', '.')), text }];
  });
}

const CHECKPOINT = /^Completed checkpoint \d+ for job .*checkpointDuration=(\d+) ms/;

/** How long each checkpoint took that was completed since then, in seconds. */
export function checkpointSeconds(file: string, since: number): number[] {
  return lines(file).flatMap(({ at, text }) => {
    const [, duration] = CHECKPOINT.exec(text) ?? [];
    return duration !== undefined && at >= since ? [Number(duration) / 1000] : [];
  });
}

/** A time in which not all tasks ran, in milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What one interruption cost, as the log tells it. Times in seconds. */
export interface JobCost {
  /** From the loss until all tasks ran again; undefined when they did not. */
  readonly recovery?: number;
  /** All times together in which not all tasks ran: a later restart for a replacement counts too. */
  readonly withoutFullProgress: number;
  /** How often the tasks were sent out again. */
  readonly restarts: number;
  /** Time at lower parallelism times the TaskManagers that were missing. */
  readonly missingTaskManagerSeconds: number;
  /** Parallelism at the end. */
  readonly parallelism: number;
}

/**
 * @param lost when tasks ended, which Flink may notice later; undefined when nothing that is needed was lost
 * @param until the end of the time that is looked at
 * @param full the parallelism before
 */
export function costOf(events: JobEvent[], lost: number | undefined, since: number, until: number, full: number): JobCost {
  const gaps: Gap[] = [];
  let from = lost;
  let [missing, parallelism, last] = [0, full, since];
  const after = events.filter(({ at }) => at >= since && at <= until);
  for (const { at, what, parallelism: now } of after) {
    if (from === undefined) missing += Math.max(0, full - parallelism) * (at - last);
    last = at;
    if (what !== 'running') {
      from ??= at;
      continue;
    }
    if (from !== undefined) gaps.push({ from, to: at });
    from = undefined;
    parallelism = now;
  }
  if (from !== undefined) gaps.push({ from, to: until });
  else missing += Math.max(0, full - parallelism) * (until - last);
  const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;
  return {
    recovery: gaps.length > 0 && gaps[0].to < until ? seconds(gaps[0].to - gaps[0].from) : undefined,
    withoutFullProgress: seconds(gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0)),
    restarts: after.filter(({ what }) => what === 'deployed').length,
    missingTaskManagerSeconds: seconds(missing),
    parallelism,
  };
}
