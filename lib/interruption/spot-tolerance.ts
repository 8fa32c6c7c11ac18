import { Toleration } from '../placement';

/**
 * Taints of a node that has vanished, tolerated for 15 seconds instead of Kubernetes' 300: a replacement starts
 * soon after a loss without notice. Source: Kubernetes, taint-based evictions.
 */
export function lostNodeTolerations(): Toleration[] {
  return ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map((key) => ({
    key,
    effect: 'NoExecute',
    tolerationSeconds: 15,
  }));
}
