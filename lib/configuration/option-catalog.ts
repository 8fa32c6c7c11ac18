import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { distance } from 'fastest-levenshtein';
import { S3Keys } from './s3-keys';

/** Kinds of values. Source: types of Flink's `ConfigOption`. */
export type OptionType =
  'string' | 'integer' | 'long' | 'double' | 'float' | 'boolean' | 'duration' | 'memory' | 'enum' | 'map' | 'class' | 'object';

/** One option, as the data file has it: see tools/flink-options/README.md for the members. */
export interface OptionData {
  readonly t: OptionType;
  readonly list?: boolean;
  readonly enum?: readonly string[];
  readonly d?: string;
  readonly dep?: readonly string[];
  readonly fb?: readonly string[];
  readonly old?: boolean;
  readonly pattern?: boolean;
}

/** What a line of Flink knows of a key. */
export interface FlinkOption {
  /** The key that was asked for. */
  readonly key: string;
  /** Kind of its values. */
  readonly type: OptionType;
  /** Whether it is a list of such values, separated by `;`. */
  readonly isList: boolean;
  /** Allowed values in any case; empty when any value of the type will do. */
  readonly allowed: readonly string[];
  /** Flink's default as written in `config.yaml`; undefined when there is none, and for keys below a map or of a pattern. */
  readonly default?: string;
  /** Older names that Flink reads too. */
  readonly olderNames: readonly string[];
  /** Whether Flink calls it deprecated. */
  readonly isDeprecated: boolean;
  /** Current names when this one is an older name; more than one where Flink has split an option. */
  readonly currentNames: readonly string[];
  /** Whether its value must not stand in a ConfigMap. */
  readonly isSecret: boolean;
}

const DATA = join(__dirname, 'data');

/** All options of one line of Flink, taken from its jars. Read from its data file when it is first asked for. */
export class OptionCatalog {
  private static readonly loaded: Record<string, OptionCatalog> = {};

  /** Lines that have a catalog, for example `2.2`: one for each data file. */
  public static get lines(): readonly string[] {
    const names = readdirSync(DATA).map((file) => /^flink-options-(\d+\.\d+)\.json$/.exec(file)?.[1]);
    return names.filter((line): line is string => line !== undefined).sort(byNumber);
  }

  /**
   * The catalog of a line.
   *
   * @param line for example `2.2`
   * @throws when there is no data file for it
   */
  public static of(line: string): OptionCatalog {
    return (OptionCatalog.loaded[line] ??= new OptionCatalog(line));
  }

  /** Release whose jars the options are taken from, for example `2.2.1`. */
  public readonly release: string;
  private readonly options: ReadonlyMap<string, OptionData>;
  private readonly successors = new Map<string, string[]>();
  private readonly patterns: { readonly pattern: RegExp; readonly option: OptionData }[] = [];
  private readonly s3: S3Keys;

  private constructor(
    /** Major and minor number. */
    public readonly line: string,
  ) {
    const data = JSON.parse(readFileSync(join(DATA, `flink-options-${line}.json`), 'utf8')) as {
      version: string;
      options: Record<string, OptionData>;
    };
    this.release = data.version;
    this.options = new Map(Object.entries(data.options));
    for (const [key, option] of this.options) {
      for (const old of option.dep ?? []) this.successors.set(old, [...(this.successors.get(old) ?? []), key]);
      if (option.pattern) this.patterns.push({ pattern: toPattern(key), option });
    }
    this.patterns.sort((a, b) => b.pattern.source.length - a.pattern.source.length);
    this.s3 = S3Keys.of(line);
  }

  /** Every key without placeholders that this line knows by its current name, sorted. */
  public get keys(): readonly string[] {
    return [...this.options].filter(([, option]) => !option.pattern).map(([key]) => key); // prettier-ignore
  }

  /**
   * What this line knows of a key: an option, an older name of one, a key below a map, one of a pattern such as
   * `metrics.reporter.<name>.port`, or one that an S3 plugin reads. Undefined when nothing in this line reads it.
   *
   * @param key for example `heartbeat.timeout`
   */
  public find(key: string): FlinkOption | undefined {
    const exact = this.options.get(key);
    if (exact || this.successors.has(key)) return this.describe(key, exact);
    const below = this.mapAbove(key);
    if (below) return plain(key, 'string');
    const match = this.patterns.find(({ pattern }) => pattern.test(key));
    if (match) return { ...plain(key, match.option.t), isList: match.option.list ?? false, allowed: match.option.enum ?? [] };
    return this.s3.find(key);
  }

  /**
   * Whether a key lies below a prefix that an S3 plugin hands to its file system without knowing the key itself.
   *
   * @param key for example `fs.s3a.made.up`
   */
  public isHandedOn(key: string): boolean {
    return this.s3.isHandedOn(key);
  }

  /**
   * The known key that looks most like a given one; undefined when none is near.
   *
   * @param key with a slip in it
   */
  public closest(key: string): string | undefined {
    const known = [...this.keys, ...this.s3.keys].map((each) => ({ each, steps: distance(key, each) }));
    const best = known.reduce((a, b) => (b.steps < a.steps ? b : a));
    return best.steps <= Math.max(2, key.length * 0.3) ? best.each : undefined;
  }

  /**
   * Other lines that know a key.
   *
   * @param key that this line does not know
   */
  public linesThatKnow(key: string): readonly OptionCatalog[] {
    return OptionCatalog.lines.map((line) => OptionCatalog.of(line)).filter((other) => other !== this && other.find(key) !== undefined);
  }

  private describe(key: string, exact?: OptionData): FlinkOption {
    const currentNames = (this.successors.get(key) ?? []).filter((name) => name !== key && !this.options.get(name)?.old);
    const option = (currentNames.length > 0 ? this.options.get(currentNames[0]) : exact) ?? this.options.get(this.successors.get(key)![0])!;
    return {
      ...plain(key, option.t),
      isList: option.list ?? false,
      allowed: option.enum ?? [],
      default: option.d,
      olderNames: (option.dep ?? []).filter((name) => name !== key),
      isDeprecated: currentNames.length > 0 || exact === undefined || exact.old === true,
      currentNames,
      isSecret: this.s3.find(key)?.isSecret ?? false,
    };
  }

  /** Whether a map option, whose entries may be keys of their own, stands above a key. */
  private mapAbove(key: string): boolean {
    for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
      const above = this.options.get(key.slice(0, dot));
      if (above?.t === 'map' && !above.list) return true;
    }
    return false;
  }
}

function plain(key: string, type: OptionType): FlinkOption {
  return { key, type, isList: false, allowed: [], olderNames: [], isDeprecated: false, currentNames: [], isSecret: false };
}

/** A placeholder is one part without dots, but a last `<parameter>`, `<option>` or `<param>` may have some. */
export function toPattern(key: string): RegExp {
  const source = key
    .split(/(<[^>]+>)/)
    .map((part, index, all) => {
      if (!part.startsWith('<')) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const isLast = all.slice(index + 1).join('') === '';
      return isLast && /^<(parameter|option|param|key)>$/.test(part) ? '.+' : '[^.]+';
    })
    .join('');
  return new RegExp(`^${source}$`);
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
