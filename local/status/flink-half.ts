import { kubectl } from './kubectl';

/** A checkpoint or savepoint, as Flink's REST API shows it. Source: Flink REST API, `/jobs/:jobid/checkpoints`. */
export interface Checkpoint {
  readonly id: number;
  /** Where it lies. */
  readonly external_path?: string;
  readonly is_savepoint?: boolean;
  /** Milliseconds since 1970. */
  readonly restore_timestamp?: number;
  /** Milliseconds since 1970. */
  readonly latest_ack_timestamp?: number;
  /** Milliseconds. */
  readonly end_to_end_duration?: number;
}

/** Counts and latest checkpoints of a job. Source: as above. */
export interface Checkpoints {
  readonly counts?: { completed: number; failed: number };
  readonly latest?: { completed?: Checkpoint | null; restored?: Checkpoint | null };
}

/** What the JobManager says of its job. */
export interface FlinkHalf {
  /** For example `RUNNING`; `undefined` when the JobManager knows no such job. */
  readonly state?: string;
  readonly checkpoints: Checkpoints;
  /** First line of the last failure. */
  readonly lastFailure?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Line between two answers. */
const BETWEEN = '--- next answer ---';

/**
 * Asks the JobManager about its job, from inside its pod: the network policy closes the REST port to the API server's proxy, and
 * bash is all that the image surely has.
 *
 * @returns `undefined` when the REST server does not answer
 */
export function readFlinkHalf(namespace: string, pod: string): FlinkHalf | undefined {
  const paths = ['status', 'checkpoints', 'exceptions?maxExceptions=1'];
  const printed = kubectl(['exec', '--namespace', namespace, pod, '--container', 'jobmanager', '--', 'bash', '-c', script(paths)]);
  const [status, checkpoints, exceptions] = printed.split(BETWEEN).map(parse);
  if (!status || status.status === 503) return undefined;
  if (status.status !== 200) return { checkpoints: {} };
  return {
    state: String(status.body.status),
    checkpoints: (checkpoints?.status === 200 ? checkpoints.body : {}) as Checkpoints,
    lastFailure: lastFailure(exceptions),
  };
}

/**
 * Which job it is was chosen when the pod started. HTTP 1.0, so that the server closes the connection after its answer. A server
 * that is not there gives an empty answer.
 */
function script(paths: string[]): string {
  const request = `printf 'GET /jobs/%s/%s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' "$job" "$path" >&3 && cat <&3`;
  const each = `{ exec 3<>/dev/tcp/127.0.0.1/8081; } 2>/dev/null && ${request} && exec 3>&-; printf '\\n%s\\n' '${BETWEEN}'`;
  return `job=$(</opt/flink/start/job-id); for path in ${paths.map((path) => `'${path}'`).join(' ')}; do ${each}; done`;
}

function parse(text: string): Answer | undefined {
  const [, status, body] = /^\s*HTTP\/1\.\d (\d{3})[^]*?\r?\n\r?\n([^]*)$/.exec(text) ?? [];
  if (status === undefined) return undefined;
  try {
    return { status: Number(status), body: JSON.parse(body) as Record<string, unknown> };
  } catch {
    return { status: Number(status), body: {} };
  }
}

/** Source: Flink REST API, `/jobs/:jobid/exceptions`, `exceptionHistory.entries`. */
function lastFailure(answer?: Answer): string | undefined {
  const history = answer?.body.exceptionHistory as { entries?: { stacktrace?: string }[] } | undefined;
  return history?.entries?.[0]?.stacktrace?.split('\n')[0];
}
