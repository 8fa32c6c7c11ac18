import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { InstanceCatalog, InstanceFacts } from './instance-catalog';

/** What the types must have, whatever their shape. */
export interface InstanceFilter {
  /**
   * Categories of families. Source: EC2, instance type naming conventions.
   *
   * @default - c, m, r: compute optimized, general purpose, memory optimized
   */
  readonly categories?: string[];
  /**
   * Architecture.
   *
   * @default InstanceArchitecture.X86_64
   */
  readonly architecture?: ec2.InstanceArchitecture;
  /**
   * Oldest generation.
   *
   * @default 5
   */
  readonly minGeneration?: number;
  /**
   * Newest generation.
   *
   * @default - the newest that the package knows
   */
  readonly maxGeneration?: number;
  /**
   * Families or types to leave out, for example `m5zn` or `m7i.xlarge`.
   *
   * @default - none
   */
  readonly exclude?: string[];
  /**
   * Whether only types with local NVMe disks count.
   *
   * @default false
   */
  readonly localNvme?: boolean;
  /**
   * Largest number of types. A managed node group takes 20, Karpenter more.
   *
   * @default 20
   */
  readonly limit?: number;
}

/** One shape: exactly so much vCPU and memory. */
export interface InstanceShapeFilter extends InstanceFilter {
  /** vCPU. */
  readonly vcpu: number;
  /** Memory in GiB. */
  readonly memoryGib: number;
}

/** Every shape within limits, for machines that may differ in size. */
export interface InstanceRangeFilter extends InstanceFilter {
  /** Least vCPU. */
  readonly minVcpu: number;
  /** Most vCPU. */
  readonly maxVcpu: number;
  /** Least memory in GiB. */
  readonly minMemoryGib: number;
  /** Most memory in GiB. */
  readonly maxMemoryGib: number;
}

/**
 * Chooses instance types by what they have, from the data in the package: no account, no network, the same answer each time.
 * Burstable, bare-metal and accelerated types never count.
 *
 * @example
 * spot: [{ instanceTypes: InstanceSelector.of({ vcpu: 4, memoryGib: 16 }).instanceTypes }]
 */
export class InstanceSelector {
  /**
   * Types of one shape, as a node group wants them.
   *
   * @param filter shape and conditions
   * @throws when no type has them
   */
  public static of(filter: InstanceShapeFilter): InstanceSelector {
    const { vcpu, memoryGib } = filter;
    return InstanceSelector.within({ ...filter, minVcpu: vcpu, maxVcpu: vcpu, minMemoryGib: memoryGib, maxMemoryGib: memoryGib });
  }

  /**
   * Types of every shape within limits.
   *
   * @param filter limits and conditions
   * @throws when no type lies within them
   */
  public static within(filter: InstanceRangeFilter): InstanceSelector {
    return new InstanceSelector(filter);
  }

  /** The types: newest generation first, then by name; at most `limit`. */
  public readonly instanceTypes: ec2.InstanceType[];

  private constructor(filter: InstanceRangeFilter) {
    const catalog = InstanceCatalog.instance;
    const chosen = catalog.all
      .filter((facts) => matches(facts, filter))
      .sort(newestFirst)
      .slice(0, filter.limit ?? 20);
    if (chosen.length === 0) {
      throw new Error(
        `InstanceSelector: no instance type of ${catalog.date} has ${JSON.stringify(filter)}: types of c, m and r have 2, 4 or 8 GiB a vCPU; use for example { vcpu: 4, memoryGib: 16 }, or list the types yourself`,
      );
    }
    this.instanceTypes = chosen.map(({ type }) => new ec2.InstanceType(type));
  }
}

function matches(facts: InstanceFacts, filter: InstanceRangeFilter): boolean {
  const memoryGib = facts.memoryMib / 1024;
  const categories = filter.categories ?? ['c', 'm', 'r'];
  const arm = filter.architecture === ec2.InstanceArchitecture.ARM_64;
  return (
    within(facts.vcpu, filter.minVcpu, filter.maxVcpu) &&
    within(memoryGib, filter.minMemoryGib, filter.maxMemoryGib) &&
    within(facts.generation, filter.minGeneration ?? 5, filter.maxGeneration ?? Infinity) &&
    categories.includes(facts.category) &&
    facts.arm === arm &&
    !facts.burstable &&
    !facts.metal &&
    !(filter.localNvme && facts.nvmeGib === 0) &&
    !(filter.exclude ?? []).some((name) => name === facts.family || name === facts.type)
  );
}

function within(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

function newestFirst(a: InstanceFacts, b: InstanceFacts): number {
  return b.generation - a.generation || (a.type < b.type ? -1 : 1);
}
