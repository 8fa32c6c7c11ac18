import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeShape } from '../placement';
import { InstanceCatalog, InstanceFacts } from './instance-catalog';
import { allocatableDiskGib, shapeOfInstances } from './instance-shape';

/** Size and types of one managed node group. */
export interface NodeGroupOptions {
  /** Instance types: equal vCPU and memory, so that autoscalers can reckon with one shape; 1 to 20. Source: EKS `CreateNodegroup`. */
  readonly instanceTypes: ec2.InstanceType[];
  /**
   * Least number of nodes.
   *
   * @default 1
   */
  readonly minSize?: number;
  /**
   * Number of nodes at first.
   *
   * @default - the least number
   */
  readonly desiredSize?: number;
  /**
   * Largest number of nodes.
   *
   * @default 10
   */
  readonly maxSize?: number;
  /**
   * Size of the encrypted gp3 root volume, in GiB: images, logs and the TaskManagers' working directories.
   *
   * @default 60
   */
  readonly diskGib?: number;
  /**
   * Shape of the nodes, for types that this package does not know yet: the least that any of the types allows.
   *
   * @default - from the catalog of instance types, which refuses types it does not know
   */
  readonly shape?: NodeShape;
}

/** A node group with every default in place. */
export class NodeGroup {
  public readonly minSize: number;
  public readonly desiredSize: number;
  public readonly maxSize: number;
  public readonly diskGib: number;
  public readonly instanceTypes: string[];
  public readonly arm: boolean;

  /**
   * @param name what the group is called in messages, for example `spot[0]`
   * @param options as given
   * @param leastTypes how many types the group must have
   */
  constructor(
    private readonly name: string,
    private readonly options: NodeGroupOptions,
    private readonly leastTypes: number,
  ) {
    this.minSize = options.minSize ?? 1;
    this.desiredSize = options.desiredSize ?? this.minSize;
    this.maxSize = options.maxSize ?? 10;
    this.diskGib = options.diskGib ?? 60;
    this.instanceTypes = options.instanceTypes.map((type) => type.toString());
    this.arm = options.shape
      ? options.shape.architecture === 'arm64'
      : (InstanceCatalog.instance.find(this.instanceTypes[0])?.arm ?? false);
  }

  /** What is wrong with the group, one sentence each. */
  public get problems(): string[] {
    return [...this.sizeProblems(), ...this.typeProblems()];
  }

  /** Shape of the group's nodes: the least that any of its types allows; `undefined` when a type is not known. */
  public get shape(): NodeShape | undefined {
    if (this.options.shape) return this.options.shape;
    const facts = this.instanceTypes.map((type) => InstanceCatalog.instance.find(type));
    if (!facts.every((known): known is InstanceFacts => known !== undefined)) return undefined;
    return shapeOfInstances(facts, { diskGib: this.diskGib, maxCount: Token.isUnresolved(this.maxSize) ? undefined : this.maxSize });
  }

  /** What pods may use of the root volume, in GiB. */
  public get allocatableDiskGib(): number {
    return allocatableDiskGib(this.diskGib);
  }

  private sizeProblems(): string[] {
    const { minSize, desiredSize, maxSize, diskGib } = this;
    if ([minSize, desiredSize, maxSize].some((size) => Token.isUnresolved(size))) return [];
    const problems: string[] = [];
    if (![minSize, desiredSize, maxSize].every((size) => Number.isInteger(size)) || minSize < 0 || maxSize < 1) {
      problems.push(
        `${this.name} has sizes ${minSize}, ${desiredSize}, ${maxSize}: allowed are whole numbers, minSize 0 or more and maxSize 1 or more; use for example 0 and 10`,
      );
    } else if (minSize > desiredSize || desiredSize > maxSize) {
      problems.push(
        `${this.name} has minSize ${minSize}, desiredSize ${desiredSize}, maxSize ${maxSize}: allowed is minSize <= desiredSize <= maxSize, or EKS refuses the group; correct the one that is out of order`,
      );
    }
    if (diskGib < 20)
      problems.push(
        `${this.name} has diskGib ${diskGib}: allowed is 20 or more, because the image of the nodes and of Flink must fit; use 60`,
      );
    return problems;
  }

  private typeProblems(): string[] {
    const types = this.instanceTypes;
    const names = types.join(', ');
    if (types.length < this.leastTypes || types.length > 20) {
      return [
        `${this.name} has ${types.length} instance types (${names}): allowed are ${this.leastTypes} to 20, because each type is a Spot pool of its own and few pools mean many interruptions; use InstanceSelector.of({ vcpu: 4, memoryGib: 16 }).instanceTypes`,
      ];
    }
    const facts = types.map((type) => InstanceCatalog.instance.find(type));
    const problems = types.flatMap((type, index) => this.typeProblem(type, facts[index]));
    if (new Set(types).size < types.length)
      problems.push(`${this.name} names an instance type twice (${names}): allowed is once, because it adds no Spot pool; remove one`);
    const known = facts.filter((one): one is InstanceFacts => one !== undefined);
    if (new Set(known.map(({ vcpu, memoryMib }) => `${vcpu}/${memoryMib}`)).size > 1) {
      const shapes = known.map(({ type, vcpu, memoryMib }) => `${type} ${vcpu} vCPU ${memoryMib / 1024} GiB`).join(', ');
      problems.push(
        `${this.name} mixes shapes (${shapes}): allowed are types of equal vCPU and memory, because the Cluster Autoscaler takes the first type for all; make one group a shape`,
      );
    }
    if (new Set(known.map(({ arm }) => arm)).size > 1) {
      problems.push(
        `${this.name} mixes x86_64 and arm64 types (${names}): allowed is one architecture, because a node group has one AMI; make one group an architecture`,
      );
    }
    return problems;
  }

  private typeProblem(type: string, facts: InstanceFacts | undefined): string[] {
    const catalog = InstanceCatalog.instance;
    if (!facts) {
      if (this.options.shape) return [];
      return [
        `${this.name} has '${type}', which is not among the instance types of ${catalog.date}: did you mean '${catalog.nearest(type)}'? For a type that is newer than that give 'shape'`,
      ];
    }
    if (facts.burstable) {
      return [
        `${this.name} has the burstable type '${type}': allowed are types with full CPU at all times, because a stream job would run out of credits; use the same size of c, m or r`,
      ];
    }
    return [];
  }
}
