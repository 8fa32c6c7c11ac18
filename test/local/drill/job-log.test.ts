import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkpointSeconds, costOf, readJobLog } from '../../../local/drill/job-log';

/** Lines as Flink 2.2.1 and 1.20.5 write them, in the layout of the library's logging. */
const LOGGER = 'INFO  org.apache.flink.runtime.executiongraph.ExecutionGraph       [] - ';
const JOB = 'Job drill (4b54e627a477d7be31a127299ac9bb43) switched from state';
const START = Date.parse('2026-11-21T09:00:00.000');

function line(seconds: number, text: string): string {
  const at = new Date(START + seconds * 1000 - new Date(START).getTimezoneOffset() * 60_000).toISOString();
  return `${at.slice(0, 10)} ${at.slice(11, 23).replace('.', ',')} ${LOGGER}${text}\n`;
}

function task(seconds: number, graph: string, subtask: number, of: number, change: string): string {
  return line(seconds, `Ledger (${subtask}/${of}) (${graph}_c813_${subtask - 1}_0) switched from ${change}.`);
}

/** A graph that is sent out and runs so many seconds later. */
function run(seconds: number, graph: string, parallelism: number, took: number): string {
  const subtasks = Array.from({ length: parallelism }, (_, index) => index + 1);
  return [
    ...subtasks.map((subtask) => task(seconds, graph, subtask, parallelism, 'CREATED to SCHEDULED')),
    line(seconds, `${JOB} CREATED to RUNNING.`),
    ...subtasks.map((subtask) => task(seconds + (took * subtask) / parallelism, graph, subtask, parallelism, 'INITIALIZING to RUNNING')),
  ].join('');
}

function logOf(...lines: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'job-log-')), 'jobmanager.out');
  writeFileSync(file, lines.join(''));
  return file;
}

const at = (seconds: number): number => START + seconds * 1000;

describe("the JobManager's log", () => {
  const lost = logOf(
    run(0, 'a', 2, 1),
    task(10.5, 'a', 1, 2, 'RUNNING to FAILED'),
    line(10.5, `${JOB} RUNNING to CANCELLING.`),
    // Sent to a TaskManager that is gone.
    task(11, 'b', 1, 2, 'CREATED to SCHEDULED'),
    task(11, 'b', 2, 2, 'CREATED to SCHEDULED'),
    line(11, `${JOB} CREATED to RUNNING.`),
    line(11.2, `${JOB} RUNNING to CANCELLING.`),
    run(13, 'c', 1, 1),
    line(20, `${JOB} RUNNING to CANCELLING.`),
    run(20.5, 'd', 2, 1.5),
  );

  test('tells when all tasks ran, and when they no longer did', () => {
    const events = readJobLog(lost).map(({ at: time, what, parallelism }) => [(time - START) / 1000, what, parallelism]);
    expect(events).toEqual([
      [0, 'deployed', 0],
      [1, 'running', 2],
      [10.5, 'stopped', 0],
      [11, 'deployed', 0],
      [13, 'deployed', 0],
      [14, 'running', 1],
      [20, 'stopped', 0],
      [20.5, 'deployed', 0],
      [22, 'running', 2],
    ]);
  });

  test('gives the cost of a loss that Flink notices half a second later, by hand', () => {
    expect(costOf(readJobLog(lost), at(10), at(9), at(30), 2)).toEqual({
      recovery: 4,
      withoutFullProgress: 4 + 2,
      restarts: 3,
      missingTaskManagerSeconds: 6,
      parallelism: 2,
    });
  });

  test('counts a job that does not come back until the end, and not as recovered', () => {
    expect(costOf(readJobLog(lost), at(10), at(9), at(12.5), 2)).toMatchObject({
      recovery: undefined,
      withoutFullProgress: 2.5,
      restarts: 1,
    });
  });

  test('gives no cost where nothing was lost', () => {
    const cost = costOf(readJobLog(logOf(run(0, 'a', 2, 1))), undefined, at(5), at(30), 2);
    expect(cost).toEqual({ recovery: undefined, withoutFullProgress: 0, restarts: 0, missingTaskManagerSeconds: 0, parallelism: 2 });
  });

  test('sees that a graph has gone with its JobManager, which could not say so', () => {
    const restarted = readJobLog(logOf(run(0, 'a', 2, 1), run(20, 'b', 2, 2)));
    expect(restarted.map(({ what }) => what)).toEqual(['deployed', 'running', 'stopped', 'deployed', 'running']);
    expect(costOf(restarted, at(5), at(4), at(30), 2)).toMatchObject({ recovery: 17, restarts: 1 });
  });

  test('leaves out a last line that is written in part', () => {
    expect(readJobLog(logOf(run(0, 'a', 1, 1), line(5, `${JOB} RUNNING to CANCELLING.`).trimEnd()))).toHaveLength(2);
  });

  test('tells how long checkpoints took', () => {
    const done = (seconds: number, took: number): string =>
      line(seconds, `Completed checkpoint 3 for job 4b54 (30255322 bytes, checkpointDuration=${took} ms, finalizationTime=42 ms).`);
    expect(checkpointSeconds(logOf(done(5, 900), done(15, 1250)), at(10))).toEqual([1.25]);
  });
});
