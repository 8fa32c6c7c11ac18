import { readFileSync } from 'fs';
import { join } from 'path';
import { closest } from 'fastest-levenshtein';

/** Facts about one instance type. Source: the file `data/instance-types.json`, which names its own source and date. */
export interface InstanceFacts {
  /** For example `m6i.xlarge`. */
  readonly type: string;
  /** For example `m6i`. */
  readonly family: string;
  /** Letters of the family before its generation, for example `m`, `im`, `hpc`. */
  readonly category: string;
  /** vCPU. */
  readonly vcpu: number;
  /** Memory in MiB. */
  readonly memoryMib: number;
  /** Whether its processors are arm64 (Graviton). */
  readonly arm: boolean;
  /** Generation, for example 6 for `m6i`. */
  readonly generation: number;
  /** Whether it gives full CPU only part of the time: `t` families and `-flex` types. */
  readonly burstable: boolean;
  /** Whether it is a whole machine without a hypervisor. */
  readonly metal: boolean;
  /** Pods that the addresses of its network interfaces allow. */
  readonly pods: number;
  /** Local NVMe disks, in GiB. */
  readonly nvmeGib: number;
  /** What pods may request of its CPU on AL2023, in millicores. */
  readonly allocatableMillicpu: number;
  /** What pods may request of its memory on AL2023, in MiB. */
  readonly allocatableMib: number;
}

interface DataFile {
  readonly date: string;
  readonly columns: string[];
  readonly types: Record<string, number[]>;
}

/** The instance types that this library knows, read once when they are first asked for. */
export class InstanceCatalog {
  /** The catalog of this package. */
  public static get instance(): InstanceCatalog {
    return (InstanceCatalog.loaded ??= new InstanceCatalog());
  }

  private static loaded?: InstanceCatalog;

  /** Date of the data. */
  public readonly date: string;
  private readonly data: DataFile;

  private constructor() {
    this.data = JSON.parse(readFileSync(join(__dirname, 'data', 'instance-types.json'), 'utf8')) as DataFile;
    this.date = this.data.date;
  }

  /** All types, sorted by name. */
  public get all(): InstanceFacts[] {
    return Object.entries(this.data.types).map(([type, row]) => toFacts(type, this.data.columns, row));
  }

  /**
   * Facts about a type; `undefined` when it is not known.
   *
   * @param type for example `m6i.xlarge`
   */
  public find(type: string): InstanceFacts | undefined {
    const row = Object.hasOwn(this.data.types, type) ? this.data.types[type] : undefined;
    return row && toFacts(type, this.data.columns, row);
  }

  /**
   * The known type that is spelt most like this one.
   *
   * @param type a name that is not known
   */
  public nearest(type: string): string {
    return closest(type, Object.keys(this.data.types));
  }
}

function toFacts(type: string, columns: string[], row: number[]): InstanceFacts {
  const value = (column: string): number => row[columns.indexOf(column)];
  const family = type.split('.')[0];
  const category = /^[a-z]+/.exec(family)?.[0] ?? family;
  return {
    type,
    family,
    category,
    vcpu: value('vcpu'),
    memoryMib: value('memoryMib'),
    arm: value('arm64') === 1,
    generation: value('generation'),
    burstable: category === 't' || value('flex') === 1,
    metal: type.includes('metal'),
    pods: value('pods'),
    nvmeGib: value('nvmeGib'),
    allocatableMillicpu: value('allocatableMillicpu'),
    allocatableMib: value('allocatableMib'),
  };
}
