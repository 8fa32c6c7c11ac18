import { spawn } from 'child_process';
import { mkdtempSync, writeFileSync } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';

/** The hook by itself, against a JobManager that answers as each test wants. Answers have the shape of Flink's REST API. */
const SCRIPT = join(__dirname, '../../lib/interruption/data/checkpoint-before-leaving.sh');
const JOB = '39b0f1d34b1f1decf9e0d9a670be7018';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

type Answer = [status: number, body: unknown] | 'hang';

interface FakeJobManager {
  readonly port: number;
  readonly calls: Call[];
  close(): Promise<void>;
}

/**
 * Answers by `METHOD path-after-the-job`, an array one after the other; 404 for the rest, as Flink does, and for checkpoints that
 * nobody asked for, but for the `other` one.
 */
async function jobManager(answers: Record<string, Answer | Answer[]>, other?: string): Promise<FakeJobManager> {
  const calls: Call[] = [];
  const next = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = (request.url ?? '').replace(`/jobs/${JOB}`, '');
      calls.push({ method: request.method ?? '', path, body });
      const key = Object.keys(answers).find((pattern) => new RegExp(`^${pattern}$`).test(`${request.method} ${path}`));
      const all = key === undefined ? undefined : answers[key];
      const list = (Array.isArray(all) && Array.isArray(all[0]) ? all : [all]) as (Answer | undefined)[];
      const index = Math.min(next.get(key ?? '') ?? 0, list.length - 1);
      const asked = /^\/checkpoints\/([0-9a-f]{32})$/.exec(path)?.[1];
      const known = asked === undefined || asked === other || calls.some(({ body: sent }) => sent.includes(asked));
      const answer = (known ? list[index] : undefined) ?? [404, { errors: ['not found'] }];
      if (known) next.set(key ?? '', index + 1);
      if (answer === 'hang') return;
      response.writeHead(answer[0], { 'Content-Type': 'application/json' }).end(JSON.stringify(answer[1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** A `date` that stands still, so that a test can choose the place in the ten-second slot. */
function clockAt(milliseconds: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'clock-'));
  writeFileSync(join(directory, 'date'), `#!/bin/sh\necho ${milliseconds}\n`, { mode: 0o755 });
  return directory;
}

/** How a pod leaves: as a TaskManager of that name, with so many seconds for its replacement. */
interface Leaving {
  readonly pod?: string;
  readonly replacement?: number;
}

async function leave(
  port: number,
  deadline = 5,
  clock?: string,
  { pod, replacement = 0 }: Leaving = {},
): Promise<{ line: string; code: number | null; seconds: number }> {
  const start = process.hrtime.bigint();
  const env = { ...process.env, PATH: clock ? `${clock}:${process.env.PATH}` : process.env.PATH, POD_NAME: pod };
  // A hook that outlives its deadline ends with code 124; the margin is for a machine that is busy with other things too.
  const args = [String(deadline + 5), 'bash', SCRIPT, '127.0.0.1', String(port), JOB, String(deadline), String(replacement)];
  const child = spawn('timeout', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let line = '';
  child.stdout.on('data', (chunk) => (line += String(chunk)));
  child.stderr.on('data', (chunk) => (line += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { line, code, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

const RUNNING: Answer = [200, { status: 'RUNNING' }];
const NO_CHECKPOINT_YET: Answer = [200, { counts: { in_progress: 0 }, latest: { completed: null }, history: [] }];
const IN_PROGRESS: Answer = [200, { status: { id: 'IN_PROGRESS' }, operation: null }];
const COMPLETED: Answer = [200, { status: { id: 'COMPLETED' }, operation: { checkpointId: 17 } }];
const ACCEPTED: Answer = [202, { 'request-id': '0'.repeat(32) }];

function inProgress(id: number, triggered: number): Answer {
  const checkpoint = {
    className: 'in_progress',
    id,
    status: 'IN_PROGRESS',
    is_savepoint: false,
    checkpointed_size: 0,
    trigger_timestamp: triggered,
  };
  return [200, { counts: { in_progress: 1 }, latest: { completed: completed(id - 1) }, history: [checkpoint] }];
}

function completed(id: number): unknown {
  return { className: 'completed', id, status: 'COMPLETED', is_savepoint: false, trigger_timestamp: 1 };
}

/** As Flink answers `GET /taskmanagers`, 2.2.1: more than what is read stands around it. */
function taskManagers(...all: [id: string, slots: number, free: number][]): Answer {
  const resource = { cpuCores: 1, taskHeapMemory: 100, extendedResources: {} };
  return [
    200,
    {
      taskmanagers: all.map(([id, slotsNumber, freeSlots]) => ({
        id,
        path: `pekko.tcp://flink@10.0.0.1:6122/user/rpc/${id}`,
        dataPort: 6121,
        timeSinceLastHeartbeat: 1,
        slotsNumber,
        freeSlots,
        totalResource: resource,
        hardware: { cpuCores: 2, freeMemory: 7 },
        memoryConfiguration: { taskHeap: 1 },
      })),
    },
  ];
}

describe('a TaskManager', () => {
  let fake: FakeJobManager;
  afterEach(async () => fake?.close());

  const answers = {
    'GET /status': RUNNING,
    'GET /checkpoints': NO_CHECKPOINT_YET,
    'POST /checkpoints': ACCEPTED,
    'GET /checkpoints/[0-9a-f]{32}': COMPLETED,
  };
  const posts = (): Call[] => fake.calls.filter(({ method }) => method === 'POST');
  const looks = (): number => fake.calls.filter(({ path }) => path === '/taskmanagers').length;

  test('does not wait when a spare has the slots', async () => {
    fake = await jobManager({ ...answers, 'GET /taskmanagers': taskManagers(['a', 1, 0], ['b', 1, 0], ['spare', 1, 1]) });
    expect((await leave(fake.port, 20, undefined, { pod: 'a', replacement: 15 })).line).toContain('checkpoint 17 is complete');
    expect([posts().length, looks()]).toEqual([1, 2]);
  });

  test('waits until its replacement is registered, then takes the checkpoint', async () => {
    const two = taskManagers(['a', 1, 0], ['b', 1, 0]);
    // In Reactive Mode the slot that comes is taken at once.
    const three = taskManagers(['a', 1, 0], ['b', 1, 0], ['c', 1, 0]);
    fake = await jobManager({ ...answers, 'GET /taskmanagers': [two, two, two, three] as Answer[] });
    expect((await leave(fake.port, 20, undefined, { pod: 'a', replacement: 15 })).line).toContain('checkpoint 17 is complete');
    const order = fake.calls.map(({ method, path }) => `${method} ${path}`);
    expect(order.indexOf('POST /checkpoints')).toBe(order.indexOf('GET /taskmanagers') + 5);
    expect(posts()).toHaveLength(1);
  });

  test('goes with the checkpoint alone when no replacement comes in time', async () => {
    fake = await jobManager({ ...answers, 'GET /taskmanagers': taskManagers(['a', 1, 0], ['b', 1, 0]) });
    const { line, seconds } = await leave(fake.port, 20, undefined, { pod: 'a', replacement: 2 });
    expect(line).toContain('checkpoint 17 is complete');
    expect(seconds).toBeGreaterThan(1);
    expect(posts()).toHaveLength(1);
  });

  test('does not wait where a replacement would restart the job', async () => {
    fake = await jobManager({ ...answers, 'GET /taskmanagers': taskManagers(['a', 1, 0], ['b', 1, 0]) });
    expect((await leave(fake.port, 20, undefined, { pod: 'a' })).line).toContain('checkpoint 17 is complete');
    expect(looks()).toBe(2);
  });

  test('goes at once, without a checkpoint, when no task runs on it', async () => {
    fake = await jobManager({ ...answers, 'GET /taskmanagers': taskManagers(['a', 1, 0], ['b', 1, 0], ['spare', 1, 1]) });
    const { line } = await leave(fake.port, 20, undefined, { pod: 'spare', replacement: 15 });
    expect(line).toContain('no task runs here');
    expect(posts()).toEqual([]);
  });

  test('waits on, and takes another checkpoint, when the spare goes meanwhile', async () => {
    const spare = taskManagers(['a', 1, 0], ['b', 1, 0], ['spare', 1, 1]);
    const gone = taskManagers(['a', 1, 0], ['b', 1, 0]);
    const back = taskManagers(['a', 1, 0], ['b', 1, 0], ['c', 1, 1]);
    fake = await jobManager({ ...answers, 'GET /taskmanagers': [spare, gone, gone, back, back] as Answer[] });
    const { line } = await leave(fake.port, 20, clockAt(1_763_700_005_000), { pod: 'a', replacement: 15 });
    expect(line).toContain('checkpoint 17 is complete');
    const ids = posts().map(({ body }) => (JSON.parse(body) as { triggerId: string }).triggerId);
    expect([ids.length, new Set(ids).size]).toEqual([2, 2]);
  });

  test('counts slots, not TaskManagers', async () => {
    const few = taskManagers(['a', 2, 0], ['b', 2, 1]);
    const enough = taskManagers(['a', 2, 0], ['b', 2, 1], ['c', 2, 2]);
    fake = await jobManager({ ...answers, 'GET /taskmanagers': [few, enough] as Answer[] });
    await leave(fake.port, 20, undefined, { pod: 'a', replacement: 15 });
    expect(looks()).toBe(3);
  });

  test.each<[string, Answer]>([
    ['hangs', 'hang'],
    ['is refused', [503, {}]],
    ['has no such TaskManager', taskManagers(['b', 1, 0])],
  ])('takes its checkpoint when the look at the TaskManagers %s', async (_, answer) => {
    fake = await jobManager({ ...answers, 'GET /taskmanagers': answer });
    expect((await leave(fake.port, 20, undefined, { pod: 'a', replacement: 15 })).line).toContain('checkpoint 17 is complete');
  });
});

describe('checkpoint-before-leaving.sh', () => {
  let fake: FakeJobManager;
  afterEach(async () => fake?.close());

  test('asks for a checkpoint and leaves when it is complete', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': [IN_PROGRESS, IN_PROGRESS, COMPLETED] as Answer[],
    });
    const { line, code } = await leave(fake.port);
    expect(line).toContain('checkpoint 17 is complete');
    expect(code).toBe(0);
    const posts = fake.calls.filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(1);
    const body = JSON.parse(posts[0].body) as Record<string, string>;
    expect(body).toEqual({ checkpointType: 'CONFIGURED', triggerId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(fake.calls.at(-1)?.path).toBe(`/checkpoints/${body.triggerId}`);
  });

  test('pods that leave together ask under one id', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': [IN_PROGRESS, IN_PROGRESS, IN_PROGRESS, IN_PROGRESS, COMPLETED] as Answer[],
    });
    const clock = clockAt(1_763_700_005_000);
    await Promise.all([leave(fake.port, 5, clock), leave(fake.port, 5, clock), leave(fake.port, 5, clock)]);
    const ids = fake.calls
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => (JSON.parse(body) as { triggerId: string }).triggerId);
    expect(new Set(ids).size).toBe(1);
    expect(ids.length).toBe(3);
  });

  test('joins the checkpoint of a pod that left a second ago, on the other side of a slot border', async () => {
    // 176370000 slots of ten seconds make 1763700000 s; half a second after the border the slot before is 176369999.
    const before = (176_369_999).toString(16).padStart(32, '0');
    const answers = { 'GET /status': RUNNING, 'GET /checkpoints': NO_CHECKPOINT_YET, 'POST /checkpoints': ACCEPTED };
    fake = await jobManager({ ...answers, 'GET /checkpoints/[0-9a-f]{32}': [IN_PROGRESS, IN_PROGRESS, COMPLETED] as Answer[] }, before);
    expect((await leave(fake.port, 5, clockAt(1_763_700_000_500))).line).toContain('checkpoint 17 is complete');
    expect(fake.calls.some(({ method }) => method === 'POST')).toBe(false);
  });

  test('does not join the slot before when the border is three seconds away', async () => {
    const before = (176_369_999).toString(16).padStart(32, '0');
    const answers = { 'GET /status': RUNNING, 'GET /checkpoints': NO_CHECKPOINT_YET, 'POST /checkpoints': ACCEPTED };
    fake = await jobManager({ ...answers, 'GET /checkpoints/[0-9a-f]{32}': COMPLETED }, before);
    await leave(fake.port, 5, clockAt(1_763_700_003_000));
    expect(fake.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('uses a periodic checkpoint that has just begun', async () => {
    const passed: Answer = [200, { counts: { in_progress: 0 }, latest: { completed: completed(9) }, history: [completed(9)] }];
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': [inProgress(9, Date.now()), inProgress(9, Date.now()), passed] as Answer[],
    });
    const { line } = await leave(fake.port);
    expect(line).toContain('checkpoint 9, which was under way, is complete');
    expect(fake.calls.some(({ method }) => method === 'POST')).toBe(false);
  });

  test('does not rely on a periodic checkpoint that began long ago', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': inProgress(9, Date.now() - 20_000),
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': COMPLETED,
    });
    expect((await leave(fake.port)).line).toContain('checkpoint 17 is complete');
    expect(fake.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('asks for one of its own when the periodic checkpoint fails', async () => {
    const failed: Answer = [
      200,
      { counts: { in_progress: 0 }, latest: { completed: completed(8) }, history: [{ id: 9, status: 'FAILED' }] },
    ];
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': [inProgress(9, Date.now()), failed] as Answer[],
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': COMPLETED,
    });
    expect((await leave(fake.port)).line).toContain('checkpoint 17 is complete');
  });

  test.each(['CREATED', 'INITIALIZING', 'RESTARTING', 'FAILED', 'FINISHED'])('lets go at once when the job is %s', async (status) => {
    fake = await jobManager({ 'GET /status': [200, { status }] });
    const { line, code } = await leave(fake.port);
    expect(line).toContain(`the job is ${status}`);
    expect(code).toBe(0);
    expect(fake.calls).toHaveLength(1);
  });

  test('lets go when there is no such job', async () => {
    fake = await jobManager({});
    expect((await leave(fake.port)).line).toContain('no JobManager answers');
  });

  test('lets go when nobody listens', async () => {
    fake = await jobManager({});
    await fake.close();
    const { line, code } = await leave(fake.port);
    expect(line).toContain('no JobManager answers');
    expect(code).toBe(0);
  });

  test('lets go when the JobManager is electing a leader', async () => {
    fake = await jobManager({ 'GET /status': [503, { errors: ['Service temporarily unavailable due to an ongoing leader election.'] }] });
    expect((await leave(fake.port)).line).toContain('no JobManager answers');
  });

  test('lets go when the checkpoint fails, although its operation is COMPLETED', async () => {
    const failed: Answer = [
      200,
      { status: { id: 'COMPLETED' }, operation: { failureCause: { class: 'x', 'stack-trace': 'checkpointId' } } },
    ];
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': failed,
    });
    const { line, code } = await leave(fake.port);
    expect(line).toContain('the checkpoint failed');
    expect(code).toBe(0);
  });

  test('lets go when no checkpoint is taken', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': [500, { errors: ['no'] }],
    });
    expect((await leave(fake.port)).line).toContain('took no checkpoint');
  });

  test('lets go when the JobManager goes away in between', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': [503, {}],
    });
    expect((await leave(fake.port)).line).toContain('no longer answers');
  });

  test('never waits longer than its deadline for a slow checkpoint', async () => {
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ACCEPTED,
      'GET /checkpoints/[0-9a-f]{32}': IN_PROGRESS,
    });
    const { line, code } = await leave(fake.port, 2);
    expect(line).toContain('not complete after the deadline');
    expect(code).toBe(0);
  });

  // What the kubelet would otherwise end in the middle: whatever hangs, and at whichever place in the second the hook begins.
  test('never outlives its deadline, 100 times of 100', async () => {
    const running = { 'GET /status': RUNNING, 'GET /checkpoints': NO_CHECKPOINT_YET, 'POST /checkpoints': ACCEPTED };
    const hanging = { 'GET /checkpoints/[0-9a-f]{32}': 'hang' as Answer, 'GET /taskmanagers': 'hang' as Answer };
    fake = await jobManager({ ...running, ...hanging });
    const ends: string[] = [];
    for (let batch = 0; batch < 4; batch++) {
      const all = await Promise.all(Array.from({ length: 25 }, () => leave(fake.port, 3, undefined, { pod: 'a', replacement: 2 })));
      ends.push(...all.map(({ code, line }) => `${code} ${/going (at once|without)/.test(line) ? 'says so' : line}`));
    }
    expect(ends).toEqual(Array.from({ length: 100 }, () => '0 says so'));
  }, 60_000);

  test.each(['GET /status', 'GET /checkpoints', 'POST /checkpoints', 'GET /checkpoints/[0-9a-f]{32}'])(
    'ends when %s hangs',
    async (request) => {
      fake = await jobManager({
        'GET /status': RUNNING,
        'GET /checkpoints': NO_CHECKPOINT_YET,
        'POST /checkpoints': ACCEPTED,
        'GET /checkpoints/[0-9a-f]{32}': IN_PROGRESS,
        [request]: 'hang',
      });
      const { line, code } = await leave(fake.port, 3);
      expect(line).toMatch(/going (at once|without)/);
      expect(code).toBe(0);
    },
  );
});
