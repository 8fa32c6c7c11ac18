import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { status } from '../local/status/status';

// The status command against a kubectl that answers from files, and whose `exec` runs the command's own script against a REST server.
const FIXTURES = join(__dirname, 'fixtures', 'status');
const JOB = '0123456789abcdef0123456789abcdef';
const ARGS = ['--application', 'prices', '--namespace', 'market'];
const path = process.env.PATH;
let folder: string;
let server: ChildProcess;
let port: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flink-status-'));
  server = spawn(process.execPath, [join(FIXTURES, 'rest-server.js'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout!, 'data');
  port = readFileSync(join(folder, 'port'), 'utf8');
});

afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  process.env.PATH = `${FIXTURES}${delimiter}${path}`;
  process.env.FAKE_KUBECTL = folder;
  write('port', port);
  write('get.error', '');
  write('exec.error', '');
  write('calls', '');
  cluster();
  flink('RUNNING');
});

afterEach(() => {
  process.env.PATH = path;
});

test('a job that runs, restored from a checkpoint, with all pods of the wanted version', () => {
  const { lines, well } = status(ARGS);
  const text = lines.join('\n');
  expect(well).toBe(true);
  expect(text).toMatch(/Job +RUNNING\n/);
  expect(text).toMatch(/Restored from +checkpoint 41, \d+ s ago, s3p:\/\/state\/checkpoints\/prices\/chk-41\n/);
  expect(text).toMatch(/Checkpoint +44, \d+ s ago, took 812 ms; 3 completed and 1 failed since the JobManager started, s3p:.*chk-44\n/);
  expect(text).toMatch(/JobManager +1 of 1 ready\n +TaskManagers +2 of 2 ready\n/);
  expect(text).toMatch(/Image +repository\/prices:7\n +Configuration +c0ffee\n +Pods run it +yes, all of them$/);
});

test('kubectl is called for one application only, and the REST API is asked inside its JobManager', () => {
  status(ARGS);
  const calls = readFileSync(join(folder, 'calls'), 'utf8');
  expect(calls).toContain(
    'get deployments,pods --namespace market --selector app.kubernetes.io/name=flink,app.kubernetes.io/instance=prices --output json',
  );
  expect(calls).toContain('exec --namespace market prices-jobmanager-0 --container jobmanager -- bash -c');
});

test('the namespace is the name unless it is given', () => {
  status(['--application', 'prices']);
  expect(readFileSync(join(folder, 'calls'), 'utf8')).toContain('--namespace prices');
});

test('a first start has restored nothing and has no checkpoint yet', () => {
  flink('RUNNING', { counts: { completed: 0, failed: 0 }, latest: { completed: null, restored: null } });
  const text = status(ARGS).lines.join('\n');
  expect(text).toContain('nothing: the job started without state');
  expect(text).toContain('none yet; 0 completed and 0 failed');
});

test('a savepoint is called by its name', () => {
  flink('RUNNING', { latest: { restored: { id: 9, is_savepoint: true, external_path: 's3p://state/savepoints/prices/sp-9' } } });
  expect(status(ARGS).lines.join('\n')).toContain('savepoint 9, s3p://state/savepoints/prices/sp-9');
});

test('a job that restarts shows why', () => {
  flink('RESTARTING');
  const { lines, well } = status(ARGS);
  expect(well).toBe(false);
  expect(lines.join('\n')).toContain('RESTARTING: a task was lost and the job starts again from its last checkpoint');
  expect(lines.join('\n')).toMatch(/Last failure +org.apache.flink.SomeException: TaskManager is gone\n/);
});

test('a JobManager without the job names the log to look at', () => {
  write('rest.json', '{}');
  const { lines, well } = status(ARGS);
  expect(well).toBe(false);
  expect(lines.join('\n')).toContain('none: the JobManager runs without this job');
  expect(lines.join('\n')).toContain('kubectl logs --namespace market deployment/prices-jobmanager');
  expect(lines.join('\n')).not.toContain('Restored from');
});

test.each([
  ['is not listening', () => write('port', '1')],
  ['has no leader yet', () => write('rest.json', answers({ [`/jobs/${JOB}/status`]: { status: 503, body: {} } }))],
])('a JobManager whose REST server %s', (_, arrange) => {
  arrange();
  const { lines, well } = status(ARGS);
  expect(well).toBe(false);
  expect(lines.join('\n')).toContain('not known: the JobManager does not answer');
});

test('a pod that waits shows Kubernetes reason, and Flink is not asked', () => {
  const waiting = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
  cluster({ jobManager: { phase: 'Pending', containerStatuses: [{ ready: false, state: waiting }] } });
  const text = status(ARGS).lines.join('\n');
  expect(text).toContain('0 of 1 ready');
  expect(text).toContain('prices-jobmanager-0: ImagePullBackOff: Back-off pulling image');
  expect(readFileSync(join(folder, 'calls'), 'utf8')).not.toContain('exec');
});

test('a pod that fits no node shows what the scheduler says', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }];
  cluster({ taskManager: { phase: 'Pending', conditions } });
  expect(status(ARGS).lines.join('\n')).toContain('prices-taskmanager-1: Unschedulable: 0/3 nodes are available');
});

test('pods of an older version are named, and all is not well', () => {
  cluster({ checksum: '0ld', image: 'repository/prices:6' });
  const { lines, well } = status(ARGS);
  expect(well).toBe(false);
  expect(lines.join('\n')).toContain('TaskManager prices-taskmanager-0 has image repository/prices:6, wanted is repository/prices:7');
  expect(lines.join('\n')).toContain('TaskManager prices-taskmanager-0 has configuration 0ld, wanted is c0ffee');
});

test('an application that is not there', () => {
  write('objects.json', '{"items":[]}');
  expect(() => status(ARGS)).toThrow(/namespace 'market' has no jobmanager Deployment of the application 'prices': check both names with/);
});

test.each([
  ['get', 'error: You must be logged in to the server (Unauthorized)', /has no access to the cluster: add it to 'admins'/],
  ['get', 'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods"', /has no access to the cluster/],
  ['exec', 'Error from server (Forbidden): pods "p" is forbidden: User "x" cannot create resource "pods/exec"', /'viewers' may not/],
  ['get', 'Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout', /reaches no cluster: run the command of the stack output/],
  ['get', 'The connection to the server localhost:8080 was refused - did you specify the right host or port?', /reaches no cluster/],
  ['get', 'Unable to connect to the server: getting credentials: exec: executable aws not found', /gets no AWS credentials/],
  [
    'get',
    'something new',
    /run 'kubectl get deployments,pods --namespace market' by hand and mend what it says.\nIts answer: something new/,
  ],
])('kubectl %s that answers "%s"', (verb, answer, message) => {
  write(`${verb}.error`, answer);
  expect(() => status(ARGS)).toThrow(message);
});

test('no kubectl on PATH', () => {
  process.env.PATH = folder;
  expect(() => status(ARGS)).toThrow(/kubectl was not found on this machine.*Install kubectl/);
});

test.each([
  [[], /--application is missing; use: npx cdk-flink-on-eks status --application NAME/],
  [['--app', 'prices'], /Unknown option '--app'.*; use: npx cdk-flink-on-eks status/],
])('arguments %j', (args, message) => {
  expect(() => status(args)).toThrow(message);
});

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function flink(state: string, checkpoints: unknown = CHECKPOINTS): void {
  const exceptions = { exceptionHistory: { entries: [{ stacktrace: 'org.apache.flink.SomeException: TaskManager is gone\n\tat x' }] } };
  write(
    'rest.json',
    answers({
      [`/jobs/${JOB}/status`]: { status: 200, body: { status: state } },
      [`/jobs/${JOB}/checkpoints`]: { status: 200, body: checkpoints },
      [`/jobs/${JOB}/exceptions?maxExceptions=1`]: { status: 200, body: exceptions },
    }),
  );
}

function answers(byPath: Record<string, { status: number; body: unknown }>): string {
  return JSON.stringify(byPath);
}

/** The fields that a real API server gives too. Source: Flink REST API and Kubernetes API reference. */
function cluster(change: { jobManager?: object; taskManager?: object; checksum?: string; image?: string } = {}): void {
  const running = { phase: 'Running', containerStatuses: [{ ready: true, state: { running: {} } }] };
  const items = [
    deployment('jobmanager', 1, ['standalone-job', '-Djobmanager.rpc.address=$(POD_IP)', '--job-id', JOB]),
    deployment('taskmanager', 2, ['taskmanager']),
    pod('jobmanager', 0, change.jobManager ?? running),
    pod('taskmanager', 0, running, change.checksum, change.image),
    pod('taskmanager', 1, change.taskManager ?? running),
    { ...pod('taskmanager', 2, running, 'gone'), metadata: { ...pod('taskmanager', 2, running).metadata, deletionTimestamp: 'now' } },
  ];
  write('objects.json', JSON.stringify({ kind: 'List', items }));
}

function labels(component: string, checksum = 'c0ffee'): Record<string, string> {
  return { 'app.kubernetes.io/component': component, 'cdk-flink-on-eks/checksum': checksum };
}

function deployment(component: string, replicas: number, args: string[]): object {
  const template = { metadata: { labels: labels(component) }, spec: { containers: [{ image: 'repository/prices:7', args }] } };
  const metadata = { name: `prices-${component}`, labels: { 'app.kubernetes.io/component': component } };
  return { kind: 'Deployment', metadata, spec: { replicas, template } };
}

function pod(component: string, index: number, podStatus: object, checksum?: string, image = 'repository/prices:7'): { metadata: object } {
  const metadata = { name: `prices-${component}-${index}`, labels: labels(component, checksum) };
  return { kind: 'Pod', metadata, spec: { containers: [{ image }] }, status: podStatus } as { metadata: object };
}

const CHECKPOINTS = {
  counts: { restored: 1, total: 4, in_progress: 0, completed: 3, failed: 1 },
  latest: {
    completed: {
      id: 44,
      latest_ack_timestamp: Date.now() - 5000,
      end_to_end_duration: 812,
      external_path: 's3p://state/checkpoints/prices/chk-44',
    },
    restored: {
      id: 41,
      restore_timestamp: Date.now() - 60_000,
      is_savepoint: false,
      external_path: 's3p://state/checkpoints/prices/chk-41',
    },
  },
};
