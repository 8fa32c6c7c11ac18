import { Duration } from 'aws-cdk-lib';
import { HighAvailability } from '../configuration';
import { FlinkStart } from './flink-start';

/** What a deployment of the application does to the running job. */
export interface DeploymentOptions {
  /**
   * What the job starts from.
   *
   * @default FlinkStart.latest()
   */
  readonly start?: FlinkStart;
  /**
   * Whether the job is stopped after a last checkpoint, with no pod left. Without it, the job goes on from that checkpoint.
   *
   * @default false
   */
  readonly suspended?: boolean;
  /**
   * How long a deployment waits for the job to run before it fails, 1 to 14 minutes (the handler ends after 15). A suspended job
   * is not waited for.
   *
   * @default - it does not wait: a deployment succeeds when Kubernetes has taken the objects
   */
  readonly waitUntilRunning?: Duration;
}

/** What is wrong with the options, one sentence each. */
export function deploymentProblems({ start, waitUntilRunning: wait }: DeploymentOptions, highAvailability: HighAvailability): string[] {
  const problems = [...(start?.problems ?? [])];
  if (start && start.spec.nonce !== '' && !highAvailability.usesConfigMaps) {
    problems.push(
      'deployment.start has a nonce, but flink.highAvailability is none: allowed is FlinkStart.latest() only, because without ConfigMaps nothing remembers that a start was made; use HighAvailability.kubernetes()',
    );
  }
  if (wait && !wait.isUnresolved() && (wait.toSeconds() < 60 || wait.toSeconds() > 840)) {
    problems.push(
      `deployment.waitUntilRunning is ${wait.toHumanString()}: allowed are 1 to 14 minutes, because the handler that waits is ended after 15; use Duration.minutes(10)`,
    );
  }
  return problems;
}
