import { CfnOutput } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What the outputs say about an application. */
interface NamedApplication extends Construct {
  readonly applicationName: string;
  readonly namespace: string;
}

/**
 * The commands that a person needs first, as outputs of the stack.
 *
 * @param memory how Flink divides the memory of its processes, as text
 */
export function defineOutputs(application: NamedApplication, memory: string): void {
  const { applicationName: name, namespace } = application;
  const pods = `kubectl get pods --namespace ${namespace} --selector app.kubernetes.io/instance=${name}`;
  new CfnOutput(application, 'Pods', { value: pods, description: `Pods of ${name}` });
  new CfnOutput(application, 'Memory', { value: memory, description: 'How Flink divides the memory of its processes' });
  const ui = `kubectl port-forward --namespace ${namespace} service/${name}-rest 8081:8081`;
  new CfnOutput(application, 'Ui', { value: ui, description: 'Then open port 8081 of this machine: the Flink UI' });
  const status = `npx cdk-flink-on-eks status --application ${name} --namespace ${namespace}`;
  new CfnOutput(application, 'Status', {
    value: status,
    description: 'State of the job, its last checkpoint, and what really runs',
  });
}

/**
 * The command that lists what a job has written to one place.
 *
 * @param count which place of the application it is, from 1
 */
export function defineResultsOutput(application: NamedApplication, count: number, uri: string): void {
  const value = `aws s3 ls --recursive ${uri.replace('s3a://', 's3://')}/`;
  new CfnOutput(application, `Results${count > 1 ? count : ''}`, {
    value,
    description: `Files that ${application.applicationName} has written`,
  });
}
