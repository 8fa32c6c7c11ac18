import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { NodeRequirement, Placement, Toleration } from '../../placement';

/** A placement in the words of a pod. */
export function nodeAffinity({ required, preferred }: Placement): k8s.Affinity | undefined {
  if (required.length === 0 && preferred.length === 0) return undefined;
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution:
        required.length === 0 ? undefined : { nodeSelectorTerms: [{ matchExpressions: required.map(expression) }] },
      preferredDuringSchedulingIgnoredDuringExecution:
        preferred.length === 0
          ? undefined
          : preferred.map(({ weight, requirement }) => ({ weight, preference: { matchExpressions: [expression(requirement)] } })),
    },
  };
}

/** Spread over zones and nodes as far as it goes: a required spread would leave pods pending, and slows the Cluster Autoscaler. */
export function spreadConstraints(matchLabels: Record<string, string>): k8s.TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels },
  }));
}

/** Tolerations in the words of a pod. */
export function tolerations(accepted: Toleration[]): k8s.Toleration[] {
  return accepted.map(({ key, value, effect, tolerationSeconds }) => ({
    key,
    operator: value === undefined ? 'Exists' : 'Equal',
    value,
    effect,
    tolerationSeconds,
  }));
}

function expression({ key, operator, values }: NodeRequirement): k8s.NodeSelectorRequirement {
  return { key, operator, values };
}
