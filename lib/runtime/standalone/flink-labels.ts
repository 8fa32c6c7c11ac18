import { FlinkJobSpec } from '../flink-job-spec';

/** Label of the pod templates that changes when configuration, image or arguments do. */
export const CHECKSUM_LABEL = 'cdk-flink-on-eks/checksum';

/** A process of an application, in the words of its objects' labels. */
export enum FlinkComponent {
  JOB_MANAGER = 'jobmanager',
  TASK_MANAGER = 'taskmanager',
}

/** Labels of all objects of an application. Source: Kubernetes, recommended labels. */
export function applicationLabels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': 'flink', 'app.kubernetes.io/instance': name };
}

/** Labels that select the pods of one component; never changed, since a Deployment's selector is immutable. */
export function selectorLabels(job: FlinkJobSpec, component: FlinkComponent): Record<string, string> {
  return { ...applicationLabels(job.name), 'app.kubernetes.io/component': component };
}

/** Name of a component's objects. */
export function componentName(job: FlinkJobSpec, component: FlinkComponent): string {
  return `${job.name}-${component}`;
}

/** Name of the Service of the JobManager's RPC and blobs. */
export function jobManagerService(application: string): string {
  return `${application}-jobmanager`;
}
