import { Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';

/** Draws a namespace in which Kubernetes admits only pods of the profile `restricted`. Source: Kubernetes, Pod Security Admission labels. */
export function drawNamespace(chart: Chart, name: string): void {
  new k8s.KubeNamespace(chart, 'Namespace', {
    metadata: {
      name,
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/audit': 'restricted',
      },
    },
  });
}
