import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ended, Pod } from '../fixtures/choose-start/pod';
import { KubernetesObject } from '../fixtures/kubernetes';
import { platformWith } from './apps';
import { clusterFixture } from './cluster-fixture';
import { Deployment } from './deployment';
import { roomyNodes } from './nodes';

// The script that chooses what a job starts from, with the environment of the deployed pod and a token of its account, against a real API
// server. Only its look at S3 is played.
const fixture = clusterFixture(roomyNodes());
const pod = new Pod();
const folder = mkdtempSync(join(tmpdir(), 'start-account-'));
let deployment: Deployment;
let environment: Record<string, string>;

beforeAll(async () => {
  await pod.open();
  deployment = fixture.deployment();
  await deployment.deploy(platformWith([{ name: 'prices' }]));
  environment = { ...deployedEnvironment(), ...accountOf('prices'), KUBERNETES_API: fixture.cluster.plane.ready.server };
}, 600_000);
afterAll(async () => {
  deployment?.stop();
  await pod.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the kubelet would give to the container. */
function deployedEnvironment(): Record<string, string> {
  const { metadata, spec } = fixture.cluster.object('deployment', 'prices-jobmanager', 'prices').spec.template as KubernetesObject;
  const { env } = spec.initContainers.find(({ name }: KubernetesObject['spec']) => name === 'choose-start');
  const valueOf = ({ value, valueFrom }: KubernetesObject['spec']): string =>
    valueFrom === undefined ? (value ?? '') : metadata.labels[/labels\['(.+)'\]/.exec(valueFrom.fieldRef.fieldPath as string)![1]];
  return Object.fromEntries(env.map((variable: KubernetesObject['spec']) => [variable.name, valueOf(variable)]));
}

/** The token and certificate that a pod of the namespace's account has. */
function accountOf(name: string): Record<string, string> {
  const { cluster } = fixture;
  const config = JSON.parse(cluster.must(['config', 'view', '--raw', '--flatten', '--output=json'])) as KubernetesObject['spec'];
  writeFileSync(join(folder, 'ca.crt'), Buffer.from(config.clusters[0].cluster['certificate-authority-data'] as string, 'base64'));
  writeFileSync(join(folder, 'token'), cluster.must(['create', 'token', name, '--namespace=prices']).trim());
  return { SERVICE_ACCOUNT: folder };
}

const dataOf = (name: string): Record<string, string> => fixture.cluster.object('configmap', name, 'prices').data ?? {};

function flinkWrites(name: string, data: Record<string, string>): void {
  const metadata = { name, namespace: 'prices' };
  fixture.cluster.must(['apply', '--server-side', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
}

const start = (more: Record<string, string> = {}): Promise<Ended> => pod.start({ ...environment, ...more });

test('a first start is recorded, with the rights that the pod has', async () => {
  expect(await start()).toMatchObject({ code: 0, args: ['--job-id', environment.JOB_ID] });
  expect(dataOf('prices-deployed')).toMatchObject({ jobId: environment.JOB_ID, checksum: environment.CHECKSUM });
});

describe('with the data of high availability that Flink has written', () => {
  const graph = (): string => `executionPlan-${environment.JOB_ID}`;
  const pointer = { 'checkpointID-0000000000000000041': 'rO0ABX' };
  beforeEach(() => {
    flinkWrites('prices-cluster-config-map', { [graph()]: 'rO0ABX', 'org.apache.flink.k8s.leader.dispatcher': 'x,y' });
    flinkWrites(`prices-${environment.JOB_ID}-config-map`, pointer);
  });

  test('a pod that starts again changes nothing', async () => {
    expect((await start()).code).toBe(0);
    expect(dataOf('prices-cluster-config-map')).toHaveProperty(graph());
  });

  test('a changed deploy waits for the TaskManagers of the version before, and touches nothing while they are there', async () => {
    await fixture.cluster.until('a TaskManager pod is made', () => taskManagers().length || undefined);
    const ended = await start({ CHECKSUM: 'changed', LEAVE_SECONDS: '2' });
    expect([ended.code, ended.said]).toEqual([1, expect.stringContaining('TaskManagers of the version before are still there after 2 s')]);
    expect(dataOf('prices-cluster-config-map')).toHaveProperty(graph());
    expect(dataOf('prices-deployed').checksum).toBe(environment.CHECKSUM);
  });

  test('a changed deploy removes the stored graph, and keeps pointers and leaders', async () => {
    fixture.cluster.must(['scale', 'deployment', 'prices-taskmanager', '--namespace=prices', '--replicas=0']);
    await fixture.cluster.until('the TaskManagers are gone', () => taskManagers().length === 0 || undefined);
    expect(await start({ CHECKSUM: 'changed' })).toMatchObject({ code: 0, args: ['--job-id', environment.JOB_ID] });
    expect(dataOf('prices-cluster-config-map')).toEqual({ 'org.apache.flink.k8s.leader.dispatcher': 'x,y' });
    expect(dataOf(`prices-${environment.JOB_ID}-config-map`)).toEqual(pointer);
    expect(dataOf('prices-deployed').checksum).toBe('changed');
  });

  test('another maximum parallelism is refused, and nothing is changed', async () => {
    const before = dataOf('prices-deployed');
    const ended = await start({ MAX_PARALLELISM: '256' });
    expect([ended.code, ended.said]).toEqual([1, expect.stringContaining("MAX_PARALLELISM was '128' and is '256'")]);
    expect(dataOf('prices-deployed')).toEqual(before);
    expect(dataOf('prices-cluster-config-map')).toHaveProperty(graph());
  });
});

test('an account without the rights starts nothing', async () => {
  const ended = await pod.start({ ...environment, ...accountOf('default'), API_SECONDS: '2' });
  expect([ended.code, ended.args, ended.said]).toEqual([1, undefined, expect.stringContaining('within 2 s (403)')]);
});

const taskManagers = (): KubernetesObject[] =>
  fixture.cluster.objects('pods', 'prices').filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'taskmanager');
