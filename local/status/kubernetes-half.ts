import { Problem } from '../problem';
import { kubectl } from './kubectl';

/** Label of the pod templates that changes with configuration, image or arguments. Written by the library's pod template. */
const CHECKSUM = 'cdk-flink-on-eks/checksum';
const COMPONENT = 'app.kubernetes.io/component';

/** Which application of which namespace. */
export interface Application {
  readonly name: string;
  readonly namespace: string;
}

/** What pods are made from. */
export interface Version {
  readonly image: string;
  readonly checksum: string;
}

/** A pod that is there. */
export interface FlinkPod extends Version {
  readonly name: string;
  readonly ready: boolean;
  readonly running: boolean;
  /** Why it is not ready, in Kubernetes' words. */
  readonly trouble?: string;
}

/** One Deployment and its pods. */
export interface Component {
  readonly wanted: Version;
  /** Number of pods that the Deployment asks for. */
  readonly replicas: number;
  readonly pods: FlinkPod[];
}

/** The Kubernetes half of an application. */
export interface KubernetesHalf {
  readonly jobManager: Component;
  readonly taskManagers: Component;
}

/** The few fields that are read. Source: Kubernetes API reference, `Deployment` and `Pod`. */
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { name: string; labels?: Record<string, string>; deletionTimestamp?: string };
  readonly spec: PodSpec & { replicas?: number; template?: { metadata: { labels?: Record<string, string> }; spec: PodSpec } };
  readonly status?: PodStatus;
}

interface PodSpec {
  readonly containers?: { image: string }[];
}

interface PodStatus {
  readonly phase?: string;
  readonly conditions?: { type: string; status: string; reason?: string; message?: string }[];
  readonly initContainerStatuses?: ContainerStatus[];
  readonly containerStatuses?: ContainerStatus[];
}

interface ContainerStatus {
  readonly ready: boolean;
  readonly state?: { waiting?: Reason; terminated?: Reason };
  readonly lastState?: { terminated?: Reason };
}

interface Reason {
  readonly reason?: string;
  readonly message?: string;
}

/**
 * Reads Deployments and pods of an application.
 *
 * @throws Problem when there is no such application
 */
export function readKubernetesHalf({ name, namespace }: Application): KubernetesHalf {
  const selector = `app.kubernetes.io/name=flink,app.kubernetes.io/instance=${name}`;
  const answer = kubectl(['get', 'deployments,pods', '--namespace', namespace, '--selector', selector, '--output', 'json']);
  const { items } = JSON.parse(answer) as { items: KubernetesObject[] };
  const component = (label: string): Component => {
    const own = items.filter(({ metadata }) => metadata.labels?.[COMPONENT] === label);
    const deployment = own.find(({ kind }) => kind === 'Deployment');
    if (!deployment) throw missing(name, namespace, label);
    return readComponent(
      deployment,
      own.filter(({ kind, metadata }) => kind === 'Pod' && !metadata.deletionTimestamp),
    );
  };
  return { jobManager: component('jobmanager'), taskManagers: component('taskmanager') };
}

function missing(name: string, namespace: string, label: string): Problem {
  return new Problem(
    `namespace '${namespace}' has no ${label} Deployment of the application '${name}': check both names with 'kubectl get deployments --all-namespaces --selector app.kubernetes.io/name=flink', or deploy the application`,
  );
}

function readComponent({ spec }: KubernetesObject, pods: KubernetesObject[]): Component {
  const template = spec.template;
  return {
    wanted: { image: image(template?.spec), checksum: template?.metadata.labels?.[CHECKSUM] ?? 'none' },
    replicas: spec.replicas ?? 1,
    pods: pods.map(readPod),
  };
}

function readPod({ metadata, spec, status }: KubernetesObject): FlinkPod {
  const containers = status?.containerStatuses ?? [];
  const ready = containers.length > 0 && containers.every((container) => container.ready);
  return {
    name: metadata.name,
    image: image(spec),
    checksum: metadata.labels?.[CHECKSUM] ?? 'none',
    running: status?.phase === 'Running',
    ready,
    trouble: ready ? undefined : trouble(status),
  };
}

function image(spec?: PodSpec): string {
  return spec?.containers?.[0]?.image ?? 'none';
}

function trouble(status?: PodStatus): string {
  const refusal = startRefusal(status);
  if (refusal !== undefined) return refusal;
  const container = status?.containerStatuses?.find(({ state }) => state?.waiting ?? state?.terminated)?.state;
  const unscheduled = status?.conditions?.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  const reason: Reason | undefined = container?.waiting ?? container?.terminated ?? unscheduled;
  if (!reason) return status?.phase === 'Running' ? 'not ready yet' : (status?.phase ?? 'unknown');
  return [reason.reason, reason.message].filter(Boolean).join(': ');
}

/** What the container said that runs first and would not start the job; its last words stand in the pod's status. */
function startRefusal(status?: PodStatus): string | undefined {
  const [first] = status?.initContainerStatuses ?? [];
  const ended = [first?.state?.terminated, first?.lastState?.terminated].find(
    (each) => each?.message !== undefined && each.reason === 'Error',
  );
  return ended?.message?.trim().split('\n').at(-1);
}
