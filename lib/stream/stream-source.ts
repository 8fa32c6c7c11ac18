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

/**
 * What is wrong with the job arguments of a stream beside those that are there already: their names, and that each is given once.
 *
 * @param config what a source or a sink brings
 * @param others arguments of the job and of its other streams
 */
export function argumentProblems(config: StreamConfig, others: readonly string[]): string[] {
  const names = config.jobArguments.filter((argument) => argument.startsWith('-'));
  const shapes = names
    .filter((name) => !/^--[A-Za-z][\w.-]*$/.test(name))
    .map(
      (name) =>
        `the job argument is '${name}': allowed is '--' and then letters, digits, '-', '_' and '.', because the main class finds the value by it; use for example '--stream-arn'`,
    );
  const twice = names
    .filter((name) => others.includes(name))
    .map(
      (name) =>
        `the job argument '${name}' is given twice: allowed is once, because one value would hide the other; give one of the two another 'argumentPrefix' or 'argument'`,
    );
  return [...shapes, ...twice];
}
