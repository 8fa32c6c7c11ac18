import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { FlinkPort, LOG_VOLUME_MIB, WORK_DIRECTORY } from '../../configuration';
import { FlinkEvictionConfig, lostNodeTolerations } from '../../interruption';
import { FlinkJobSpec, ProcessSpec } from '../flink-job-spec';
import { nodeAffinity, tolerations } from './pod-placement';
import { CHECKSUM_LABEL, componentName, FlinkComponent, selectorLabels } from './flink-labels';

/** Something that runs before a process and tells it how to start. */
export interface FlinkPodStart {
  /** Runs first. */
  readonly container: Pick<k8s.Container, 'name' | 'command' | 'env'>;
  /** Starts the process with what the first container has written. */
  readonly command: string[];
  /** Directory that both see. */
  readonly directory: string;
}

/** What differs between a JobManager's and a TaskManager's pod. */
export interface FlinkPod {
  readonly component: FlinkComponent;
  readonly process: ProcessSpec;
  readonly args: string[];
  /** What runs before it and tells it how to start. */
  readonly start?: FlinkPodStart;
  /** Annotations of the pods. */
  readonly annotations: Record<string, string>;
  /** Ports by name. */
  readonly ports: Record<string, number>;
  readonly startupProbe: k8s.Probe;
  readonly livenessProbe: k8s.Probe;
  readonly readinessProbe: k8s.Probe;
  readonly eviction: FlinkEvictionConfig;
  /** Host of the JobManager's REST API, as seen from this pod. */
  readonly restHost: string;
  readonly topologySpreadConstraints?: k8s.TopologySpreadConstraint[];
}

/** User and group of the official image. Source: apache/flink-docker, Dockerfile. */
const FLINK_USER = 9999;

const TMP_MIB = 256;

/** What a pod needs of a node's disk besides its working directory and the image, in MiB. */
export const POD_DISK_MIB = TMP_MIB + LOG_VOLUME_MIB;

/** Pod template of one component: the same contract for both, Pod Security `restricted`, read-only root. */
export function flinkPodTemplate(job: FlinkJobSpec, pod: FlinkPod): k8s.PodTemplateSpec {
  return {
    metadata: {
      annotations: pod.annotations,
      labels: { ...selectorLabels(job, pod.component), 'app.kubernetes.io/version': job.release, [CHECKSUM_LABEL]: job.checksum },
    },
    spec: {
      serviceAccountName: job.name,
      // Kubernetes HA reads and writes ConfigMaps with the account's token.
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: pod.eviction.graceSeconds,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: FLINK_USER,
        runAsGroup: FLINK_USER,
        fsGroup: FLINK_USER,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      affinity: nodeAffinity(pod.process.placement),
      tolerations: tolerations([...pod.process.placement.tolerations, ...lostNodeTolerations()]),
      topologySpreadConstraints: pod.topologySpreadConstraints,
      initContainers: pod.start && [startContainer(job, pod, pod.start)],
      containers: [flinkContainer(job, pod)],
      volumes: volumes(job, pod.process),
    },
  };
}

function flinkContainer(job: FlinkJobSpec, pod: FlinkPod): k8s.Container {
  const metrics = job.metricsNamespace === undefined ? {} : { metrics: FlinkPort.PROMETHEUS };
  return {
    name: pod.component,
    image: job.image,
    imagePullPolicy: 'IfNotPresent',
    command: pod.start?.command,
    args: pod.args,
    env: [fieldEnvironment('POD_IP', 'status.podIP'), fieldEnvironment('POD_NAME', 'metadata.name')],
    ports: Object.entries({ ...pod.ports, ...metrics }).map(([name, containerPort]) => ({ name, containerPort })),
    resources: resources(pod.process),
    securityContext: CLOSED,
    lifecycle: lifecycle(pod),
    startupProbe: pod.startupProbe,
    livenessProbe: pod.livenessProbe,
    readinessProbe: pod.readinessProbe,
    volumeMounts: [
      { name: 'configuration', mountPath: '/opt/flink/conf', readOnly: true },
      { name: 'work', mountPath: WORK_DIRECTORY },
      { name: 'log', mountPath: '/opt/flink/log' },
      { name: 'tmp', mountPath: '/tmp' },
      ...(pod.start ? [startMount(pod.start)] : []),
    ],
  };
}

/** The same image, rights and resources, so that the pod's class stays what it is. Its last words become the pod's status. */
function startContainer(job: FlinkJobSpec, pod: FlinkPod, start: FlinkPodStart): k8s.Container {
  return {
    ...start.container,
    image: job.image,
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePolicy: 'FallbackToLogsOnError',
    resources: resources(pod.process),
    securityContext: CLOSED,
    volumeMounts: [
      { name: 'configuration', mountPath: '/opt/flink/conf', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
      startMount(start),
    ],
  };
}

/** Two lines of text: they need no volume of their own. */
function startMount({ directory }: FlinkPodStart): k8s.VolumeMount {
  return { name: 'tmp', subPath: 'start', mountPath: directory };
}

const CLOSED: k8s.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** The hook asks the JobManager which job runs: a start by a nonce gives it another id. */
const RUNNING_JOB = 'running';

/** Runs before SIGTERM; Kubernetes counts it into the grace period. */
function lifecycle({ eviction, restHost }: FlinkPod): k8s.Lifecycle | undefined {
  if (!eviction.hook) return undefined;
  const { fileName, deadlineSeconds, replacementSeconds } = eviction.hook;
  const times = [deadlineSeconds, replacementSeconds].map(String);
  const command = ['bash', `/opt/flink/conf/${fileName}`, restHost, String(FlinkPort.REST), RUNNING_JOB, ...times];
  return { preStop: { exec: { command } } };
}

/** Memory request and limit are the process size: one number. No CPU limit, because throttling delays heartbeats. */
function resources({ memoryMib, cpu, guaranteed, workMib }: ProcessSpec): k8s.ResourceRequirements {
  const memory = k8s.Quantity.fromString(`${memoryMib}Mi`);
  const disk = k8s.Quantity.fromString(`${workMib + POD_DISK_MIB}Mi`);
  const cores = k8s.Quantity.fromString(`${Math.round(cpu * 1000)}m`);
  return {
    requests: { cpu: cores, memory, 'ephemeral-storage': disk },
    limits: { ...(guaranteed ? { cpu: cores } : {}), memory, 'ephemeral-storage': disk },
  };
}

function volumes(job: FlinkJobSpec, { workMib }: ProcessSpec): k8s.Volume[] {
  return [
    { name: 'configuration', configMap: { name: configurationName(job) } },
    { name: 'work', emptyDir: { sizeLimit: k8s.Quantity.fromString(`${workMib}Mi`) } },
    { name: 'log', emptyDir: { sizeLimit: k8s.Quantity.fromString(`${LOG_VOLUME_MIB}Mi`) } },
    { name: 'tmp', emptyDir: { sizeLimit: k8s.Quantity.fromString(`${TMP_MIB}Mi`) } },
  ];
}

/** Name of the ConfigMap with `config.yaml`. */
export function configurationName(job: FlinkJobSpec): string {
  return `${job.name}-configuration`;
}

/** Metadata of a component's objects; the version stands here too, where no selector sees it. */
export function componentMetadata(job: FlinkJobSpec, component: FlinkComponent): k8s.ObjectMeta {
  return { name: componentName(job, component), labels: { ...selectorLabels(job, component), 'app.kubernetes.io/version': job.release } };
}

function fieldEnvironment(name: string, fieldPath: string): k8s.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
