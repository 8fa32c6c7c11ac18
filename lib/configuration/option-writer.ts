import { Duration, Size } from 'aws-cdk-lib';
import { flinkDuration, flinkMemory } from './flink-duration';

/** What a number may be. */
export interface NumberRange {
  readonly least: number;
  /** No bound when it is left out. */
  readonly most?: number;
  /** Whether fractions are numbers too. */
  readonly fractions?: boolean;
  /** Why, in one clause. */
  readonly why: string;
  /** A number that will do. */
  readonly example: number;
}

/** What a time may be. */
export interface DurationRange {
  readonly least: Duration;
  /** Why, in one clause. */
  readonly why: string;
}

/** Collects the options that typed props stand for, and what is wrong with them. What is left out is not written. */
export class OptionWriter {
  /** Options by Flink's key. */
  public readonly properties: Record<string, string> = {};
  /** What is wrong, one sentence each. */
  public readonly problems: string[] = [];

  /** @param path of the group of props, for example `flink.heartbeat` */
  constructor(private readonly path: string) {}

  /**
   * A time, written as Flink reads it.
   *
   * @param prop below the path
   * @param key of Flink
   * @param write its spelling, where the option is no duration to Flink
   */
  public duration(prop: string, key: string, given: Duration | undefined, range?: DurationRange, write = flinkDuration): this {
    if (given === undefined) return this;
    if (given.isUnresolved()) return this.later(prop, 'a time');
    if (range && given.toMilliseconds() < range.least.toMilliseconds()) {
      return this.problem(`${prop} is ${given.toHumanString()}`, `${flinkDuration(range.least)} or more, because ${range.why}`, 'raise it');
    }
    return this.text(key, write(given));
  }

  /** A number; one that only a deployment knows is refused, because it is checked. */
  public number(prop: string, key: string, given: number | undefined, range: NumberRange): this {
    if (given === undefined) return this;
    if (isLater(given)) return this.later(prop, 'a number');
    const { least, most, fractions, why, example } = range;
    const isAllowed = given >= least && (most === undefined || given <= most) && (fractions === true || Number.isInteger(given));
    if (isAllowed) return this.text(key, String(given));
    const kind = fractions ? 'a number' : 'a whole number';
    const bounds = most === undefined ? `of ${least} or more` : `from ${least} to ${most}`;
    return this.problem(`${prop} is ${given}`, `${kind} ${bounds}, because ${why}`, `use ${example}`);
  }

  /** A size, written in Flink's units. */
  public size(prop: string, key: string, given: Size | undefined): this {
    if (given === undefined) return this;
    if (given.isUnresolved()) return this.later(prop, 'a size');
    if (given.toBytes() === 0) return this.problem(`${prop} is nothing`, 'more than 0', 'give it a size, or leave it out');
    return this.text(key, flinkMemory(given));
  }

  /** An option that is written as it is. */
  public text(key: string, value: string | undefined): this {
    if (value !== undefined) this.properties[key] = value;
    return this;
  }

  /** Something wrong: what was given, what is allowed and why, and the fix. */
  public problem(given: string, allowed: string, fix: string): this {
    this.problems.push(`${this.path}.${given}: allowed is ${allowed}; ${fix}`);
    return this;
  }

  private later(prop: string, what: string): this {
    return this.problem(
      `${prop} is ${what} that only a deployment knows`,
      'a plain one, because it is checked at synthesis',
      'give it from context',
    );
  }
}

/** Numbers that stand for a token lie far below any that a person writes. Source: aws-cdk-lib, `Token.asNumber`. */
export function isLater(value: number): boolean {
  return value < -1e200;
}
