import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalRun } from '../../local/local-run';
import { BuiltSample, buildSample } from '../../local/sample-job';
import { waitFor } from '../../local/waiting';
import { PATIENCE, resultsOf, sampleTemplate } from './sample';
import { expectedMaxima, knownTick, sorted } from './window-maxima';

const SCRIPT = join(__dirname, '../../lib/interruption/data/checkpoint-before-leaving.sh');
const START = Date.parse('2026-03-01T12:00:00.000Z');
const TICKS = 18_000;

/** Periodic ones are needed on 2.2: without one a job that has started on one TaskManager never takes in the second. */
const CHECKPOINTS = { 'execution.checkpointing.interval': '8 s', 'execution.checkpointing.min-pause': '0' };

/** What a pod that leaves does, against the REST API of a real JobManager. */
describe.each(['1.20', '2.2'])('the eviction hook on Flink %s', (line) => {
  let build: BuiltSample;
  let run: LocalRun;
  let job: string;

  beforeAll(async () => {
    build = await buildSample({ line, generator: true }, () => undefined);
    const numbers = { ticks: TICKS, rate: 200, start: START, 'spacing-ms': 20 };
    run = await LocalRun.start({
      application: await sampleTemplate(line),
      jar: build.jar,
      taskManagers: 2,
      uiPort: 0,
      generator: ['--source', 'generator', ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])],
      testOptions: CHECKPOINTS,
      log: () => undefined,
    });
    await run.cluster.awaitRunning(PATIENCE);
    job = (await get<{ jobs: { jid: string }[] }>('/jobs/overview')).jobs[0].jid;
  }, 600_000);
  afterAll(async () => run?.stop(), 60_000);

  test(
    'two pods that leave together share one checkpoint, the job restarts once and from it, and nothing is lost or doubled',
    async () => {
      await run.cluster.awaitParallelism(2, PATIENCE);
      const restoredBefore = await restored();
      await calm();
      const lines = await Promise.all([leave(), leave()]);
      const numbers = lines.map((text) => /checkpoint (\d+)(, which was under way,)? is complete/.exec(text)?.[1]);
      expect({ lines, numbers }).toEqual({ lines, numbers: [expect.stringMatching(/^\d+$/), numbers[0]] });

      const { source } = await run.cluster.rest.job();
      const leaving = run.cluster.taskManagers.find(({ options }) => options.name === source);
      leaving?.signal('SIGTERM');
      await leaving?.ended;
      run.cluster.addTaskManager();
      const expected = expectedMaxima(Array.from({ length: TICKS }, (_, i) => knownTick(i, START, 20)));
      expect(sorted(await resultsOf(run, expected.length))).toEqual(expected);
      const first = (await restored()).filter((id) => !restoredBefore.includes(id))[0];
      expect(first).toBeGreaterThanOrEqual(Number(numbers[0]));
    },
    4 * PATIENCE,
  );

  test(
    'a pod that leaves when the job has ended goes at once',
    async () => {
      // The last results are committed a moment before the job has ended.
      const ended = async (): Promise<{ done?: true; seen: string }> => {
        const { status } = await get<{ status: string }>(`/jobs/${job}/status`);
        return { done: status === 'FINISHED' ? true : undefined, seen: status };
      };
      await waitFor('the job has ended', ended, { within: PATIENCE });
      expect(await leave()).toContain('the job is FINISHED; there is nothing to save');
    },
    2 * PATIENCE,
  );

  /** A time at which neither a periodic checkpoint nor a border of the hook's slots of ten seconds falls between two hooks that begin together. */
  function calm(): Promise<true> {
    const look = async (): Promise<{ done?: true; seen: string }> => {
      const { latest } = await get<{ latest: { completed: { latest_ack_timestamp: number } | null } }>(`/jobs/${job}/checkpoints`);
      const [age, slot] = [Date.now() - (latest.completed?.latest_ack_timestamp ?? 0), Date.now() % 10_000];
      return {
        done: age < 2_000 && slot > 2_500 && slot < 7_000 ? true : undefined,
        seen: `checkpoint ${age} ms ago, ${slot} ms of the slot`,
      };
    };
    return waitFor('a checkpoint is just complete', look, { within: PATIENCE, every: 100 });
  }

  async function leave(): Promise<string> {
    const { port } = new URL(run.cluster.rest.address);
    const { stdout } = await promisify(execFile)('bash', [SCRIPT, '127.0.0.1', port, job, '45']);
    return stdout;
  }

  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(`${run.cluster.rest.address}${path}`);
    return (await answer.json()) as T;
  }

  /** Numbers of the checkpoints that the job was restored from, as far as Flink tells. */
  async function restored(): Promise<number[]> {
    const { latest } = await get<{ latest: { restored: { id: number } | null } }>(`/jobs/${job}/checkpoints`);
    return latest.restored ? [latest.restored.id] : [];
  }
});
