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

async function leave(port: number, deadline = 5, clock?: string): Promise<{ line: string; code: number | null; seconds: number }> {
  const start = process.hrtime.bigint();
  const env = { ...process.env, PATH: clock ? `${clock}:${process.env.PATH}` : process.env.PATH };
  const child = spawn('bash', [SCRIPT, '127.0.0.1', String(port), JOB, String(deadline)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
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
