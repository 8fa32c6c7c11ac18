import { Duration, Size } from 'aws-cdk-lib';
import { NodeOperator, NodeRequirement, Placement, Toleration, WeightedRequirement } from '../placement';
import { nodeMatches, SPOT_NODES } from './node-match';
import { cores, size } from './quantities';
import { at, isObject, JsonObject, listOf } from './template-text';

/** The pods of one Flink process, as Kubernetes will make them. */
export class FlinkPods {
  /** The Deployment or StatefulSet, as plain JSON. */
  public readonly workload: JsonObject;
  /** The most pods there may be: what the autoscaler allows, else the replicas. */
  public readonly maxReplicas: number;
  /** The fewest pods there may be. */
  public readonly minReplicas: number;
  private readonly spec: JsonObject;
  private readonly container: JsonObject;

  /**
   * @param workload the Deployment or StatefulSet
   * @param autoscaler the HorizontalPodAutoscaler that changes it, if there is one
   */
  constructor(workload: JsonObject, autoscaler?: JsonObject) {
    this.workload = workload;
    const spec = at(workload, 'spec', 'template', 'spec');
    const [container] = listOf(at(spec, 'containers'));
    if (!isObject(spec) || !isObject(container)) {
      throw new Error(`${String(workload.kind)} '${String(at(workload, 'metadata', 'name'))}' has no pod template: give a Deployment`);
    }
    this.spec = spec;
    this.container = container;
    // Source: Kubernetes: `replicas` and `minReplicas` are 1 when they are not stated.
    const replicas = Number(at(workload, 'spec', 'replicas') ?? 1);
    this.minReplicas = autoscaler ? Number(at(autoscaler, 'spec', 'minReplicas') ?? 1) : replicas;
    this.maxReplicas = autoscaler ? Number(at(autoscaler, 'spec', 'maxReplicas')) : replicas;
  }

  /** Image of the Flink container. */
  public get image(): string {
    return String(this.container.image);
  }

  /** Arguments of the Flink container. */
  public get arguments(): string[] {
    return listOf(this.container.args).map(String);
  }

  /** vCPU that a pod requests, in cores. */
  public get cpu(): number {
    return cores(this.request('cpu'));
  }

  /** Memory that a pod requests. */
  public get memory(): Size {
    return size(this.request('memory'));
  }

  /** Disk that a pod requests. */
  public get ephemeralStorage(): Size {
    return size(this.request('ephemeral-storage'));
  }

  /** Time between the first word of leaving and the end. Kubernetes' own is 30 seconds. */
  public get terminationGracePeriod(): Duration {
    return Duration.seconds(Number(this.spec.terminationGracePeriodSeconds ?? 30));
  }

  /**
   * Where the pods may run. A pod needs one of the alternatives of its node affinity; where there are several, see `workload`.
   * `shapes` is empty: a template does not know nodes.
   *
   * @throws when there are several alternatives
   */
  public get placement(): Placement {
    const terms = listOf(at(this.spec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'));
    if (terms.length > 1) {
      throw new Error(
        `the pods' node affinity has ${terms.length} alternatives, a placement has one: look at 'workload', or ask canRunOn()`,
      );
    }
    const selected = Object.entries(isObject(this.spec.nodeSelector) ? this.spec.nodeSelector : {});
    return {
      required: [
        ...selected.map(([key, value]) => ({ key, operator: NodeOperator.IN, values: [String(value)] })),
        ...listOf(at(terms[0], 'matchExpressions')).map(requirement),
      ],
      preferred: listOf(at(this.spec, 'affinity', 'nodeAffinity', 'preferredDuringSchedulingIgnoredDuringExecution')).flatMap(weighted),
      tolerations: listOf(this.spec.tolerations) as Toleration[],
      shapes: [],
    };
  }

  /**
   * Whether the scheduler may place a pod on a node with these labels, taints aside.
   *
   * @param labels of the node
   */
  public canRunOn(labels: Readonly<Record<string, string>>): boolean {
    return nodeMatches(this.spec, labels);
  }

  /** Whether a pod may run on a Spot Instance, of managed node groups or of Karpenter, by their labels. */
  public get canRunOnSpot(): boolean {
    return SPOT_NODES.some((labels) => this.canRunOn(labels));
  }

  private request(resource: string): unknown {
    return at(this.container, 'resources', 'requests', resource);
  }
}

function requirement(expression: unknown): NodeRequirement {
  const { key, operator, values } = expression as { key: string; operator: NodeOperator; values?: string[] };
  return { key, operator, ...(values ? { values } : {}) };
}

function weighted(term: unknown): WeightedRequirement[] {
  const weight = Number(at(term, 'weight'));
  return listOf(at(term, 'preference', 'matchExpressions')).map((expression) => ({ weight, requirement: requirement(expression) }));
}
