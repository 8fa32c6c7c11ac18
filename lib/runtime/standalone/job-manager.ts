import { Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { FlinkPort, HighAvailability } from '../../configuration';
import { FlinkEvictionConfig } from '../../interruption';
import { FlinkJobSpec } from '../flink-job-spec';
import { componentMetadata, flinkPodTemplate } from './flink-pod';
import { applicationLabels, componentName, FlinkComponent, jobManagerService, selectorLabels } from './flink-labels';
import { jobManagerStart } from './job-manager-start';
import { spreadConstraints } from './pod-placement';

const COMPONENT = FlinkComponent.JOB_MANAGER;

/** What the eviction, high availability and the standbys mean for the pods. */
export interface JobManagerDetails {
  /** Pods that wait to take over, beside the one that leads. */
  readonly standbyJobManagers: number;
  readonly eviction: FlinkEvictionConfig;
  readonly highAvailability: HighAvailability;
}

/**
 * Draws the JobManager: one pod that leads, and standbys if there are any. They are always replaced all at once: those of two versions
 * would race for the leadership.
 */
export function drawJobManager(
  chart: Chart,
  job: FlinkJobSpec,
  { eviction, highAvailability, standbyJobManagers }: JobManagerDetails,
): void {
  const start = jobManagerStart(job, highAvailability);
  const address = highAvailability.jobManagerAddress('$(POD_IP)', jobManagerService(job.name));
  new k8s.KubeDeployment(chart, 'JobManager', {
    metadata: componentMetadata(job, COMPONENT),
    spec: {
      replicas: job.deployment.suspended ? 0 : 1 + standbyJobManagers,
      revisionHistoryLimit: 3,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: selectorLabels(job, COMPONENT) },
      template: flinkPodTemplate(job, {
        component: COMPONENT,
        eviction,
        // Its node is not taken away to save one: that would restart the job. Source: Cluster Autoscaler FAQ.
        annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' },
        start: start.pod,
        restHost: '127.0.0.1',
        process: job.jobManager,
        args: jobManagerArguments(job, [`-Djobmanager.rpc.address=${address}`, ...start.args]),
        ports: { rpc: FlinkPort.JOB_MANAGER_RPC, blob: FlinkPort.BLOB, rest: FlinkPort.REST, query: FlinkPort.QUERY_SERVICE },
        // The REST server is up before state is restored, so a JobManager with much to restore is not killed: 5 minutes at most.
        startupProbe: { tcpSocket: port(FlinkPort.REST), periodSeconds: 5, failureThreshold: 60 },
        livenessProbe: { tcpSocket: port(FlinkPort.JOB_MANAGER_RPC), periodSeconds: 15, failureThreshold: 6, timeoutSeconds: 5 },
        readinessProbe: { exec: { command: jobIsRunning(start.jobId) }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
        // A standby on the same node would go with it.
        topologySpreadConstraints: standbyJobManagers > 0 ? spreadConstraints(selectorLabels(job, COMPONENT)) : undefined,
      }),
    },
  });
  if (standbyJobManagers > 0) drawDisruptionBudget(chart, job);
  service(chart, 'Rest', job, `${job.name}-rest`, { rest: FlinkPort.REST });
  service(chart, 'JobManagerRpc', job, jobManagerService(job.name), { rpc: FlinkPort.JOB_MANAGER_RPC, blob: FlinkPort.BLOB });
}

/** With standbys there is always one left to lead; without any, a budget would only keep a node from being drained. */
function drawDisruptionBudget(chart: Chart, job: FlinkJobSpec): void {
  new k8s.KubePodDisruptionBudget(chart, 'JobManagerBudget', {
    metadata: { name: componentName(job, COMPONENT), labels: applicationLabels(job.name) },
    spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: selectorLabels(job, COMPONENT) } },
  });
}

// 2.x stops parsing at an unknown option and loses the job class with it; --host is one since 2.0 (FLINK-36355).
function jobManagerArguments({ entryClass, jobArguments }: FlinkJobSpec, own: string[]): string[] {
  return ['standalone-job', ...own, '--job-classname', entryClass, ...jobArguments];
}

/**
 * Ready means: the job runs. So `kubectl get deployment` and `waitUntilRunning` tell the truth about the job, not about a port.
 * Only bash is used, which the official image has. Source: Flink REST API, `/jobs/:jobid/status`.
 */
function jobIsRunning(jobId: string): string[] {
  const request = `GET /jobs/%s/status HTTP/1.0`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${FlinkPort.REST} && printf '${request}\\r\\n\\r\\n' "${jobId}" >&3 && grep -q '"status":"RUNNING"' <&3`;
  return ['bash', '-c', script];
}

function service(chart: Chart, id: string, job: FlinkJobSpec, name: string, ports: Record<string, number>): void {
  new k8s.KubeService(chart, id, {
    metadata: { name, labels: applicationLabels(job.name) },
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(job, COMPONENT),
      // A job that fails must be seen: the UI stays reachable while the pod is not ready.
      publishNotReadyAddresses: true,
      ports: Object.entries(ports).map(([name, number]) => ({ name, port: number, targetPort: k8s.IntOrString.fromString(name) })),
    },
  });
}

function port(number: number): k8s.TcpSocketAction {
  return { port: k8s.IntOrString.fromNumber(number) };
}
