/** What the REST API says of the job. */
export interface JobStatus {
  /** `none` before there is a job. */
  readonly state: string;
  /** Largest parallelism of its operators. */
  readonly parallelism: number;
  /** Whether all tasks run. */
  readonly running: boolean;
  /** Tasks that run, and how many there are, for example `3 of 4`. */
  readonly tasks: string;
  /** Name of the TaskManager that its first source task is on. */
  readonly source?: string;
  /** Why it failed last, first lines. */
  readonly exception?: string;
}

/** Checkpoints of the job since its JobManager started. */
export interface CheckpointCounts {
  readonly completed: number;
  readonly failed: number;
  readonly restored: number;
}

interface JobDetails {
  readonly state: string;
  readonly vertices: { id: string; parallelism: number; tasks: Record<string, number> }[];
}

/** Flink's REST API, as far as it is needed here. There is one job: Application Mode. */
export class FlinkRest {
  /** @param address where the Flink UI is, too */
  constructor(public readonly address: string) {}

  /** State of the job. Flink answers from a cache that is up to 3 s old (`web.refresh-interval`). */
  public async job(): Promise<JobStatus> {
    const id = await this.jobId();
    if (id === undefined) return { state: 'none', parallelism: 0, running: false, tasks: '0 of 0' };
    const { state, vertices } = await this.get<JobDetails>(`/jobs/${id}`);
    return {
      state,
      source: await this.taskManagerOf(id, vertices[0]?.id),
      exception: await this.lastException(id),
      parallelism: Math.max(0, ...vertices.map((each) => each.parallelism)),
      tasks: `${sum(vertices.map((each) => each.tasks.RUNNING ?? 0))} of ${sum(vertices.map((each) => each.parallelism))}`,
      running: vertices.length > 0 && vertices.every((each) => each.tasks.RUNNING === each.parallelism),
    };
  }

  /** Whether the job has ended for good. Its details may not be there then: a job that never was built has none. */
  public async failed(): Promise<boolean> {
    return (await this.overview())?.state === 'FAILED';
  }

  /** Number of checkpoints. */
  public async checkpoints(): Promise<CheckpointCounts> {
    const id = await this.jobId();
    if (id === undefined) return { completed: 0, failed: 0, restored: 0 };
    return (await this.get<{ counts: CheckpointCounts }>(`/jobs/${id}/checkpoints`)).counts;
  }

  /** Number of TaskManagers that are registered. */
  public async taskManagers(): Promise<number> {
    return (await this.get<{ taskmanagers: unknown[] }>('/taskmanagers')).taskmanagers.length;
  }

  private async taskManagerOf(id: string, vertex: string | undefined): Promise<string | undefined> {
    if (vertex === undefined) return undefined;
    const { subtasks } = await this.get<{ subtasks: { 'taskmanager-id': string }[] }>(`/jobs/${id}/vertices/${vertex}`);
    return subtasks[0]?.['taskmanager-id'];
  }

  private async lastException(id: string): Promise<string | undefined> {
    const { exceptionHistory } = await this.get<{ exceptionHistory: { entries: { stacktrace: string }[] } }>(
      `/jobs/${id}/exceptions?maxExceptions=1`,
    );
    const lines = exceptionHistory.entries[0]?.stacktrace.split('\n') ?? [];
    return lines.length === 0 ? undefined : lines.filter((line, index) => index === 0 || line.startsWith('Caused by:')).join('\n');
  }

  private async jobId(): Promise<string | undefined> {
    return (await this.overview())?.jid;
  }

  private async overview(): Promise<{ jid: string; state: string } | undefined> {
    return (await this.get<{ jobs: { jid: string; state: string }[] }>('/jobs/overview')).jobs[0];
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.address}${path}`, { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`GET ${path} answers ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    return (await answer.json()) as T;
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
