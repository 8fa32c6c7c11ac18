import { createHash } from 'node:crypto';
import { Pod } from '../../fixtures/choose-start/pod';

/** The script by itself, against an API server and an S3 that hold what each test wants. */
const JOB = '39b0f1d34b1f1decf9e0d9a670be7018';
const SAVEPOINT_JOB = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const OTHER_JOB = 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';
const AFTER = createHash('sha256').update(`cdk-flink-on-eks after ${JOB}`).digest('hex').slice(0, 32);
const SAVEPOINT = 's3p://state/savepoints/prices/savepoint-1';

const GUARDED = {
  FLINK_LINE: '2.2',
  MAX_PARALLELISM: '128',
  STATE_BACKEND: 'rocksdb',
  CHECKPOINTS: 's3p://state/checkpoints/prices',
  HIGH_AVAILABILITY: 's3p://state/ha/prices',
};
const LATEST = {
  NAME: 'prices',
  NAMESPACE: 'market',
  OWN_NAMESPACE: 'true',
  JOB_ID: JOB,
  START_JOB_ID: JOB,
  CHECKSUM: 'c0ffee',
  NONCE: '',
  START: '',
  ALLOW_NON_RESTORED_STATE: 'false',
  API_SECONDS: '5',
  ...GUARDED,
};
const FROM_SAVEPOINT = { ...LATEST, CHECKSUM: 'd0d0', START_JOB_ID: SAVEPOINT_JOB, NONCE: 'one', START: `savepoint ${SAVEPOINT}` };
const EMPTY = { ...LATEST, CHECKSUM: 'e0e0', START_JOB_ID: SAVEPOINT_JOB, NONCE: 'one', START: 'empty' };
const RECORD = { jobId: JOB, checksum: 'c0ffee', origin: '', allowNonRestoredState: '', ...GUARDED };
const CLUSTER = 'prices-cluster-config-map';

const plain = (job: string): string[] => ['--job-id', job];
const from = (job: string, uri: string): string[] => ['--job-id', job, '--fromSavepoint', uri];
const checkpoint = (job: string, number: number, time = number): string =>
  `checkpoint ${time} ${number} ${job} s3p://state/checkpoints/prices/${job}/chk-${number}`;
const place = (job: string, number: number): string => `s3p://state/checkpoints/prices/${job}/chk-${number}`;

jest.setTimeout(60_000);

describe('choose-start.sh', () => {
  let pod: Pod;
  beforeEach(async () => {
    pod = new Pod();
    await pod.open();
  });
  afterEach(async () => pod.close());

  /** A job that has run: record, stored graph, pointers. */
  const deployed = (change: Record<string, string> = {}, graph = 'executionPlan'): void => {
    pod.api.put('prices-deployed', { ...RECORD, ...change }, { 'cdk-flink-on-eks/record': 'deployed' });
    pod.api.put(CLUSTER, { [`${graph}-${JOB}`]: 'graph', 'org.apache.flink.k8s.leader.restserver': 'address,id' });
    pod.api.put(`prices-${JOB}-config-map`, { 'checkpointID-0000000000000000041': 'pointer', counter: '42' });
  };
  const record = (): Record<string, string | null> => pod.api.data['prices-deployed'];
  const writes = (): string[] => pod.api.calls.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

  test('the very first start is empty, and is recorded', async () => {
    const { args, code } = await pod.start(LATEST);
    expect({ args, code }).toEqual({ args: plain(JOB), code: 0 });
    expect(record()).toEqual({ ...RECORD });
    expect(pod.api.maps.get('prices-deployed')?.metadata.labels).toMatchObject({ 'cdk-flink-on-eks/record': 'deployed' });
    expect(pod.api.calls.map(({ authorization }) => authorization)).toEqual(pod.api.calls.map(() => 'Bearer the-token'));
  });

  test('after a crash, a drain or a failover nothing is changed, and S3 is not asked', async () => {
    deployed();
    expect((await pod.start(LATEST)).args).toEqual(plain(JOB));
    expect(writes()).toEqual([]);
    expect(pod.lookedAtStorage).toBe(false);
  });

  test.each([
    ['1.20', 'jobGraph'],
    ['2.2', 'executionPlan'],
  ])('a changed deploy removes the stored graph of Flink %s and nothing else', async (line, graph) => {
    deployed({ FLINK_LINE: line, checksum: 'before' }, graph);
    expect((await pod.start({ ...LATEST, FLINK_LINE: line })).args).toEqual(plain(JOB));
    expect(pod.api.data).toEqual({
      'prices-deployed': { ...RECORD, FLINK_LINE: line },
      [CLUSTER]: { 'org.apache.flink.k8s.leader.restserver': 'address,id' },
      [`prices-${JOB}-config-map`]: { 'checkpointID-0000000000000000041': 'pointer', counter: '42' },
    });
    expect(writes()).toEqual([`PATCH /api/v1/namespaces/market/configmaps/${CLUSTER}`, 'PATCH /api/v1/namespaces/market/configmaps/prices-deployed']);
  }); // prettier-ignore

  test('HA data without a record, as of a version before there were records, is taken over', async () => {
    deployed();
    pod.api.maps.delete('prices-deployed');
    expect((await pod.start(LATEST)).args).toEqual(plain(JOB));
    expect(pod.api.data[CLUSTER]).not.toHaveProperty(`executionPlan-${JOB}`);
    expect(record()).toMatchObject({ jobId: JOB, checksum: 'c0ffee' });
  });

  describe('TaskManagers of the version before', () => {
    test('are waited for, by labels and without pods that have ended', async () => {
      deployed({ checksum: 'before' });
      let looks = 0;
      pod.api.oldPods = () => (++looks < 3 ? ['prices-taskmanager-0'] : []);
      expect((await pod.start(LATEST)).args).toEqual(plain(JOB));
      expect(looks).toBe(3);
      const { path } = pod.api.calls.find((call) => call.path.includes('/pods'))!;
      expect(path).toContain(
        'labelSelector=app.kubernetes.io/instance=prices,app.kubernetes.io/component=taskmanager,cdk-flink-on-eks/checksum!=c0ffee',
      );
      expect(path).toContain('fieldSelector=status.phase!=Succeeded,status.phase!=Failed');
    });

    test('are not waited for without end, and nothing is changed before they are gone', async () => {
      deployed({ checksum: 'before' });
      pod.api.oldPods = () => ['prices-taskmanager-0'];
      const { code, said, args } = await pod.start({ ...LATEST, LEAVE_SECONDS: '2' });
      expect({ code, args }).toEqual({ code: 1, args: undefined });
      expect(said).toContain('REFUSED: TaskManagers of the version before are still there after 2 s');
      expect(writes()).toEqual([]);
    });
  });

  describe('a start by a nonce', () => {
    test('from a savepoint wins over HA data, once, under an id of its own', async () => {
      deployed();
      expect((await pod.start(FROM_SAVEPOINT)).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
      expect(record()).toMatchObject({ jobId: SAVEPOINT_JOB, checksum: 'd0d0', 'nonce.one': `savepoint ${SAVEPOINT}` });
      // Flink would start the old graph beside the new job; the way back stays.
      expect(pod.api.data[CLUSTER]).not.toHaveProperty(`executionPlan-${JOB}`);
      expect(pod.api.data[`prices-${JOB}-config-map`]).toHaveProperty('checkpointID-0000000000000000041');
    });

    test('is made again as long as the job has no checkpoint of its own, also when the prop is removed', async () => {
      deployed();
      await pod.start(FROM_SAVEPOINT);
      pod.storage = [checkpoint(JOB, 41)];
      expect((await pod.start(FROM_SAVEPOINT)).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
      expect((await pod.start({ ...LATEST, CHECKSUM: 'f0f0' })).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
    });

    test('never goes back in time once the job has a checkpoint', async () => {
      deployed();
      await pod.start(FROM_SAVEPOINT);
      pod.api.put(`prices-${SAVEPOINT_JOB}-config-map`, { 'checkpointID-0000000000000000042': 'pointer' });
      for (const environment of [FROM_SAVEPOINT, { ...LATEST, CHECKSUM: 'f0f0' }, FROM_SAVEPOINT]) {
        expect((await pod.start(environment)).args?.slice(0, 2)).toEqual(plain(SAVEPOINT_JOB));
        expect(record().jobId).toBe(SAVEPOINT_JOB);
      }
      // The pointer is gone too: then the job's own newest checkpoint, not the savepoint.
      pod.api.maps.delete(`prices-${SAVEPOINT_JOB}-config-map`);
      pod.storage = [checkpoint(JOB, 41, 900), checkpoint(SAVEPOINT_JOB, 42, 800)];
      expect((await pod.start(LATEST)).args).toEqual(from(SAVEPOINT_JOB, place(SAVEPOINT_JOB, 42)));
    });

    test('that was used with something else is refused; another nonce starts', async () => {
      deployed({ 'nonce.one': 'savepoint s3p://state/savepoints/prices/savepoint-0' });
      const refused = await pod.start(FROM_SAVEPOINT);
      expect(refused).toMatchObject({ code: 1, args: undefined });
      expect(refused.said).toContain(
        `REFUSED: nonce 'one' was used for 'savepoint s3p://state/savepoints/prices/savepoint-0' and is now given for 'savepoint ${SAVEPOINT}'`,
      );
      expect(writes()).toEqual([]);
      expect((await pod.start({ ...FROM_SAVEPOINT, NONCE: 'two' })).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
      expect(record()['nonce.two']).toBe(`savepoint ${SAVEPOINT}`);
    });

    test('without state leaves the checkpoints of before alone', async () => {
      deployed();
      pod.storage = [checkpoint(JOB, 41)];
      expect((await pod.start(EMPTY)).args).toEqual(plain(SAVEPOINT_JOB));
      expect((await pod.start(EMPTY)).args).toEqual(plain(SAVEPOINT_JOB));
      expect(pod.api.data[`prices-${JOB}-config-map`]).toHaveProperty('checkpointID-0000000000000000041');
    });

    test('may drop state only when that is said', async () => {
      const args = (await pod.start({ ...FROM_SAVEPOINT, ALLOW_NON_RESTORED_STATE: 'true' })).args;
      expect(args).toEqual([...from(SAVEPOINT_JOB, SAVEPOINT), '--allowNonRestoredState']);
    });

    test('that S3 shows to have been made is not made again when the record is lost', async () => {
      pod.storage = [checkpoint(SAVEPOINT_JOB, 50)];
      expect((await pod.start(FROM_SAVEPOINT)).args).toEqual(from(SAVEPOINT_JOB, place(SAVEPOINT_JOB, 50)));
      pod.api.maps.clear();
      pod.storage = [checkpoint(OTHER_JOB, 50)];
      expect((await pod.start(FROM_SAVEPOINT)).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
    });
  });

  describe('without a pointer in Kubernetes', () => {
    test('the newest checkpoint of all is taken, under the id of the job that wrote it', async () => {
      pod.storage = [checkpoint(JOB, 99, 1000), checkpoint(OTHER_JOB, 7, 2000), checkpoint(OTHER_JOB, 8, 2000), checkpoint(OTHER_JOB, 6, 1900)];
      expect((await pod.start(LATEST)).args).toEqual(from(OTHER_JOB, place(OTHER_JOB, 8)));
      expect(record().jobId).toBe(OTHER_JOB);
    }); // prettier-ignore

    test('numbers count as numbers', async () => {
      pod.storage = [checkpoint(JOB, 9, 5), checkpoint(JOB, 10, 5)];
      expect((await pod.start(LATEST)).args).toEqual(from(JOB, place(JOB, 10)));
    });

    test('nothing is started when S3 cannot be read', async () => {
      pod.storage = undefined;
      const { code, said, args } = await pod.start(LATEST);
      expect({ code, args }).toEqual({ code: 1, args: undefined });
      expect(said).toContain('cannot be read, so whether there are checkpoints is not known: java.nio.file.AccessDeniedException');
      expect(writes()).toEqual([]);
    });

    test('a job that failed goes on under another id from its newest checkpoint', async () => {
      pod.api.put('prices-deployed', RECORD);
      pod.storage = [checkpoint(JOB, 41), `ended ${JOB} FAILED`];
      expect((await pod.start(LATEST)).args).toEqual(from(AFTER, place(JOB, 41)));
      // It fails again before it has a checkpoint, and again; what it began with stays.
      pod.storage.push(`ended ${AFTER} FAILED`);
      const second = createHash('sha256').update(`cdk-flink-on-eks after ${AFTER}`).digest('hex').slice(0, 32);
      expect((await pod.start(LATEST)).args).toEqual(from(second, place(JOB, 41)));
    });

    test('a job that was stopped is not started again; a savepoint start is', async () => {
      pod.api.put('prices-deployed', RECORD);
      pod.storage = [`ended ${JOB} SUCCEEDED`];
      const { code, said, args } = await pod.start(LATEST);
      expect({ code, args }).toEqual({ code: 1, args: undefined });
      expect(said).toContain(`REFUSED: job ${JOB} was stopped or has finished`);
      expect((await pod.start(FROM_SAVEPOINT)).args).toEqual(from(SAVEPOINT_JOB, SAVEPOINT));
    });
  });

  describe('what was deployed before', () => {
    const other: Record<string, string> = {
      FLINK_LINE: '2.3',
      MAX_PARALLELISM: '256',
      STATE_BACKEND: 'forst',
      CHECKPOINTS: 's3p://other/checkpoints/prices',
      HIGH_AVAILABILITY: 's3p://state/ha/other',
    };
    test.each(Object.entries(other))('another %s is refused, but not with a start of its own', async (key, value) => {
      deployed();
      const { code, said, args } = await pod.start({ ...LATEST, [key]: value });
      expect({ code, args }).toEqual({ code: 1, args: undefined });
      expect(said).toContain(`${key} was '${(GUARDED as Record<string, string>)[key]}' and is '${value}'`);
      expect(said).toContain(key === 'MAX_PARALLELISM' ? 'a savepoint neither: give back 128' : 'take a savepoint');
      expect(writes()).toEqual([]);
      expect((await pod.start({ ...EMPTY, [key]: value })).args).toEqual(plain(SAVEPOINT_JOB));
      expect(record()[key]).toBe(value);
    });

    test.each([
      ['2.2', 'jobGraph', '1'],
      ['1.20', 'executionPlan', '2'],
    ])('Flink %s over the stored graph of another line is refused, also without a record', async (line, graph, major) => {
      deployed({}, graph);
      pod.api.maps.delete('prices-deployed');
      const { code, said } = await pod.start({ ...LATEST, FLINK_LINE: line });
      expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(`the stored job graph is of Flink ${major}`) });
    });

    test('another name in a namespace of its own is refused; in a shared one it is another application', async () => {
      pod.api.put('rates-deployed', RECORD, { 'cdk-flink-on-eks/record': 'deployed' });
      const { code, said } = await pod.start(LATEST);
      expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("was called 'rates' and is now 'prices'") });
      expect((await pod.start({ ...LATEST, OWN_NAMESPACE: 'false' })).args).toEqual(plain(JOB));
    });
  });

  describe('the Kubernetes API', () => {
    test('that does not answer ends it in time', async () => {
      const began = Date.now();
      const { code, said, args } = await pod.start({ ...LATEST, KUBERNETES_API: 'http://127.0.0.1:1', API_SECONDS: '2' });
      expect({ code, args }).toEqual({ code: 1, args: undefined });
      expect(said).toContain('REFUSED: the Kubernetes API did not answer GET');
      expect(Date.now() - began).toBeLessThan(20_000);
    });

    test.each([403, 500, 503])('that answers %i for a while is asked again', async (status) => {
      deployed();
      pod.api.fault = (request) => (request <= 2 ? status : undefined);
      expect((await pod.start(LATEST)).args).toEqual(plain(JOB));
    });

    test('that refuses to write keeps the job from starting', async () => {
      deployed({ checksum: 'before' });
      pod.api.fault = (_, method) => (method === 'PATCH' ? 403 : undefined);
      const { code, args } = await pod.start({ ...LATEST, API_SECONDS: '1' });
      expect({ code, args }).toEqual({ code: 1, args: undefined });
    });

    test('whose record somebody else has changed in between ends it', async () => {
      deployed({ checksum: 'before' });
      pod.api.answered = (request) => request === 2 && pod.api.put('prices-deployed', { ...RECORD, checksum: 'theirs' });
      expect(await pod.start(LATEST)).toMatchObject({ code: 1, said: expect.stringContaining('changed by somebody else') });
      expect(record().checksum).toBe('theirs');
    });

    // A standby starts at the same time as the one that comes to lead.
    test('never removes the graph that another JobManager of this version has stored in between', async () => {
      deployed({ checksum: 'before' });
      const stored = { [`executionPlan-${JOB}`]: 'graph of this version' };
      pod.api.answered = (request) => {
        if (request !== 2) return;
        pod.api.put(CLUSTER, stored);
        pod.api.put('prices-deployed', RECORD);
      };
      expect(await pod.start(LATEST)).toMatchObject({ code: 1, said: expect.stringContaining('changed by somebody else') });
      expect(pod.api.data[CLUSTER]).toEqual(stored);
      pod.api.answered = () => undefined;
      expect((await pod.start(LATEST)).args).toEqual(plain(JOB));
      expect(pod.api.data[CLUSTER]).toEqual(stored);
    });
  });

  test.each([
    ['a changed deploy', LATEST, { checksum: 'before' }, []],
    ['a start from a savepoint', FROM_SAVEPOINT, {}, []],
    ['a first start', LATEST, undefined, []],
    ['HA data wiped', LATEST, undefined, [checkpoint(OTHER_JOB, 7)]],
  ] as const)('killed after any of its requests, the next try ends as if nothing had been: %s', async (_, environment, before, storage) => {
    const arrange = (): void => {
      pod.api.maps.clear();
      pod.api.calls.length = 0;
      pod.storage = [...storage];
      if (before) deployed(before);
    };
    arrange();
    const whole = await pod.start(environment);
    const [data, requests] = [JSON.stringify(pod.api.data), pod.api.calls.length];
    expect(whole.code).toBe(0);
    for (let last = 1; last <= requests; last++) {
      arrange();
      pod.api.answered = (request) => request === last && pod.kill();
      const { code } = await pod.start(environment);
      // After the last one it may have come to its end already.
      if (last < requests) expect([last, code]).toEqual([last, null]);
      pod.api.answered = () => undefined;
      const again = await pod.start(environment);
      expect([last, again.args, JSON.stringify(pod.api.data)]).toEqual([last, whole.args, data]);
    }
  });

  test('values that would break the record are refused', async () => {
    const { code, said } = await pod.start({ ...LATEST, CHECKPOINTS: 's3p://a"b' });
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('quotes and backslashes are not allowed') });
  });
});
