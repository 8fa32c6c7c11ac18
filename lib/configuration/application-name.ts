import { createHash } from 'crypto';

/**
 * The name of an application. It keys the state, the HA data and every Kubernetes name, so all of them follow from it here.
 */
export class ApplicationName {
  /** What is wrong with the name; empty when all is well. */
  public readonly problems: string[];
  /**
   * Flink's id of the job: 32 hexadecimal digits, the same at every deploy, so that checkpoints and HA pointers are found
   * again. Source: Flink `JobID`, `standalone-job --job-id`.
   */
  public readonly jobId: string;

  /** @param value the name as given */
  constructor(public readonly value: string) {
    this.problems = /^[a-z]([a-z0-9-]{0,43}[a-z0-9])?$/.test(value) ? [] : [refusal(value)];
    this.jobId = this.digest('job').slice(0, 32);
  }

  /**
   * Logical id in CloudFormation of something that belongs to this application: it follows from the name and the part, not
   * from the construct path, so that a renamed construct changes nothing.
   *
   * @param part for example `core`
   */
  public logicalId(part: string): string {
    return `Flink${pascalCase(this.value)}${this.digest('logical id').slice(0, 6).toUpperCase()}${pascalCase(part)}`;
  }

  /**
   * Flink's id of the job that starts by a nonce: Flink starts no job twice that has come to its end, and takes no savepoint for
   * one that has checkpoints.
   *
   * @param nonce of the start; empty for the newest checkpoint
   */
  public jobIdOf(nonce: string): string {
    return nonce === '' ? this.jobId : this.digest(`job ${nonce} of`).slice(0, 32);
  }

  private digest(purpose: string): string {
    return createHash('sha256').update(`cdk-flink-on-eks ${purpose} ${this.value}`).digest('hex');
  }
}

function refusal(value: string): string {
  return `name is '${value}': allowed are 1 to 45 lower-case letters, digits and '-', starting with a letter and not ending with '-', because it becomes Flink's kubernetes.cluster-id and the first part of every object's name; use for example 'price-maxima'`;
}

function pascalCase(text: string): string {
  return text.replace(/(^|-+)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}
