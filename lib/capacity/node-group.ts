import { Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeShape } from '../placement';
import { nodeShape, shapeOf } from './instance-shape';

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
    this.arm = options.instanceTypes.some((type) => isArm(type));
  }

  /** What is wrong with the group, one sentence each. */
  public get problems(): string[] {
    return [...this.sizeProblems(), ...this.typeProblems()];
  }

  /** Shape of the group's nodes; `undefined` when a type is not known. */
  public get shape(): NodeShape | undefined {
    const shape = shapeOf(this.options.instanceTypes[0]);
    return shape && nodeShape(shape, this.diskGib, this.instanceTypes[0], this.arm, this.maxSize);
  }

  private sizeProblems(): string[] {
    const { minSize, desiredSize, maxSize, diskGib } = this;
    if ([minSize, desiredSize, maxSize].some((size) => Token.isUnresolved(size))) return [];
    const problems: string[] = [];
    if (![minSize, desiredSize, maxSize].every((size) => Number.isInteger(size)) || minSize < 0 || maxSize < 1) {
      problems.push(
        `${this.name} has sizes ${minSize}, ${desiredSize}, ${maxSize}: allowed are whole numbers, minSize 0 or more and maxSize 1 or more`,
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
    const types = this.options.instanceTypes;
    const names = this.instanceTypes.join(', ');
    if (types.length < this.leastTypes || types.length > 20) {
      return [
        `${this.name} has ${types.length} instance types (${names}): allowed are ${this.leastTypes} to 20, because each type is a Spot pool of its own and few pools mean many interruptions; add types of the same size`,
      ];
    }
    const problems: string[] = [];
    if (new Set(this.instanceTypes).size < types.length) problems.push(`${this.name} names an instance type twice (${names}): remove one`);
    const unknown = types.filter((type) => !shapeOf(type));
    if (unknown.length > 0) {
      problems.push(
        `${this.name} has ${unknown.join(', ')}: allowed are types of the families c, m and r from generation 5 with a size (for example m6i.xlarge), because burstable, accelerated and unknown types do not suit a stream job`,
      );
    }
    const shapes = new Set(types.map((type) => JSON.stringify(shapeOf(type))));
    if (unknown.length === 0 && shapes.size > 1) {
      problems.push(
        `${this.name} mixes shapes (${names}): allowed are types of equal vCPU and memory, because an autoscaler reckons with one shape a group; make one group a shape`,
      );
    }
    if (new Set(types.map(isArm)).size > 1) {
      problems.push(`${this.name} mixes x86_64 and arm64 types (${names}): a node group has one AMI; make one group an architecture`);
    }
    return problems;
  }
}

function isArm(type: ec2.InstanceType): boolean {
  return type.architecture === ec2.InstanceArchitecture.ARM_64;
}
