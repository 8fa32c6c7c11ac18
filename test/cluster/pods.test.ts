import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../../lib';
import { bucketName } from '../../local/intrinsic-functions';
import { FlinkRest } from '../../local/flink-rest';
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
import { lackForNodes, RealNode, startRealNode } from './real-nodes';
import { TestCluster } from './test-cluster';

const MINUTES = 60_000;
const PATIENCE = 3 * MINUTES;
const log = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);

/** What the machine forbids is skipped, and said loudly: pods run nowhere else. */
const lack = lackForNodes();
if (lack.length > 0) process.stderr.write(`\n******** NOT RUN: tests with real pods, because this machine lacks ${lack.join('; ')}\n\n`);
const withNodes = lack.length === 0 ? describe : describe.skip;

withNodes('an application in real pods', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flink-pods-'));
  const processes = new OwnProcesses();
  let cluster: TestCluster;
  let charts: ChartRepository;
  let storage: S3Emulator;
  let deployment: Deployment;
  const nodes = new Map<string, RealNode>();

  beforeAll(async () => {
    const [python, home, { jar }] = [
      await ensurePython(log),
      await ensureFlinkHome('2.2.1', log),
      await buildSample({ generator: true }, log),
    ];
    const images = await makeImages(folder, home, jar);
    [cluster, charts] = await Promise.all([TestCluster.start({ network: true }), ChartRepository.start()]);
    const [port] = await freePorts(1);
    storage = await S3Emulator.start(processes, { port, python, run: folder, address: cluster.plane.ready.host });
    const spot = {
      capacityType: 'SPOT',
      labels: { 'cdk-flink-on-eks/spot': 'true' },
      taints: ['cdk-flink-on-eks/spot=true:NoSchedule'],
      images,
    };
    const made = await Promise.all([
      startRealNode(cluster, 1, { name: 'on-demand', zone: 'us-east-1a', capacityType: 'ON_DEMAND', images }),
      startRealNode(cluster, 2, { name: 'spot-b', zone: 'us-east-1b', ...spot }),
      startRealNode(cluster, 3, { name: 'spot-c', zone: 'us-east-1c', ...spot }),
    ]);
    made.forEach((node) => nodes.set(node.ready.name, node));
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
  function application(): string {
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
      runtime: new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.fixed({ parallelism: 2, spare: 0 }) }),
      // Long, so that a checkpoint at the notice is seen to be the hook's.
      checkpointing: { interval: Duration.minutes(5) },
      properties: { 's3.endpoint': storage.endpoint, 's3.path.style.access': 'true', 'web.refresh-interval': '200' },
    });
    made.writeTo(s3.Bucket.fromBucketName(stack, 'Results', 'results'), 'prices');
    return app.synth().directory;
  }

  test(
    'the job runs',
    async () => {
      const rest = await jobManager();
      await waitFor(
        'the job runs',
        async () => {
          const { state, running, parallelism } = await rest.job();
          return { done: running && parallelism === 2 ? true : undefined, seen: `${state} ${parallelism}` };
        },
        { within: PATIENCE },
      );
    },
    PATIENCE,
  );

  function pod(component: string): KubernetesObject[] {
    return cluster.objects('pods', 'prices').filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component);
  }

  /** The REST API in the JobManager's pod, which this machine reaches over the bridge. */
  async function jobManager(): Promise<FlinkRest> {
    const ip = await cluster.until('the JobManager has an address', () => pod('jobmanager')[0]?.status.podIP as string | undefined, 120);
    return new FlinkRest(`http://${ip}:8081`);
  }
});

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
  for (const container of spec.template.spec.containers) container.env.push(...variables);
}
