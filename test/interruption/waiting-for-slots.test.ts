import { ACCEPTED, Answer, Call, clockAt, COMPLETED, FakeJobManager, jobManager, leave, NO_CHECKPOINT_YET, RUNNING } from './hook';

// Each starts processes, which takes long on a machine that is busy with other things too.
jest.setTimeout(60_000);

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
    const before = order.slice(0, order.indexOf('POST /checkpoints'));
    // The fourth look is the first that shows it; a busy machine may need one more.
    expect(before.filter((call) => call === 'GET /taskmanagers').length).toBeGreaterThanOrEqual(4);
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
