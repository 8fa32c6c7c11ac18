import { KubernetesObject } from '../fixtures/kubernetes';
import { TestCluster } from './test-cluster';

/** Every object of a namespace, as `kind/name`, but for events, metrics and what Kubernetes itself puts into each namespace. */
export function contentsOf(cluster: TestCluster, namespace: string): string[] {
  const kinds = cluster
    .must(['api-resources', '--namespaced', '--verbs=list', '--output=name'])
    .trim()
    .split('\n')
    .filter((kind) => !/^events|metrics\.k8s\.io$/.test(kind));
  const own = ['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt'];
  return cluster
    .objects(kinds.join(','), namespace)
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .filter((name) => !own.includes(name))
    .sort();
}

/** Whether a controller derived the object from another one: `kind/name`. */
export function isDerived(name: string): boolean {
  return /^(Pod|ReplicaSet|Endpoints|EndpointSlice|Lease)\//.test(name);
}

/** What somebody asked for in these objects, without what the cluster writes into them while it works. */
export function intentOf(objects: KubernetesObject[]): Record<string, unknown> {
  return Object.fromEntries(
    objects.map(({ kind, metadata, status, ...rest }) => {
      void status;
      const { labels, annotations, uid, generation, namespace, name } = metadata as Record<string, unknown>;
      return [`${kind}/${namespace as string}/${name as string}`, { ...rest, labels, annotations, uid, generation }];
    }),
  );
}

/** Ids of the pods of an application; a pod that was restarted has another. */
function podIds(cluster: TestCluster, namespace: string): string[] {
  return cluster
    .objects('pods', namespace)
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.uid as string)
    .sort();
}

/**
 * Ids of the pods of an application, once there are as many as its Deployments ask for, all of the newest template, and these ask for as
 * many as an autoscaler wants. They need not be ready: not every test has nodes for them.
 */
export function settledPods(cluster: TestCluster, namespace: string): Promise<string[]> {
  return cluster.until(`${namespace} has its pods`, () => (settled(cluster, namespace) ? podIds(cluster, namespace) : undefined));
}

function settled(cluster: TestCluster, namespace: string): boolean {
  const autoscalers = cluster.objects('horizontalpodautoscalers', namespace);
  if (autoscalers.some(({ spec, status }) => (status?.currentReplicas ?? 0) < spec.minReplicas)) return false;
  return cluster
    .objects('deployments', namespace)
    .every(({ metadata, spec, status }) => status?.observedGeneration === metadata.generation && isComplete(spec, status));
}

function isComplete({ replicas }: KubernetesObject, status: KubernetesObject): boolean {
  return status.replicas === replicas && status.updatedReplicas === replicas;
}
