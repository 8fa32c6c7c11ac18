import { join } from 'node:path';
import { FlinkHome } from './flink-home';
import { FlinkRest } from './flink-rest';
import { LocalApplication } from './overlay';
import { OwnProcess, OwnProcesses } from './own-processes';
import { evict, Eviction } from './pod-eviction';
import { Problem } from './problem';
import { Stop, waitFor } from './waiting';

/** The Flink processes of one application: what the two Deployments are on Kubernetes. */
export class FlinkCluster {
  /** TaskManagers that run, oldest first. */
  public readonly taskManagers: OwnProcess[] = [];
  /** The REST API of the JobManager. */
  public readonly rest: FlinkRest;
  /** The JobManager that was started last. */
  public jobManager?: OwnProcess;
  private started = 0;

  constructor(
    private readonly processes: OwnProcesses,
    private readonly home: FlinkHome,
    private readonly application: LocalApplication,
    private readonly name: string,
  ) {
    this.rest = new FlinkRest(`http://127.0.0.1:${application.options['rest.port']}`);
  }

  /** Starts the JobManager as the image's entry point does; returns at once. */
  public startJobManager(): OwnProcess {
    return (this.jobManager = this.start(`${this.name}-jobmanager`, this.application.jobManagerArguments));
  }

  /** Starts one more TaskManager, as Kubernetes would in place of a lost one. */
  public addTaskManager(): OwnProcess {
    const name = `${this.name}-taskmanager-${++this.started}`;
    const args = this.application.taskManagerArguments.map((each) => each.replaceAll('$(POD_NAME)', name));
    const started = this.start(name, args);
    this.taskManagers.push(started);
    void started.ended.then(() => this.taskManagers.splice(this.taskManagers.indexOf(started), 1));
    return started;
  }

  /** Lets a TaskManager go as an eviction on Kubernetes does; resolves when it is gone. */
  public evictTaskManager(taskManager: OwnProcess): Promise<Eviction> {
    return evict(taskManager, this.application.taskManagerEnding, taskManager.options.name);
  }

  /** Lets the JobManager go; resolves when it is gone. */
  public evictJobManager(jobManager: OwnProcess): Promise<Eviction> {
    return evict(jobManager, this.application.jobManagerEnding, jobManager.options.name);
  }

  /** Waits until the job runs with so many tasks side by side. */
  public async awaitParallelism(parallelism: number, within: number, signal?: AbortSignal): Promise<void> {
    await waitFor(
      `the job runs with parallelism ${parallelism}`,
      async () => {
        this.requireJobManager();
        const { state, parallelism: now, running } = await this.rest.job();
        const seen = `job ${state}, parallelism ${now}, ${running ? 'all' : 'not all'} tasks running, ${this.taskManagers.length} TaskManagers`;
        return { done: state === 'RUNNING' && running && now === parallelism ? true : undefined, seen };
      },
      { within, signal },
    );
  }

  /** Waits until the job runs, whatever its parallelism. */
  public async awaitRunning(within: number, signal?: AbortSignal): Promise<void> {
    await waitFor(
      'the job runs',
      async () => {
        this.requireJobManager();
        await this.requireNoFailure();
        const { state, running, tasks, exception } = await this.rest.job();
        const seen = `job ${state}, ${tasks} tasks running; ${exception ?? 'no exception'}`;
        return { done: state === 'RUNNING' && running ? true : undefined, seen };
      },
      {
        within,
        signal,
        otherwise: (message) =>
          new Problem(
            `${message}\nOn a busy machine a start takes longer: run it again when it is quiet. Logs: ${join(this.home.run, 'logs')}`,
          ),
      },
    );
  }

  /** @throws when the job has ended for good, as one does that cannot be built: waiting on is of no use */
  private async requireNoFailure(): Promise<void> {
    if (!this.jobManager || !(await this.rest.failed())) return;
    throw new Stop(
      this.jobManager.failure('Is the jar built for this line of Flink, and is the class in it?', 'runs, but its job has failed'),
    );
  }

  /** @throws when the JobManager has ended */
  public requireJobManager(): void {
    if (this.jobManager?.end) throw new Stop(this.jobManager.failure('Look for its first error, not for the last.'));
  }

  private start(name: string, [entry, ...args]: string[]): OwnProcess {
    return this.processes.start({
      name,
      command: this.home.script(`${entry}.sh`),
      arguments: ['start-foreground', ...args],
      environment: this.home.environment(name),
      log: join(this.home.run, 'logs', `${name}.out`),
    });
  }
}
