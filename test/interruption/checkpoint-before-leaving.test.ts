import { ACCEPTED, Answer, clockAt, COMPLETED, FakeJobManager, IN_PROGRESS, jobManager, leave, NO_CHECKPOINT_YET, RUNNING } from './hook';

// Each starts processes, which takes long on a machine that is busy with other things too.
jest.setTimeout(60_000);

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
    const now = 1_763_700_005_000;
    fake = await jobManager({
      'GET /status': RUNNING,
      'GET /checkpoints': [inProgress(9, now), inProgress(9, now), passed] as Answer[],
    });
    const { line } = await leave(fake.port, 5, clockAt(now));
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

  test('asks again when a JobManager that is busy keeps silent for a second, and for the same checkpoint', async () => {
    fake = await jobManager({
      'GET /status': ['hang', RUNNING] as Answer[],
      'GET /checkpoints': NO_CHECKPOINT_YET,
      'POST /checkpoints': ['hang', 'hang', ACCEPTED] as Answer[],
      'GET /checkpoints/[0-9a-f]{32}': COMPLETED,
    });
    expect((await leave(fake.port, 30)).line).toContain('checkpoint 17 is complete');
    const asked = fake.calls.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(asked).toEqual([asked[0], asked[0], asked[0]]);
  });

  test('goes when it keeps silent three times', async () => {
    fake = await jobManager({ 'GET /status': 'hang' });
    expect((await leave(fake.port, 30)).line).toContain('no JobManager answers; going at once');
    expect(fake.calls).toHaveLength(3);
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
