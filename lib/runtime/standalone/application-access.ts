import { Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { FlinkPort } from '../../configuration';
import { FlinkJobSpec } from '../flink-job-spec';
import { applicationLabels } from './flink-labels';

/** Ports that only pods of the same application may reach. The VPC CNI knows no port ranges before 1.21: one by one. */
const INTERNAL_PORTS = [
  FlinkPort.DATA,
  FlinkPort.TASK_MANAGER_RPC,
  FlinkPort.JOB_MANAGER_RPC,
  FlinkPort.BLOB,
  FlinkPort.QUERY_SERVICE,
  FlinkPort.REST,
];

/** Draws who the pods are in the cluster. */
export function drawServiceAccount(chart: Chart, job: FlinkJobSpec, annotations: Record<string, string>): void {
  const labels = applicationLabels(job.name);
  new k8s.KubeServiceAccount(chart, 'ServiceAccount', { metadata: { name: job.name, labels, annotations } });
}

/** Draws what the pods may do in the cluster: ConfigMaps of their own namespace, which HA needs, and a look at its pods. */
export function drawHighAvailabilityRole(chart: Chart, job: FlinkJobSpec): void {
  const labels = applicationLabels(job.name);
  const name = `${job.name}-high-availability`;
  new k8s.KubeRole(chart, 'HighAvailabilityRole', {
    metadata: { name, labels },
    // Source: Flink, Kubernetes HA Services, required permissions.
    rules: [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] },
      // A changed JobManager waits until no TaskManager of the version before is left.
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ],
  });
  new k8s.KubeRoleBinding(chart, 'HighAvailabilityBinding', {
    metadata: { name, labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name: job.name, namespace: job.namespace }],
  });
}

/** Draws who may talk to the pods: only each other, and whoever reads metrics when that is asked for. */
export function drawNetworkPolicy(chart: Chart, job: FlinkJobSpec): void {
  const own = { podSelector: { matchLabels: applicationLabels(job.name) } };
  const ingress: k8s.NetworkPolicyIngressRule[] = [{ from: [own], ports: INTERNAL_PORTS.map(tcp) }];
  if (job.metricsNamespace !== undefined) {
    const reader = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': job.metricsNamespace } } };
    ingress.push({ from: [reader], ports: [tcp(FlinkPort.PROMETHEUS)] });
  }
  new k8s.KubeNetworkPolicy(chart, 'NetworkPolicy', {
    metadata: { name: job.name, labels: applicationLabels(job.name) },
    spec: { podSelector: own.podSelector, policyTypes: ['Ingress'], ingress },
  });
}

function tcp(port: number): k8s.NetworkPolicyPort {
  return { protocol: 'TCP', port: k8s.IntOrString.fromNumber(port) };
}
