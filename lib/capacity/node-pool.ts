import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, IDependable } from 'constructs';
import { NodeOperator, NodeShape, Placement, Toleration } from '../placement';
import { InstanceCatalog, InstanceFacts } from './instance-catalog';
import { shapeOfInstances } from './instance-shape';
import { SPOT_TAINT } from './node-labels';

/** Label that Karpenter, and EKS Auto Mode with it, puts on nodes: `spot` or `on-demand`. Source: Karpenter, well-known labels. */
export const KARPENTER_CAPACITY_TYPE = 'karpenter.sh/capacity-type';

/** One pool of nodes that start when a pod waits. */
export interface NodePool {
  readonly name: string;
  /** `spot` or `on-demand`. */
  readonly capacityType: string;
  readonly instanceTypes: string[];
  /** Most vCPU of all its nodes. */
  readonly cpuLimit: number;
}

/** What differs between Karpenter's own pools and those of EKS Auto Mode. */
export interface NodePoolRules {
  /** The class that the nodes are made from. */
  readonly nodeClass: { readonly group: string; readonly kind: string; readonly name: string };
  /** What nodes must be besides their capacity type and instance type. */
  readonly requirements: object[];
  /** How long a node lives, for example `480h`, or `Never`. */
  readonly expireAfter: string;
  /** How long a node of the pool may take to drain before its last pods are ended; `undefined` leaves the default. */
  readonly terminationGracePeriod: (pool: NodePool) => string | undefined;
}

/** Node class and node pools as objects for the cluster. */
export interface NodePoolsDefinition {
  readonly cluster: eks.ICluster;
  /** The class that the pools refer to. */
  readonly nodeClass: object;
  readonly pools: NodePool[];
  readonly rules: NodePoolRules;
  /** What nodes need to start, and to go. */
  readonly after: IDependable;
}

/**
 * Defines the objects. The pools come after the class and so go before it: deleting the class waits until the last node is gone,
 * while the controller can still end them. Source: Karpenter, finalizers of EC2NodeClass.
 */
export function defineNodePools(scope: Construct, { cluster, nodeClass, pools, rules, after }: NodePoolsDefinition): IDependable {
  const apply = (id: string, ...manifest: object[]): eks.KubernetesManifest =>
    new eks.KubernetesManifest(scope, id, { cluster, prune: false, overwrite: true, manifest: manifest as Record<string, unknown>[] });
  const classResource = apply('NodeClass', nodeClass);
  classResource.node.addDependency(after);
  const poolResource = apply('NodePools', ...pools.map((pool) => nodePoolOf(pool, rules)));
  poolResource.node.addDependency(classResource);
  return poolResource;
}

/**
 * The pool as an object for the cluster, with settings that suit a stream: a node is given up only when it is empty, never to save
 * money or for a new image. At a Spot notice it is drained all the same. Source: Karpenter, NodePools and disruption.
 */
function nodePoolOf(pool: NodePool, rules: NodePoolRules): Record<string, unknown> {
  const { name, capacityType, instanceTypes, cpuLimit } = pool;
  const spot = capacityType === 'spot';
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      template: {
        metadata: spot ? { labels: { [SPOT_TAINT]: 'true' } } : undefined,
        spec: {
          nodeClassRef: rules.nodeClass,
          taints: spot ? [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }] : undefined,
          requirements: [
            { key: KARPENTER_CAPACITY_TYPE, operator: 'In', values: [capacityType] },
            ...rules.requirements,
            { key: 'node.kubernetes.io/instance-type', operator: 'In', values: instanceTypes },
          ],
          expireAfter: rules.expireAfter,
          terminationGracePeriod: rules.terminationGracePeriod(pool),
        },
      },
      disruption: {
        consolidationPolicy: 'WhenEmpty',
        consolidateAfter: '5m',
        budgets: [
          { nodes: '0', reasons: ['Drifted', 'Underutilized'] },
          { nodes: '100%', reasons: ['Empty'] },
        ],
      },
      limits: { cpu: String(cpuLimit) },
    },
  };
}

/**
 * Where pods of one side may run.
 *
 * @param pool the machines
 * @param diskGib disk of each node
 * @param mostPods the most pods that a node takes, whatever its addresses allow
 */
export function placementOn(pool: NodePool, diskGib: number, mostPods = Infinity): Placement {
  const tolerations: Toleration[] = pool.capacityType === 'spot' ? [{ key: SPOT_TAINT, value: 'true', effect: 'NoSchedule' }] : [];
  return {
    required: [{ key: KARPENTER_CAPACITY_TYPE, operator: NodeOperator.IN, values: [pool.capacityType] }],
    preferred: [],
    tolerations,
    shapes: shapesOf(pool, diskGib, mostPods),
  };
}

/** One shape for each size of machine, the smallest first; each alone could take up the whole limit. */
function shapesOf(pool: NodePool, diskGib: number, mostPods: number): NodeShape[] {
  const facts = pool.instanceTypes
    .map((type) => InstanceCatalog.instance.find(type))
    .filter((known): known is InstanceFacts => known !== undefined);
  const sizes = new Map(facts.map((known) => [`${known.vcpu}/${known.memoryMib}`, known]));
  return [...sizes.values()]
    .sort((a, b) => a.vcpu - b.vcpu || a.memoryMib - b.memoryMib)
    .map((known) => ({
      ...shapeOfInstances([known], { diskGib, mostPods, maxCount: Math.floor(pool.cpuLimit / known.vcpu) }),
      sharedLimit: pool.name,
    }));
}
