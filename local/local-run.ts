import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { ApplicationTemplate, StreamTemplate } from './application-template';
import { FlinkCluster } from './flink-cluster';
import { FlinkHome } from './flink-home';
import { KinesisEmulator } from './kinesis-emulator';
import { Difference, LocalApplication, Machine, overlay } from './overlay';
import { OwnProcesses } from './own-processes';
import { freePorts } from './ports';
import { ensureFlinkHome, ensurePython, Log } from './prerequisites';
import { inLocal } from './project';
import { S3Emulator } from './s3-emulator';
import { startZooKeeper } from './zoo-keeper';

/** What is run, and how. */
export interface LocalRunOptions {
  readonly application: ApplicationTemplate;
  readonly jar: string;
  readonly taskManagers: number;
  /** 0 takes any free port. */
  readonly uiPort: number;
  /** Arguments of the sample's own generator, in place of the stream. */
  readonly generator?: string[];
  /** Options that only a test sets. */
  readonly testOptions?: Record<string, string>;
  /** Variables of every process. */
  readonly environment?: Record<string, string>;
  readonly log: Log;
  readonly signal?: AbortSignal;
}

/** One application on real Flink processes beside emulators of S3, Kinesis and, for HA, Kubernetes. */
export class LocalRun {
  /** Starts everything; ends everything again when something does not start. */
  public static async start(options: LocalRunOptions): Promise<LocalRun> {
    const run = new LocalRun(options);
    try {
      await run.startAll();
      return run;
    } catch (error) {
      await run.stop();
      throw error;
    }
  }

  /** Folder of this run, with logs and configuration. */
  public readonly folder = newRunFolder();
  private readonly short = mkdtempSync(join(tmpdir(), 'flink-'));
  /** Addresses of this run. */
  public machine!: Machine;
  /** What differs from the template. */
  public differences: Difference[] = [];
  public cluster!: FlinkCluster;
  public s3!: S3Emulator;
  /** Undefined where the job reads no stream. */
  public kinesis?: KinesisEmulator;
  public home!: FlinkHome;
  private readonly processes = new OwnProcesses();

  private constructor(private readonly options: LocalRunOptions) {}

  /** Ends all processes. Logs and configuration stay; what is large goes. */
  public async stop(): Promise<void> {
    await this.processes.stop();
    for (const large of ['lib', 'usrlib', 'work']) rmSync(join(this.folder, 'flink', large), { recursive: true, force: true });
    rmSync(join(this.folder, 'zookeeper'), { recursive: true, force: true });
    rmSync(this.short, { recursive: true, force: true });
  }

  /** Where the job writes: the places in S3 that its arguments name. */
  public get outputs(): string[] {
    return this.options.application.jobManagerArguments.filter((each) => /^s3a?:\/\//.test(each));
  }

  /** Streams that the job reads. */
  public get streams(): StreamTemplate[] {
    return this.options.application.streams;
  }

  /** What each process printed. */
  public logs(): string[] {
    const folder = join(this.folder, 'logs');
    return readdirSync(folder).map((each) => join(folder, each));
  }

  private async startAll(): Promise<void> {
    const { application, log, signal, jar, taskManagers } = this.options;
    const python = await ensurePython(log, signal);
    this.home = new FlinkHome(this.folder, await ensureFlinkHome(application.version, log, signal), this.options.environment);
    const [s3, plain, tls, zooKeeper, jobManagerPort, ui] = await freePorts(6);
    log('starting the emulators and ZooKeeper');
    const run = this.folder;
    [this.s3, this.kinesis] = await Promise.all([
      S3Emulator.start(this.processes, { port: s3, python, run, signal }),
      application.streams.length > 0 ? KinesisEmulator.start(this.processes, { ports: [plain, tls], run, signal }) : undefined,
      startZooKeeper(this.processes, this.home, zooKeeper, signal),
    ]);
    for (const bucket of application.buckets) await this.s3.createBucket(bucket);
    for (const stream of application.streams) await this.kinesis?.createStream(stream, signal);
    const local = this.overlay({ uiPort: this.options.uiPort || ui, jobManagerPort, zooKeeper: `127.0.0.1:${zooKeeper}` });
    this.home.configure(local.options, application.logging);
    this.home.addFiles(application.files);
    this.home.addJob(jar);
    this.cluster = new FlinkCluster(this.processes, this.home, local, application.name);
    log(`starting a JobManager and ${taskManagers} TaskManagers of Flink ${application.version}`);
    this.cluster.startJobManager();
    for (let each = 0; each < taskManagers; each++) this.cluster.addTaskManager();
  }

  private pluginDifferences(release: string): Difference[] {
    const reason = 'plugin: the patch version that is pinned for the local run; an image should have that of its Flink';
    return this.home.otherPlugins(release).map(({ name, version }) => ({ key: name, from: release, to: version, reason }));
  }

  private overlay(ports: { uiPort: number; jobManagerPort: number; zooKeeper: string }): LocalApplication {
    const { application, taskManagers, generator, testOptions } = this.options;
    this.machine = {
      ...ports,
      home: this.home.path,
      short: this.short,
      s3: this.s3.endpoint,
      kinesis: this.kinesis?.endpoint ?? 'none',
      memoryMib: memoryMib(),
      taskManagers,
      generator,
      testOptions,
    };
    const local = overlay(application, this.machine);
    this.differences = [...local.differences, ...this.pluginDifferences(application.version)];
    return local;
  }
}

/** Logs of so many runs are kept. */
const KEPT_RUNS = 10;

function newRunFolder(): string {
  removeOldRuns();
  const id = `${new Date().toISOString().replace(/\D/g, '').slice(0, 17)}-${process.pid}`;
  const folder = inLocal('run', id);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function removeOldRuns(): void {
  const folder = inLocal('run');
  const runs = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d{17}-\d+$/.test(name)) : [];
  for (const name of runs.sort().slice(0, -KEPT_RUNS)) {
    if (!isRunning(Number(name.split('-')[1]))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What this process may use, which in a container is less than what the machine has. */
function memoryMib(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor((limit > 0 && limit < total ? limit : total) / 1024 ** 2);
}
