import { Token } from 'aws-cdk-lib';

/** What makes a start take effect exactly once. */
export interface FlinkStartOnce {
  /**
   * Any text that was not used before for this application, 1 to 40 letters, digits, `.`, `_` and `-`, for example the date. Once
   * the job has started by it, it has no further effect.
   */
  readonly nonce: string;
}

/** Options of `FlinkStart.fromSavepoint`. */
export interface SavepointStartOptions extends FlinkStartOnce {
  /**
   * Whether state of operators that the job no longer has may be dropped. Source: Flink, `--allowNonRestoredState`.
   *
   * @default false
   */
  readonly allowNonRestoredState?: boolean;
}

/** A start as a runtime needs it: values only, which decide nothing until a pod starts. */
export interface FlinkStartSpec {
  /** Empty: the job goes on from its newest checkpoint. */
  readonly nonce: string;
  /** What it starts from: `savepoint URI` or `empty`. */
  readonly origin: string;
  /** Whether state that no operator takes is dropped. */
  readonly allowNonRestoredState: boolean;
}

/** What the job starts from. */
export class FlinkStart {
  /** The newest checkpoint; nothing on the very first start. */
  public static latest(): FlinkStart {
    return new FlinkStart({ nonce: '', origin: '', allowNonRestoredState: false }, []);
  }

  /**
   * A savepoint or a retained checkpoint, once. From then on the job goes on from its own checkpoints, also when this is removed.
   * The checkpoints of before are kept.
   *
   * @param uri as Flink's REST API gives it, for example `s3p://bucket/savepoints/prices/savepoint-0123-456789`
   * @param options the nonce, and what may be dropped
   */
  public static fromSavepoint(uri: string, options: SavepointStartOptions): FlinkStart {
    const { nonce, allowNonRestoredState = false } = options;
    return new FlinkStart({ nonce, origin: `savepoint ${uri}`, allowNonRestoredState }, [...nonceProblems(nonce), ...uriProblems(uri)]);
  }

  /**
   * Nothing, once: the job begins again without state. The checkpoints of before are kept.
   *
   * @param options the nonce
   */
  public static empty({ nonce }: FlinkStartOnce): FlinkStart {
    return new FlinkStart({ nonce, origin: 'empty', allowNonRestoredState: false }, nonceProblems(nonce));
  }

  private constructor(
    /** As a runtime needs it. */
    public readonly spec: FlinkStartSpec,
    /** What is wrong, one sentence each. */
    public readonly problems: string[],
  ) {}
}

function nonceProblems(nonce: string): string[] {
  if (/^[A-Za-z0-9._-]{1,40}$/.test(nonce)) return [];
  const given = Token.isUnresolved(nonce) ? 'a text that only a deployment knows' : `'${nonce}'`;
  return [
    `deployment.start has the nonce ${given}: allowed are 1 to 40 letters, digits, '.', '_' and '-', because it becomes part of a ConfigMap's key; use for example '2026-11-21'`,
  ];
}

function uriProblems(uri: string): string[] {
  if (Token.isUnresolved(uri) || /^s3[ap]?:\/\/[^\s"'\\]+$/.test(uri)) return [];
  return [
    `deployment.start is from '${uri}': allowed is the place of a savepoint in S3, because the pods reach no other; use what the command in the stack's output Savepoint prints, for example 's3p://bucket/savepoints/prices/savepoint-0123-456789'`,
  ];
}
