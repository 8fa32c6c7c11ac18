import * as iam from 'aws-cdk-lib/aws-iam';

/** What a job needs to read a source or to write to a sink: a value, copied by the application that calls the verb. */
export interface StreamConfig {
  /** What the job's role may do, down to the resource. */
  readonly statements: iam.PolicyStatement[];
  /** Arguments of the job's main class. */
  readonly jobArguments: string[];
  /**
   * How many tasks can read side by side, for example the number of shards.
   *
   * @default - not known
   */
  readonly maxReaders?: number;
  /**
   * Flink options.
   *
   * @default - none
   */
  readonly properties?: Record<string, string>;
}

/** Where records come from. */
export interface IStreamSource {
  /** What a job needs to read this source. */
  bind(): StreamConfig;
}
