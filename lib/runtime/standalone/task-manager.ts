import { Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { FlinkPort } from '../../configuration';
import { FlinkEvictionConfig } from '../../interruption';
import { FlinkJobSpec } from '../flink-job-spec';
import { applicationLabels, componentName, FlinkComponent, selectorLabels } from './flink-labels';
import { componentMetadata, flinkPodTemplate } from './flink-pod';
import { spreadConstraints } from './pod-placement';

/** What the scaling and the eviction mean for the pods. */
export interface TaskManagerDetails {
  readonly replicas?: number;
  readonly eviction: FlinkEvictionConfig;
}

const COMPONENT = FlinkComponent.TASK_MANAGER;

/**
 * Draws the TaskManagers. Where an autoscaler decides their number it is not stated, or every deploy would undo the autoscaler's.
 * They are replaced all at once, since a rolling update would restart the job at every pod.
 */
export function drawTaskManagers(chart: Chart, job: FlinkJobSpec, { eviction, replicas }: TaskManagerDetails): void {
  new k8s.KubeDeployment(chart, 'TaskManager', {
    metadata: componentMetadata(job, COMPONENT),
    spec: {
      replicas: job.deployment.suspended ? 0 : replicas,
      revisionHistoryLimit: 3,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selectorLabels(job, COMPONENT) },
      template: flinkPodTemplate(job, {
        component: COMPONENT,
        eviction,
        // What is in their volumes is in the last checkpoint too. Source: Cluster Autoscaler FAQ.
        annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes': 'work,log,tmp' },
        restHost: `${job.name}-rest`,
        process: job.taskManager,
        args: ['taskmanager', '-Dtaskmanager.host=$(POD_IP)', '-Dtaskmanager.resource-id=$(POD_NAME)'],
        ports: { rpc: FlinkPort.TASK_MANAGER_RPC, data: FlinkPort.DATA, query: FlinkPort.QUERY_SERVICE },
        startupProbe: { tcpSocket: port(FlinkPort.TASK_MANAGER_RPC), periodSeconds: 5, failureThreshold: 60 },
        // Slow on purpose: a long garbage collection is not a dead TaskManager.
        livenessProbe: { tcpSocket: port(FlinkPort.TASK_MANAGER_RPC), periodSeconds: 15, failureThreshold: 6, timeoutSeconds: 5 },
        readinessProbe: { tcpSocket: port(FlinkPort.DATA), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
        topologySpreadConstraints: spreadConstraints(selectorLabels(job, COMPONENT)),
      }),
    },
  });
  drawDisruptionBudget(chart, job);
}

/** Half may leave at once. Kubernetes rounds up, so with one TaskManager the budget still lets a drain pass. */
function drawDisruptionBudget(chart: Chart, job: FlinkJobSpec): void {
  new k8s.KubePodDisruptionBudget(chart, 'TaskManagerBudget', {
    metadata: { name: componentName(job, COMPONENT), labels: applicationLabels(job.name) },
    spec: { maxUnavailable: k8s.IntOrString.fromString('50%'), selector: { matchLabels: selectorLabels(job, COMPONENT) } },
  });
}

function port(number: number): k8s.TcpSocketAction {
  return { port: k8s.IntOrString.fromNumber(number) };
}
