import { KubernetesObject } from '../fixtures/kubernetes';

/** A machine that kwok plays. */
export interface FakeNode {
  readonly name: string;
  readonly zone: string;
  readonly labels?: Record<string, string>;
  readonly taints?: { key: string; value?: string; effect: string }[];
  /** What pods may use; 4 CPUs and 16 GiB when not given. */
  readonly allocatable?: Record<string, string>;
}

export function nodeObject({
  name,
  zone,
  labels = {},
  taints = [],
  allocatable = { cpu: '4', memory: '16Gi' },
}: FakeNode): KubernetesObject {
  const resources = { pods: '58', 'ephemeral-storage': '50Gi', ...allocatable };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: {
        'kwok.x-k8s.io/node': 'fake',
        // Where the metrics server finds what its pods use.
        'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
      },
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'topology.kubernetes.io/zone': zone,
        'topology.kubernetes.io/region': zone.slice(0, -1),
        ...labels,
      },
    },
    spec: { taints, providerID: `aws:///${zone}/i-${name}` },
    status: { allocatable: resources, capacity: resources },
  };
}
