import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Size, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { FlinkScaling, FlinkVersion, ManagedNodeGroupCapacity, NodeAutoscaling, StandaloneRuntime } from '../../lib';
import { bucketName } from '../../local/intrinsic-functions';
import { OwnProcesses } from '../../local/own-processes';
import { freePorts } from '../../local/ports';
import { ensureFlinkHome, ensurePython } from '../../local/prerequisites';
import { S3Emulator } from '../../local/s3-emulator';
import { waitFor } from '../../local/waiting';
import { ApplicationOverrides, testApp, testApplication, testPlatform } from '../fixtures/apps';
import { KubernetesObject } from '../fixtures/kubernetes';
import { readAssembly, seeded } from './assembly';
import { ChartRepository } from './chart-repository';
import { Deployment } from './deployment';
import { makeImages } from './images';
import { layerFolders, PROJECT } from './places';
import { lackForNodes, RealNode, startRealNode } from './real-nodes';
import { RunningJob } from './running-job';
import { TestCluster } from './test-cluster';

const MINUTES = 60_000;
/** A JVM that starts beside two others on two cores. */
export const PATIENCE = 5 * MINUTES;
/** The bucket that belongs to no app. */
const RESULTS = 'results';
const JOB_STACK = 'JobStack';
/** Their last letters are their zones'. */
export const SPOT_INSTANCES = ['spot-b', 'spot-c', 'spot-d'] as const;
type SpotInstance = (typeof SPOT_INSTANCES)[number];
const log = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);

/**
 * `describe` where pods can run. What the machine forbids is skipped, and said loudly: pods run nowhere else. Programs that are missing
 * fail the tests under `CI=true`.
 */
export function describeWithPods(): jest.Describe {
  if (process.env.CLUSTER_PODS === 'false') return describe.skip;
  const { programs, rights } = lackForNodes();
  const lack = [...rights, ...programs];
  if (lack.length === 0) return describe;
  if (rights.length === 0 && process.env.CI === 'true') throw new Error(`nodes that run pods need ${programs.join(', ')}`);
  process.stderr.write(`\n******** NOT RUN: tests with real pods, because of what is missing: ${lack.join('; ')}\n\n`);
  return describe.skip;
}

/** A cluster of nodes that run pods, at first one On-Demand and two Spot, with S3 on their network, to which apps are deployed. */
export class RealCluster {
  /** Starts it for a Flink line, with an image for each jar. */
  public static async start(version: FlinkVersion, jars: Record<string, string>): Promise<RealCluster> {
    const made = new RealCluster(version);
    try {
      await made.open(jars);
      return made;
    } catch (error) {
      await made.stop();
      throw error;
    }
  }

  public cluster!: TestCluster;
  public storage!: S3Emulator;
  public readonly nodes = new Map<string, RealNode>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'flink-pods-'));
  private readonly processes = new OwnProcesses();
  private readonly buckets = new Set<string>();
  private charts?: ChartRepository;
  private deployment?: Deployment;
  private images: string[] = [];

  private constructor(private readonly version: FlinkVersion) {}

  /** Synthesizes an application of two TaskManagers, small enough for one machine, which writes to `s3://results` under its name. */
  public application(name: string, overrides: ApplicationOverrides): string {
    const app = testApp();
    const { platform } = testPlatform({ capacity: new ManagedNodeGroupCapacity({ autoscaling: NodeAutoscaling.none() }) }, app);
    const stack = new Stack(app, JOB_STACK);
    const made = testApplication(stack, platform, {
      name,
      version: this.version,
      jobManager: { memory: Size.mebibytes(1024), cpu: 0.2 },
      taskManager: { memory: Size.mebibytes(1280), cpu: 0.2, taskSlots: 1 },
      runtime: new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: 2, spare: 1 }) }),
      properties: { 's3.endpoint': this.storage.endpoint, 's3.path.style.access': 'true', 'web.refresh-interval': '200' },
      ...overrides,
    });
    made.writeTo(s3.Bucket.fromBucketName(stack, 'Results', RESULTS), name);
    return app.synth().directory;
  }

  /** Deploys a synthesized app, or changes what is there into it. */
  public async deploy(out: string): Promise<void> {
    for (const bucket of bucketsOf(out).filter((name) => !this.buckets.has(name))) await this.createBucket(bucket);
    await this.deployment!.deploy(out);
  }

  /** Destroys the application, and keeps its platform. */
  public destroyApplication(): Promise<void> {
    return this.deployment!.destroy(JOB_STACK);
  }

  private async createBucket(name: string): Promise<void> {
    await this.storage.createBucket(name);
    this.buckets.add(name);
  }

  /** A new Spot Instance. */
  public async startSpot(name: SpotInstance): Promise<void> {
    const options = {
      capacityType: 'SPOT',
      labels: { 'cdk-flink-on-eks/spot': 'true' },
      taints: ['cdk-flink-on-eks/spot=true:NoSchedule'],
      images: this.images,
    };
    // A new instance is another node: what Kubernetes remembers of the old one goes with it, and so does its notice.
    rmSync(join(this.cluster.folder, 'nodes', name, 'spot-instance-action'), { force: true });
    this.cluster.kubectl(['delete', 'node', name, '--ignore-not-found']);
    const index = 2 + SPOT_INSTANCES.indexOf(name);
    const node = await startRealNode(this.cluster, index, { name, zone: `us-east-1${name.slice(-1)}`, ...options });
    this.nodes.set(name, node);
  }

  /** Pods of an application, which has a namespace of its name. */
  public pods(application: string, component: 'jobmanager' | 'taskmanager'): KubernetesObject[] {
    const all = this.cluster.objects('pods', application);
    return all.filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component);
  }

  /** The job of an application once all its tasks run, seen through the JobManager that leads. */
  public running(application: string, also: (job: RunningJob) => boolean = () => true): Promise<RunningJob> {
    return waitFor(
      'the job runs',
      async () => {
        const living = this.pods(application, 'jobmanager').find(({ metadata }) => !metadata.deletionTimestamp);
        const ip = living?.status.podIP as string | undefined;
        if (!ip) return { seen: 'the JobManager has no address' };
        const job = await RunningJob.at(`http://${ip}:8081`);
        return { done: job.runs && also(job) ? job : undefined, seen: job.seen };
      },
      { within: 2 * PATIENCE, every: 500 },
    );
  }

  /** What a pod prints from now on, also what it printed before it went. */
  public follow(application: string, pod: string): () => string {
    const file = join(this.folder, `${pod}.log`);
    this.processes.start({
      name: `the log of ${pod}`,
      command: this.kubectl,
      arguments: ['--kubeconfig', this.cluster.kubeconfig, 'logs', '--follow', `--namespace=${application}`, pod],
      environment: {},
      log: file,
    });
    return () => readFileSync(file, 'utf8');
  }

  /** The kubectl that the CDK ships. */
  public get kubectl(): string {
    return join(layerFolders().kubectl, 'kubectl');
  }

  /** Says what one run took, on this machine as busy as it was; `npm run test:cluster -- --record` keeps it. */
  public figure(what: string, start: number): void {
    const seconds = Number(((Date.now() - start) / 1000).toFixed(1));
    log(`figure: Flink ${this.version.release}: ${what} after ${seconds} s`);
    if (process.env.CLUSTER_RECORD === 'true')
      record({ flink: this.version.release, what, seconds, load: Number(loadavg()[0].toFixed(1)) });
  }

  /** Ends everything. */
  public async stop(): Promise<void> {
    this.deployment?.stop();
    await Promise.all([...this.nodes.values()].map((node) => node.stop()));
    await this.processes.stop();
    await this.charts?.stop();
    await this.cluster?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async open(jars: Record<string, string>): Promise<void> {
    const [python, home] = [await ensurePython(log), await ensureFlinkHome(this.version.release, log)];
    this.images = await makeImages(this.folder, { home, jars });
    [this.cluster, this.charts] = await Promise.all([TestCluster.start({ network: true }), ChartRepository.start()]);
    const [port] = await freePorts(1);
    const { folder: run, processes } = this;
    this.storage = await S3Emulator.start(processes, { port, python, run, address: this.cluster.plane.ready.host });
    await this.createBucket(RESULTS);
    const onDemand = { name: 'on-demand', zone: 'us-east-1a', capacityType: 'ON_DEMAND', images: this.images };
    const first = startRealNode(this.cluster, 1, onDemand).then((node) => this.nodes.set('on-demand', node));
    await Promise.all([first, this.startSpot('spot-b'), this.startSpot('spot-c')]);
    this.deployment = new Deployment(this.cluster, this.charts, seeded(1), { prepare: withCredentials });
  }
}

/** One figure a line, so that a run that ends early keeps what it has. */
function record(figure: Record<string, unknown>): void {
  const date = new Date().toISOString();
  appendFileSync(join(PROJECT, 'docs', 'measurements', `pods-${date.slice(0, 10)}.jsonl`), `${JSON.stringify({ at: date, ...figure })}\n`);
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
  if (kind === 'ConfigMap' && data['config.yaml'])
    data['config.yaml'] = data['config.yaml'].replace(provider, 'com.amazonaws.auth.EnvironmentVariableCredentialsProvider');
  if (kind !== 'Deployment') return;
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => ({ name, value: 'local' }));
  const { initContainers = [], containers } = spec.template.spec;
  for (const container of [...initContainers, ...containers]) container.env.push(...variables);
}
