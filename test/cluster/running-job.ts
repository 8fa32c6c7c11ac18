import { setTimeout as pause } from 'node:timers/promises';

interface Vertex {
  readonly id: string;
  readonly name: string;
  readonly parallelism: number;
  readonly tasks: Record<string, number>;
}

interface Checkpoints {
  readonly counts: { readonly restored: number };
  readonly latest: { readonly restored: { readonly id: number } | null };
}

/** A job as Flink's REST API shows it at one moment. There is one: Application Mode. Source: Flink REST API. */
export class RunningJob {
  public static async at(address: string): Promise<RunningJob> {
    const { jobs } = await ask<{ jobs: { id: string }[] }>(`${address}/jobs`);
    if (jobs.length !== 1) return new RunningJob(address, '', [], []);
    const { vertices } = await ask<{ vertices: Vertex[] }>(`${address}/jobs/${jobs[0].id}`);
    const subtasks = await Promise.all(
      vertices.map(({ id }) => ask<{ subtasks: { 'taskmanager-id': string }[] }>(`${address}/jobs/${jobs[0].id}/vertices/${id}`)),
    );
    const workers = subtasks.flatMap((one) => one.subtasks.map((subtask) => subtask['taskmanager-id']));
    return new RunningJob(address, jobs[0].id, vertices, [...new Set(workers)].sort());
  }

  private constructor(
    private readonly address: string,
    public readonly id: string,
    private readonly vertices: Vertex[],
    /** TaskManagers that run tasks of it: the names of their pods. */
    public readonly workers: string[],
  ) {}

  /** Address of its JobManager. */
  public get host(): string {
    return new URL(this.address).hostname;
  }

  /** Whether all its tasks run, some of them in parallel. */
  public get runs(): boolean {
    const { vertices } = this;
    return vertices.some(({ parallelism }) => parallelism > 1) && vertices.every(({ tasks, parallelism }) => tasks.RUNNING === parallelism);
  }

  /** Names of its operators, as chained. */
  public get operators(): string {
    return this.vertices.map(({ name }) => name).join();
  }

  public get seen(): string {
    return this.vertices.map(({ tasks, parallelism }) => `${tasks.RUNNING} of ${parallelism} tasks`).join(', ') || 'no job';
  }

  /** Number of the checkpoint from which it was restored last. */
  public async restored(): Promise<number | undefined> {
    return (await ask<Checkpoints>(`${this.address}/jobs/${this.id}/checkpoints`)).latest.restored?.id;
  }

  /** Its checkpoint interval in milliseconds, which is a part of its graph. */
  public async interval(): Promise<number> {
    return (await ask<{ interval: number }>(`${this.address}/jobs/${this.id}/checkpoints/config`)).interval;
  }

  /** How often it was restored from a checkpoint since its JobManager started: once at its start, and at each restart. */
  public async restores(): Promise<number> {
    return (await ask<Checkpoints>(`${this.address}/jobs/${this.id}/checkpoints`)).counts.restored;
  }

  /** Takes a checkpoint; its number. */
  public async checkpoint(): Promise<number> {
    const path = `${this.address}/jobs/${this.id}/checkpoints`;
    const { 'request-id': trigger } = await ask<{ 'request-id': string }>(path, { method: 'POST', body: '{}' });
    for (;;) {
      const { operation } = await ask<{ operation?: { checkpointId?: number; failureCause?: object } }>(`${path}/${trigger}`);
      if (operation?.checkpointId !== undefined) return operation.checkpointId;
      if (operation?.failureCause) throw new Error(`the checkpoint failed: ${JSON.stringify(operation.failureCause).slice(0, 500)}`);
      await pause(200);
    }
  }

  /** `true` once its JobManager no longer answers. */
  public async isGone(): Promise<true | undefined> {
    try {
      await ask(`${this.address}/overview`);
      return undefined;
    } catch {
      return true;
    }
  }
}

async function ask<T>(url: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { ...options, headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return (await answer.json()) as T;
}
