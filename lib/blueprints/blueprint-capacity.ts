import * as blueprints from '@aws-quickstart/eks-blueprints';
import { Stack, Token } from 'aws-cdk-lib';
import { DependencyGroup, IConstruct } from 'constructs';
import { CapacityConfig, ICapacity } from '../capacity';
import { NodeOperator, Placement, Toleration } from '../placement';

/** Labels that tell Spot from On-Demand. Sources: EKS user guide, managed node group capacity types; Karpenter, well-known labels. */
const MANAGED = 'eks.amazonaws.com/capacityType';
const KARPENTER = 'karpenter.sh/capacity-type';

/** A taint as EKS spells its effects, and as Kubernetes does. Source: EKS `Taint`. */
const EFFECTS: Record<string, string> = {
  NO_SCHEDULE: 'NoSchedule',
  NO_EXECUTE: 'NoExecute',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
};

/**
 * The machines that a blueprint brings, as far as the blueprint says: managed node groups by their capacity type, Karpenter by its node pool.
 * Sizes are not looked at, so whether a pod fits is not checked.
 */
export class BlueprintCapacity implements ICapacity {
  public readonly clusterNeeds = { addOns: [] };

  constructor(
    private readonly info: blueprints.ClusterInfo,
    private readonly addOns: blueprints.ClusterAddOn[],
  ) {}

  public bind(): CapacityConfig {
    const groups = (this.info.nodeGroups ?? []).flatMap(describe);
    const spot = groups.filter((group) => group.spot);
    const onDemand = groups.filter((group) => !group.spot);
    return {
      capacityName: `the blueprint (${groups.length} managed node groups${this.pool ? ' and a Karpenter node pool' : ''})`,
      onDemand: onDemand.length > 0 ? placement(MANAGED, 'ON_DEMAND', tolerationsOf(onDemand)) : this.poolSide('on-demand'),
      spot: spot.length > 0 ? placement(MANAGED, 'SPOT', tolerationsOf(spot)) : this.poolSide('spot'),
      ready: new DependencyGroup(...(this.info.nodeGroups ?? []), ...(this.info.autoscalingGroups ?? [])),
    };
  }

  /** Karpenter takes On-Demand Instances alone when its node pool does not say. Source: Karpenter, NodePool, capacity type. */
  private poolSide(capacityType: string): Placement | undefined {
    if (!this.pool) return undefined;
    const stated = this.pool.requirements?.find(({ key }) => key === KARPENTER)?.values ?? ['on-demand'];
    if (!stated.includes(capacityType)) return undefined;
    return placement(KARPENTER, capacityType, this.pool.taints ?? []);
  }

  private get pool(): KarpenterPool | undefined {
    const addOn = this.addOns.find((one) => one instanceof blueprints.KarpenterV1AddOn);
    return (addOn as unknown as { readonly options: { readonly nodePoolSpec?: KarpenterPool } } | undefined)?.options.nodePoolSpec;
  }
}

interface KarpenterPool {
  readonly requirements?: { readonly key: string; readonly values: string[] }[];
  readonly taints?: Toleration[];
}

interface Group {
  readonly spot: boolean;
  readonly tolerations: Toleration[];
}

/** What the resource of a node group says; one that says nothing is On-Demand. Source: CloudFormation `AWS::EKS::Nodegroup`. */
function describe(nodeGroup: IConstruct): Group[] {
  const resource = nodeGroup.node.defaultChild ?? nodeGroup;
  const { capacityType, taints } = resource as unknown as { readonly capacityType?: string; readonly taints?: unknown };
  const known = Token.isUnresolved(taints) ? (Stack.of(nodeGroup).resolve(taints) as unknown) : taints;
  const list = (known ?? []) as { readonly key: string; readonly value?: string; readonly effect: string }[];
  return [{ spot: capacityType === 'SPOT', tolerations: list.map((taint) => ({ ...taint, effect: EFFECTS[taint.effect] })) }];
}

function tolerationsOf(groups: Group[]): Toleration[] {
  const all = groups.flatMap(({ tolerations }) => tolerations);
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function placement(key: string, value: string, tolerations: Toleration[]): Placement {
  return { required: [{ key, operator: NodeOperator.IN, values: [value] }], preferred: [], tolerations, shapes: [] };
}
