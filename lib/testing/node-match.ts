import { at, isObject, JsonObject, listOf } from './template-text';

/** Labels by which Spot nodes are known. Sources: EKS user guide, managed node group capacity types; Karpenter, well-known labels. */
export const SPOT_NODES: Record<string, string>[] = [
  { 'eks.amazonaws.com/capacityType': 'SPOT', 'cdk-flink-on-eks/spot': 'true' },
  { 'karpenter.sh/capacity-type': 'spot', 'cdk-flink-on-eks/spot': 'true' },
];

/**
 * Whether node selector and required node affinity of a pod admit a node. A term's expressions must all hold, of the terms one.
 * Source: Kubernetes, `NodeSelector`.
 */
export function nodeMatches(podSpec: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = isObject(podSpec.nodeSelector) ? podSpec.nodeSelector : {};
  if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) return false;
  const required = at(podSpec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  if (required === undefined) return true;
  return listOf(at(required, 'nodeSelectorTerms')).some((term) => termMatches(term, labels));
}

// A term without expressions matches nothing.
function termMatches(term: unknown, labels: Readonly<Record<string, string>>): boolean {
  const expressions = listOf(at(term, 'matchExpressions'));
  return expressions.length > 0 && expressions.every((expression) => holds(expression, labels));
}

function holds(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[String(at(expression, 'key'))];
  const values = listOf(at(expression, 'values')).map(String);
  switch (at(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return Number(value) > Number(values[0]);
    case 'Lt':
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}
