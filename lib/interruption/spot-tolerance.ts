import { Toleration } from '../placement';

/** How long Kubernetes waits between asking a Flink pod to end and killing it, in seconds. */
export const TERMINATION_GRACE_SECONDS = 60;

/** Longest grace that still ends within the two minutes of a Spot notice. Source: EC2 Spot interruption notices. */
export const LONGEST_GRACE_SECONDS = 110;

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
