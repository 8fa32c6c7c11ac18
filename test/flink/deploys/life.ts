import { readFileSync } from 'node:fs';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { Duration, Size } from 'aws-cdk-lib';
import { DeploymentOptions, FlinkJob, FlinkImage, FlinkVersion } from '../../../lib';
import { ApplicationTemplate } from '../../../local/application-template';
import { readCloudAssembly } from '../../../local/cloud-assembly';
import { LocalRun } from '../../../local/local-run';
import { waitFor } from '../../../local/waiting';
import { testJob } from '../../fixtures/apps';
import { PATIENCE } from '../sample';
import { Image, sumsJar } from './running-sums';

/** What differs from one deploy to the next. */
export interface Version {
  readonly name: string;
  readonly image?: Image;
  readonly stages?: number;
  /** Checkpoint interval, in seconds. */
  readonly interval?: number;
  readonly rate?: number;
  readonly count?: number;
  readonly output?: string;
  /** More arguments of the job. */
  readonly args?: string[];
  readonly maxParallelism?: number;
  readonly entropyLength?: number;
  readonly deployment?: DeploymentOptions;
  readonly line?: string;
}

/** A job as the REST API shows it. */
export interface Shown {
  readonly id: string;
  readonly name: string;
  readonly operators: string;
  readonly interval: number;
  /** Number of the checkpoint that it was restored from. */
  readonly restored?: number;
  readonly savepoint: boolean;
}

/** Nothing of ZooKeeper may hold up what is no test of it. */
const QUICK_JVM = { JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' };
const TEST_OPTIONS = { 'web.refresh-interval': '200', 'high-availability.zookeeper.client.session-timeout': '5 s' };

/** One application through all its deploys: synthesized by the library, run on real Flink. */
export class Life {
  public run!: LocalRun;
  private readonly jars = new Map<Image, string>();

  constructor(private readonly line: string) {}

  /** What a deploy of this version would apply. */
  public template(version: Version): ApplicationTemplate {
    const given = { '--name': version.name, '--count': version.count ?? 100_000_000, '--rate': version.rate ?? 50 };
    const output = `s3a://results/${version.output ?? 'lines'}`;
    const args = [...Object.entries(given).flat().map(String), '--output', output, '--stages', String(version.stages ?? 0)];
    const flink = version.line === '1.20' || (version.line === undefined && this.line === '1.20') ? FlinkVersion.V1_20 : FlinkVersion.V2_2;
    const { app } = testJob({
      version: flink,
      image: FlinkImage.fromUri(`flink:${flink.imageTag}`),
      job: FlinkJob.jar({ entryClass: 'RunningSums', args: [...args, ...(version.args ?? [])] }),
      jobManager: { memory: Size.gibibytes(1) },
      taskManager: { memory: Size.gibibytes(1), cpu: 1 },
      checkpointing: {
        interval: Duration.seconds(version.interval ?? 1),
        minPause: Duration.millis(100),
        entropyLength: version.entropyLength,
      },
      properties: { 'taskmanager.memory.managed.fraction': '0.1', 'taskmanager.memory.task.off-heap.size': '0' },
      flink: { maxParallelism: version.maxParallelism },
      deployment: version.deployment,
    });
    const [template] = readCloudAssembly(app.synth().directory);
    return template;
  }

  /** The first deploy, on an empty cluster and an empty bucket. */
  public async begin(version: Version): Promise<void> {
    this.run = await LocalRun.start({
      application: this.template(version),
      jar: this.jar(version),
      taskManagers: 1,
      uiPort: 0,
      testOptions: TEST_OPTIONS,
      environment: QUICK_JVM,
      log: () => undefined,
    });
    await this.awaitCheckpoint();
  }

  /** A later deploy: the pods leave as they do on Kubernetes, then the new ones start. */
  public async deploy(version: Version): Promise<string> {
    await this.leave();
    const said = await this.start(version);
    await this.run.cluster.awaitRunning(PATIENCE);
    return said;
  }

  /** The new pods of a deploy, whether or not the job runs then. */
  public async start(version: Version): Promise<string> {
    this.run.home.addJob(this.jar(version));
    return this.run.deploy(this.template(version));
  }

  /** A deploy whose JobManager is not started, with the reason. */
  public async refused(version: Version): Promise<string> {
    return this.run.deploy(this.template(version)).then(
      (said) => {
        throw new Error(`it was started: ${said}`);
      },
      (error: Error) => error.message,
    );
  }

  /** Both Deployments let all their pods go, each with its hook. What the JobManager's says. */
  public async leave(): Promise<string> {
    const { cluster } = this.run;
    if (!cluster.jobManager || cluster.jobManager.end) return '';
    const others = [...cluster.taskManagers].map((each) => cluster.evictTaskManager(each));
    const [{ said }] = await Promise.all([cluster.evictJobManager(cluster.jobManager), ...others]);
    return said;
  }

  /** The job as it is now. */
  public async shown(): Promise<Shown> {
    const { jobs } = await this.get<{ jobs: { jid: string; state: string }[] }>('/jobs/overview');
    const id = (jobs.find(({ state }) => state === 'RUNNING') ?? jobs[0]).jid;
    const job = await this.get<{ name: string; vertices: { name: string }[] }>(`/jobs/${id}`);
    const { interval } = await this.get<{ interval: number }>(`/jobs/${id}/checkpoints/config`);
    const { latest } = await this.get<{ latest: { restored: { id: number; is_savepoint: boolean } | null } }>(`/jobs/${id}/checkpoints`);
    const operators = job.vertices.map(({ name }) => name).join();
    return { id, name: job.name, operators, interval, restored: latest.restored?.id, savepoint: latest.restored?.is_savepoint ?? false };
  }

  /** Number of the newest completed checkpoint of a job, by what lies in S3; 0 when there is none. */
  public async newest(job: string): Promise<number> {
    const bucket = this.stateBucket;
    const { Contents: found = [] } = await this.run.s3.client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `checkpoints/prices/${job}/` }),
    );
    return Math.max(0, ...found.map(({ Key }) => Number(/\/chk-(\d+)\/_metadata$/.exec(Key ?? '')?.[1] ?? 0)));
  }

  /** Number of the checkpoint that Flink's HA data names as the newest one. */
  public async pointer(job: string): Promise<number> {
    const answer = await fetch(`${this.run.kubernetes.address}/api/v1/namespaces/prices/configmaps/prices-${job}-config-map`);
    const { data } = (await answer.json()) as { data: Record<string, string> };
    return Math.max(...Object.keys(data).map((key) => Number(/^checkpointID-(\d+)$/.exec(key)?.[1] ?? 0)));
  }

  /** Waits until a job has a completed checkpoint of its own. */
  public async awaitCheckpoint(more = 1): Promise<number> {
    const look = async (): Promise<{ done?: number; seen: string }> => {
      const { completed } = await this.run.cluster.rest.checkpoints();
      return { done: completed >= more ? completed : undefined, seen: `${completed} completed` };
    };
    return waitFor('a checkpoint is complete', look, { within: PATIENCE });
  }

  public async awaitState(state: string): Promise<string> {
    const look = async (): Promise<{ done?: string; seen: string }> => {
      const job = await this.run.cluster.rest.job();
      return { done: job.state === state ? (job.exception ?? 'none') : undefined, seen: `${job.state}: ${job.exception}` };
    };
    return waitFor(`the job is ${state}`, look, { within: PATIENCE });
  }

  /** All that the JobManagers of this life have logged. */
  public jobManagerLog(): string {
    return readFileSync(
      this.run.logs().find((log) => log.endsWith('-jobmanager.out'))!,
      'utf8',
    );
  }

  /** Where a savepoint that is taken now lies. */
  public async savepoint(job: string, verb: 'savepoints' | 'stop'): Promise<string> {
    const post = await fetch(`${this.run.cluster.rest.address}/jobs/${job}/${verb}`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }); // prettier-ignore
    const { 'request-id': request } = (await post.json()) as { 'request-id': string };
    const look = async (): Promise<{ done?: string; seen: string }> => {
      const answer = await this.get<{ operation?: { location?: string } }>(`/jobs/${job}/savepoints/${request}`);
      return { done: answer.operation?.location, seen: JSON.stringify(answer).slice(0, 500) };
    };
    return waitFor('the savepoint is complete', look, { within: PATIENCE });
  }

  /** Lines that the job has written and committed. */
  public async lines(output: string): Promise<string[]> {
    return [...(await this.run.s3.lines(`s3a://results/${output}`)).values()].flat();
  }

  private jar({ image = 'Stage' }: Version): string {
    const jar = this.jars.get(image) ?? sumsJar(this.line, image);
    this.jars.set(image, jar);
    return jar;
  }

  private get stateBucket(): string {
    return /^s3p:\/\/([^/]+)/.exec(this.run.home ? this.template({ name: 'any' }).options['execution.checkpointing.dir'] : '')![1];
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.run.cluster.rest.address}${path}`);
    if (!answer.ok) throw new Error(`GET ${path} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as T;
  }
}
