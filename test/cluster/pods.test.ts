import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../../lib';
import { bucketName } from '../../local/intrinsic-functions';
import { OwnProcesses } from '../../local/own-processes';
import { freePorts } from '../../local/ports';
import { ensureFlinkHome, ensurePython } from '../../local/prerequisites';
import { S3Emulator } from '../../local/s3-emulator';
import { buildSample } from '../../local/sample-job';
import { waitFor } from '../../local/waiting';
import { testApp, testApplication, testPlatform } from '../fixtures/apps';
import { KubernetesObject } from '../fixtures/kubernetes';
import { readAssembly, seeded } from './assembly';
import { ChartRepository } from './chart-repository';
import { Deployment } from './deployment';
import { FLINK_IMAGE, makeImages } from './images';
import { layerFolders } from './places';
import { lackForNodes, RealNode, startRealNode } from './real-nodes';
import { RunningJob } from './running-job';
import { KubectlResult, TestCluster } from './test-cluster';

const MINUTES = 60_000;
const PATIENCE = 5 * MINUTES;
/** Deploys in a row. */
const DEPLOYS = Number(process.env.CLUSTER_DEPLOYS ?? 3);
const log = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);

/** What the machine forbids is skipped, and said loudly: pods run nowhere else. They are asked for, since they want a quiet machine. */
const lack = process.env.CLUSTER_PODS === 'true' ? lackForNodes() : ['the option --pods, which wants root, containerd and two idle cores'];
if (lack.length > 0) process.stderr.write(`\n******** NOT RUN: tests with real pods, because of what is missing: ${lack.join('; ')}\n\n`);
const withNodes = lack.length === 0 ? describe : describe.skip;

withNodes('an application in real pods', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flink-pods-'));
  const processes = new OwnProcesses();
  let cluster: TestCluster;
  let charts: ChartRepository;
  let storage: S3Emulator;
  let deployment: Deployment;
  let images: string[];
  const nodes = new Map<string, RealNode>();

  beforeAll(async () => {
    const [python, home, { jar }] = [
      await ensurePython(log),
      await ensureFlinkHome('2.2.1', log),
      await buildSample({ generator: true }, log),
    ];
    images = await makeImages(folder, home, jar);
    [cluster, charts] = await Promise.all([TestCluster.start({ network: true }), ChartRepository.start()]);
    const [port] = await freePorts(1);
    storage = await S3Emulator.start(processes, { port, python, run: folder, address: cluster.plane.ready.host });
    const onDemand = { name: 'on-demand', zone: 'us-east-1a', capacityType: 'ON_DEMAND', images };
    const first = startRealNode(cluster, 1, onDemand).then((node) => nodes.set('on-demand', node));
    await Promise.all([first, startSpot('spot-b'), startSpot('spot-c')]);
    deployment = new Deployment(cluster, charts, seeded(1), { prepare: withCredentials });
    const out = application();
    for (const bucket of ['results', ...bucketsOf(out)]) await storage.createBucket(bucket);
    await deployment.deploy(out);
  }, 10 * MINUTES);

  afterAll(async () => {
    deployment?.stop();
    await Promise.all([...nodes.values()].map((node) => node.stop()));
    await processes.stop();
    await charts?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 2 * MINUTES);

  /** The sample's job on two TaskManagers, small enough for one machine, with S3 on the bridge. */
  function application(interval = Duration.minutes(1)): string {
    const app: App = testApp();
    const { platform, stack } = testPlatform(
      { capacity: new lib.ManagedNodeGroupCapacity({ autoscaling: lib.NodeAutoscaling.none() }) },
      app,
    );
    const jobStack = new Stack(app, 'JobStack');
    const made = testApplication(jobStack, platform, {
      image: lib.FlinkImage.fromUri(FLINK_IMAGE),
      job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--source', 'generator'] }),
      jobManager: { memory: Size.mebibytes(1024), cpu: 0.2 },
      taskManager: { memory: Size.mebibytes(1280), cpu: 0.2, taskSlots: 1 },
      runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.fixed({ parallelism: 2, spare: 1 }) }),
      // The job grows to two slots after a checkpoint; and still long enough to tell the hook's from the next.
      checkpointing: { interval },
      properties: { 's3.endpoint': storage.endpoint, 's3.path.style.access': 'true', 'web.refresh-interval': '200' },
    });
    made.writeTo(s3.Bucket.fromBucketName(stack, 'Results', 'results'), 'prices');
    return app.synth().directory;
  }

  test(
    'the job runs, as a user with no rights on a root that nobody writes, and writes its pointers',
    async () => {
      const job = await running();
      const [{ metadata }] = pods('jobmanager');
      const exec = (...command: string[]): KubectlResult =>
        cluster.kubectl(['exec', metadata.name as string, '--namespace=prices', '--', ...command]);
      expect(exec('id', '-u').stdout.trim()).toBe('9999');
      expect(exec('touch', '/opt/flink/lib/x').stderr).toMatch(/Read-only file system/);
      expect(exec('cat', '/proc/1/status').stdout).toMatch(/CapEff:\t0{16}\n[^]*NoNewPrivs:\t1\nSeccomp:\t2\n/);
      // Source: Flink, Kubernetes HA Services: one ConfigMap of the cluster, one of each job.
      const names = (): string[] => cluster.objects('configmaps', 'prices').map((each) => each.metadata.name as string);
      expect(names()).toEqual(expect.arrayContaining(['prices-cluster-config-map', `prices-${job.id}-config-map`, 'prices-deployed']));
      expect(cluster.object('configmap', 'prices-deployed', 'prices').data).toMatchObject({ jobId: job.id, MAX_PARALLELISM: '128' });
      expect(JSON.stringify(cluster.object('configmap', 'prices-cluster-config-map', 'prices').data)).toContain(job.host);
    },
    2 * PATIENCE,
  );

  test(
    `${DEPLOYS} changed deploys in a row: the new graph, from a checkpoint that the pods took when they left`,
    async () => {
      for (let count = 1; count <= DEPLOYS; count++) {
        const before = await running();
        const known = await before.checkpoint();
        const start = Date.now();
        const interval = 60 + count;
        await deployment.deploy(application(Duration.seconds(interval)));
        const after = await waitFor(
          'the new graph runs',
          async () => {
            const job = await running();
            const seen = await job.interval();
            return { done: seen === interval * 1000 ? job : undefined, seen: `interval ${seen}` };
          },
          { within: PATIENCE, every: 500 },
        );
        figure(`deploy ${count}: all tasks run again`, start);
        expect(after.id).toBe(before.id);
        expect(await after.restored()).toBeGreaterThan(known);
      }
    },
    DEPLOYS * PATIENCE,
  );

  test(
    'a JobManager that is killed comes back with the job, from the newest checkpoint',
    async () => {
      const before = await running();
      const checkpoint = await before.checkpoint();
      const start = Date.now();
      processOf('on-demand', 'StandaloneApplicationClusterEntryPoint').forEach((pid) => process.kill(pid, 'SIGKILL'));
      await waitFor('the JobManager has gone', async () => ({ done: await before.isGone(), seen: 'it answers' }), { within: PATIENCE });
      const after = await running();
      figure('JobManager killed: all tasks run again', start);
      expect(after.id).toBe(before.id);
      expect(await after.restored()).toBe(checkpoint);
    },
    2 * PATIENCE,
  );

  test(
    'a Spot notice: cordon, checkpoint, one restart, and the instance can go',
    async () => {
      const before = await running();
      const restarts = await before.restarts();
      const leaving = pods('taskmanager').find(({ metadata }) => before.workers.includes(metadata.name as string))!;
      const node = nodes.get(leaving.spec.nodeName as string)!;
      const said = follow(leaving.metadata.name as string);
      const start = Date.now();
      // Source: Amazon EC2, Spot Instance interruption notices. Half of the two minutes.
      const end = start + 60_000;
      writeFileSync(
        join(node.ready.folder, 'spot-instance-action'),
        JSON.stringify({ action: 'terminate', time: new Date(end).toISOString() }),
      );
      await cluster.until('the node is cordoned', () => (nodeObjectOf(node).spec.unschedulable ? true : undefined), 60);
      figure('Spot notice: node cordoned', start);
      const checkpoint = await waitFor(
        'the hook has a checkpoint',
        async () => {
          const id = /checkpoint-before-leaving: checkpoint (\d+)(, which was under way,)? is complete/.exec(said())?.[1];
          return Promise.resolve({ done: id && Number(id), seen: said().split('\n').slice(-2).join(' ') });
        },
        { within: PATIENCE },
      );
      figure('Spot notice: checkpoint complete', start);
      const after = await running((job) => !job.workers.includes(leaving.metadata.name as string));
      figure('Spot notice: all tasks run again', start);
      expect(await after.restored()).toBe(checkpoint);
      // The JobManager collects its metrics every ten seconds. Source: Flink, `metrics.fetcher.update-interval`.
      await waitFor('the restart is counted', async () => countOf(await after.restarts(), restarts), { within: PATIENCE });
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now())));
      await node.kill();
      nodes.delete(node.ready.name);
      // It took nothing with it: the job goes on where it was.
      expect((await running()).workers).not.toContain(leaving.metadata.name);
      expect((await after.restarts()) - restarts).toBe(1);
    },
    3 * PATIENCE,
  );

  test(
    'a node that is lost without notice costs a restart from the newest checkpoint',
    async () => {
      const before = await running();
      const checkpoint = await before.checkpoint();
      const [worker] = pods('taskmanager').filter(({ metadata }) => before.workers.includes(metadata.name as string));
      const node = nodes.get(worker.spec.nodeName as string)!;
      const gone = ['spot-b', 'spot-c'].find((name) => !nodes.has(name));
      if (gone !== undefined) await startSpot(gone);
      const start = Date.now();
      await node.kill();
      nodes.delete(node.ready.name);
      const after = await running((job) => !job.workers.includes(worker.metadata.name as string));
      figure('node lost without notice: all tasks run again', start);
      expect(await after.restored()).toBe(checkpoint);
    },
    3 * PATIENCE,
  );

  function pods(component: string): KubernetesObject[] {
    return cluster.objects('pods', 'prices').filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component);
  }

  function nodeObjectOf(node: RealNode): KubernetesObject {
    return cluster.objects('nodes').find(({ metadata }) => metadata.name === node.ready.name)!;
  }

  async function startSpot(name: string): Promise<void> {
    const number = name === 'spot-b' ? 2 : 3;
    const zone = `us-east-1${name.slice(-1)}`;
    const options = {
      capacityType: 'SPOT',
      labels: { 'cdk-flink-on-eks/spot': 'true' },
      taints: ['cdk-flink-on-eks/spot=true:NoSchedule'],
      images,
    };
    // A new instance is another node: what Kubernetes remembers of the old one goes with it, and so does its notice.
    rmSync(join(cluster.folder, 'nodes', name, 'spot-instance-action'), { force: true });
    cluster.kubectl(['delete', 'node', name, '--ignore-not-found']);
    nodes.set(name, await startRealNode(cluster, number, { name, zone, ...options }));
  }

  /** What a pod prints from now on, also what it printed before it went. */
  function follow(pod: string): () => string {
    const file = join(folder, `${pod}.log`);
    processes.start({
      name: `the log of ${pod}`,
      command: join(layerFolders().kubectl, 'kubectl'),
      arguments: ['--kubeconfig', cluster.kubeconfig, 'logs', '--follow', '--namespace=prices', pod],
      environment: {},
      log: file,
    });
    return () => readFileSync(file, 'utf8');
  }

  /** The job once all its tasks run, seen through the JobManager that leads. */
  function running(also: (job: RunningJob) => boolean = () => true): Promise<RunningJob> {
    return waitFor(
      'the job runs',
      async () => {
        const ip = pods('jobmanager').find(({ metadata }) => !metadata.deletionTimestamp)?.status.podIP as string | undefined;
        if (!ip) return { seen: 'the JobManager has no address' };
        const job = await RunningJob.at(`http://${ip}:8081`);
        return { done: job.runs && also(job) ? job : undefined, seen: job.seen };
      },
      { within: 2 * PATIENCE, every: 500 },
    );
  }
});

/** Processes of a node by what is in their command line, as this machine numbers them. */
function processOf(node: string, text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) &&
          new RegExp(`/flinktest\\d+-${node}/`).test(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

function countOf(now: number, before: number): { done?: true; seen: string } {
  return { done: now > before ? true : undefined, seen: `${now - before} restarts` };
}

/** What one run took, on this machine as busy as it was. */
function figure(what: string, start: number): void {
  log(`figure: ${what} after ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

function bucketsOf(out: string): string[] {
  return readAssembly(out).flatMap((stack) =>
    Object.entries(stack.resources)
      .filter(([, { Type }]) => Type === 'AWS::S3::Bucket')
      .map(([id]) => bucketName(stack, id)),
  );
}

/** Credentials that the emulator takes; on EKS they come from the role of the account, by a web hook that does not run here. */
function withCredentials({ kind, data, spec }: KubernetesObject): void {
  const provider = 'com.amazonaws.auth.WebIdentityTokenCredentialsProvider';
  if (kind === 'ConfigMap')
    data['config.yaml'] = data['config.yaml'].replace(provider, 'com.amazonaws.auth.EnvironmentVariableCredentialsProvider');
  if (kind !== 'Deployment') return;
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => ({ name, value: 'local' }));
  const { initContainers = [], containers } = spec.template.spec;
  for (const container of [...initContainers, ...containers]) container.env.push(...variables);
}
