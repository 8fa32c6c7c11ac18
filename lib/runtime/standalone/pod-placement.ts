import { k8s } from 'cdk8s-plus-28';
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
