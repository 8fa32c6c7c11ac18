import { parseFloat32 } from './java-float';
import { inMebibytes, MAX_LONG, multiplyMemory, parseMemory } from './memory-size';
import { OptionCatalog } from './option-catalog';

/** Why Flink's calculator would fail: the arithmetic, in one sentence. Never leaves this room. */
export class MemoryProblem extends Error {}

/** A share of a whole, kept within two bounds. */
export interface RangeFraction {
  readonly least: bigint;
  readonly most: bigint;
  readonly fraction: number;
}

/** A named part of memory, for sums in messages. */
export type MemoryPart = readonly [name: string, bytes: bigint];

/** Memory options of a process as Flink's calculator reads them: given values, older names, and the line's own defaults. */
export class MemorySettings {
  /**
   * @param prefix `taskmanager.memory` or `jobmanager.memory`
   * @param properties all options
   * @param catalog of the line, for names and defaults
   */
  constructor(
    public readonly prefix: string,
    private readonly properties: Readonly<Record<string, string>>,
    private readonly catalog: OptionCatalog,
  ) {}

  /**
   * Whether an option is set, under its own name or an older one.
   *
   * @param name below the prefix, for example `flink.size`
   */
  public has(name: string): boolean {
    return this.given(name) !== undefined;
  }

  /**
   * Bytes of an option, or of its default.
   *
   * @param name below the prefix
   * @throws MemoryProblem when the value is no size, or there is none
   */
  public size(name: string): bigint {
    const key = `${this.prefix}.${name}`;
    const text = this.given(name) ?? this.catalog.find(key)?.default;
    const bytes = text === undefined ? undefined : parseMemory(text);
    if (bytes === undefined) throw new MemoryProblem(`'${key}' is '${text ?? 'not set'}', which is no memory size`);
    return bytes;
  }

  /**
   * A fraction with its bounds.
   *
   * @param name below the prefix, for example `network`: then `.fraction`, `.min` and `.max` are read
   * @throws MemoryProblem when the bounds are crossed or the fraction is not within 0 to 1
   */
  public range(name: string): RangeFraction {
    return this.checked(name, this.size(`${name}.min`), this.size(`${name}.max`));
  }

  /**
   * A fraction without bounds.
   *
   * @param name below the prefix, for example `managed`
   * @throws MemoryProblem when the fraction is not within 0 to 1
   */
  public unbounded(name: string): RangeFraction {
    return this.checked(name, 0n, MAX_LONG);
  }

  /** Source: Flink `RangeFraction`; the option is a float, which Java widens to a double. */
  private checked(name: string, least: bigint, most: bigint): RangeFraction {
    const key = `${this.prefix}.${name}.fraction`;
    const text = this.given(`${name}.fraction`) ?? this.catalog.find(key)?.default ?? '';
    const fraction = parseFloat32(text);
    if (text.trim() === '' || Number.isNaN(fraction)) throw new MemoryProblem(`'${key}' is '${text}', which is no number`);
    if (least > most) {
      throw new MemoryProblem(
        `'${this.prefix}.${name}.min' ${inMebibytes(least)} is more than '${this.prefix}.${name}.max' ${inMebibytes(most)}`,
      );
    }
    if (!(fraction >= 0 && fraction < 1)) throw new MemoryProblem(`'${key}' is ${text}, which is not from 0 up to, but without, 1`);
    return { least, most, fraction };
  }

  private given(name: string): string | undefined {
    const key = `${this.prefix}.${name}`;
    const names = [key, ...(this.catalog.find(key)?.olderNames ?? [])];
    const found = names.find((each) => Object.hasOwn(this.properties, each));
    return found === undefined ? undefined : this.properties[found];
  }
}

/**
 * A fraction of a whole, kept within its bounds. Source: Flink `ProcessMemoryUtils.deriveWithFraction`.
 *
 * @param whole bytes
 */
export function shareOf(whole: bigint, range: RangeFraction): bigint {
  return within(multiplyMemory(whole, range.fraction), range);
}

/**
 * The part that makes up a fraction of the whole when the rest is given. Source: Flink `ProcessMemoryUtils.deriveWithInverseFraction`.
 *
 * @param rest bytes of all other parts
 */
export function shareBeside(rest: bigint, range: RangeFraction): bigint {
  return within(multiplyMemory(rest, range.fraction / (1 - range.fraction)), range);
}

/**
 * Sum of parts.
 *
 * @throws MemoryProblem when Java's `long` could not hold it
 */
export function sum(parts: readonly MemoryPart[]): bigint {
  const total = parts.reduce((bytes, part) => bytes + part[1], 0n);
  if (total > MAX_LONG) throw new MemoryProblem(`${written(parts)} is more than any machine has`);
  return total;
}

/**
 * What is left of a whole.
 *
 * @param whole name and bytes
 * @param parts that must fit in
 * @throws MemoryProblem with the sum when they do not
 */
export function restOf(whole: MemoryPart, parts: readonly MemoryPart[]): bigint {
  const taken = sum(parts);
  if (taken > whole[1]) {
    throw new MemoryProblem(
      `${written(parts)} is more than ${whole[0]} ${inMebibytes(whole[1])} (over by ${inMebibytes(taken - whole[1])})`,
    );
  }
  return whole[1] - taken;
}

/** A sum for people: `a 1m + b 2m = 3m`. Parts of nothing are left out. */
function written(parts: readonly MemoryPart[]): string {
  const terms = parts.filter(([, bytes]) => bytes > 0n).map(([name, bytes]) => `${name} ${inMebibytes(bytes)}`);
  return `${terms.join(' + ')} = ${inMebibytes(parts.reduce((total, [, bytes]) => total + bytes, 0n))}`;
}

function within(bytes: bigint, { least, most }: RangeFraction): bigint {
  if (bytes > MAX_LONG) throw new MemoryProblem(`a fraction gives ${inMebibytes(bytes)}, more than any machine has`);
  return bytes > most ? most : bytes < least ? least : bytes;
}
