import { spawn } from 'node:child_process';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The command against a JobManager that answers as each test wants. Answers have the shape of Flink's REST API. */
const SCRIPT = join(__dirname, '../../../lib/runtime/standalone/data/take-savepoint.sh');
const JOB = '39b0f1d34b1f1decf9e0d9a670be7018';
const LOCATION = 's3p://state/savepoints/prices/savepoint-39b0f1-5a';

const job = (jid: string, state: string): object => ({ jid, name: 'prices', 'start-time': 1, state, tasks: { running: 1 } });

describe('take-savepoint.sh', () => {
  const calls: string[] = [];
  let answers: Record<string, unknown[]>;
  let server: Server;
  beforeEach(async () => {
    calls.length = 0;
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        const call = `${request.method} ${request.url}`;
        calls.push(`${call} ${body}`.trim());
        const left = answers[call] ?? [];
        const answer = left.length > 1 ? left.shift() : left[0];
        response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? { errors: ['Job not found'] }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  const take = async (...args: string[]): Promise<{ code: number | null; said: string }> => {
    const env = { ...process.env, REST_PORT: String((server.address() as AddressInfo).port) };
    const child = spawn('bash', [SCRIPT, ...args], { env });
    let said = '';
    child.stdout.on('data', (part) => (said += String(part)));
    child.stderr.on('data', (part) => (said += String(part)));
    return { code: await new Promise((resolve) => child.on('close', resolve)), said };
  };
  // One that has ended before stands beside it.
  const overview = (state: string): Record<string, unknown[]> => ({
    'GET /jobs/overview': [{ jobs: [job('f'.repeat(32), 'FAILED'), job(JOB, state), job('0'.repeat(32), 'CANCELED')] }],
  });
  const progress = [{ status: { id: 'IN_PROGRESS' } }, { status: { id: 'COMPLETED' }, operation: { location: LOCATION } }];

  test.each([
    [[], 'savepoints', '{"cancel-job":false,"formatType":"CANONICAL"}'],
    [['stop'], 'stop', '{"drain":false,"formatType":"CANONICAL"}'],
  ])('with %j it prints the line to paste when the savepoint is complete', async (args, verb, body) => {
    answers = {
      ...overview('RUNNING'),
      [`POST /jobs/${JOB}/${verb}`]: [{ 'request-id': 'ab12' }],
      [`GET /jobs/${JOB}/savepoints/ab12`]: [...progress],
    };
    const { code, said } = await take(...args);
    expect(calls[1]).toBe(`POST /jobs/${JOB}/${verb} ${body}`);
    expect(code).toBe(0);
    expect(said).toMatch(
      new RegExp(
        `deployment: \\{ start: FlinkStart\\.fromSavepoint\\('${LOCATION}', \\{ nonce: '20\\d\\d-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d' \\}\\) \\},\n$`,
      ),
    );
  });

  test('a savepoint that fails is no savepoint, although its operation is COMPLETED', async () => {
    const failed = { status: { id: 'COMPLETED' }, operation: { 'failure-cause': { class: 'x' } } };
    answers = {
      ...overview('RUNNING'),
      [`POST /jobs/${JOB}/savepoints`]: [{ 'request-id': 'ab12' }],
      [`GET /jobs/${JOB}/savepoints/ab12`]: [failed],
    };
    const { code, said } = await take();
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('the savepoint failed') });
  });

  test('of a job that does not run there is none', async () => {
    answers = overview('RESTARTING');
    const { code, said } = await take();
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('no job is RUNNING') });
  });

  test('where it is refused it says what the JobManager says', async () => {
    answers = overview('RUNNING');
    const { code, said } = await take();
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('Job not found') });
  });

  test('another word is refused', async () => {
    const { code, said } = await take('drain');
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("allowed is nothing or 'stop'") });
    expect(calls).toEqual([]);
  });
});
