import { readFileSync } from 'fs';
import { join } from 'path';
import type { FlinkOption, OptionData } from './option-catalog';

interface KeyData extends OptionData {
  readonly plugins: readonly string[];
  readonly since?: string;
  readonly secret?: boolean;
}

interface PluginData {
  readonly read: readonly string[];
  readonly becomes: string | null;
  readonly since?: string;
}

interface S3Data {
  readonly prefixes: Readonly<Record<string, PluginData>>;
  readonly keys: Readonly<Record<string, Omit<KeyData, 'old'> & { old?: string }>>;
}

/** Keys of the S3 plugins of one line: mostly no options of Flink, so they stand in a table typed by hand, with its sources. */
export class S3Keys {
  private static data?: S3Data;

  /**
   * The keys of a line.
   *
   * @param line for example `2.2`
   */
  public static of(line: string): S3Keys {
    S3Keys.data ??= JSON.parse(readFileSync(join(__dirname, 'data', 'flink-s3-keys.json'), 'utf8')) as S3Data;
    return new S3Keys(line, S3Keys.data);
  }

  private readonly plugins: readonly PluginData[];

  private constructor(
    private readonly line: string,
    private readonly data: S3Data,
  ) {
    this.plugins = Object.values(data.prefixes).filter((plugin) => this.has(plugin.since));
  }

  /** Keys without placeholders. */
  public get keys(): readonly string[] {
    return Object.entries(this.data.keys)
      .filter(([, key]) => this.has(key.since) && !key.pattern)
      .map(([key]) => key);
  }

  /**
   * What the plugins know of a key, under the name given or under the one that a plugin makes of it (`s3.connection.maximum`
   * becomes `fs.s3a.connection.maximum`).
   *
   * @param key for example `s3.endpoint`
   */
  public find(key: string): FlinkOption | undefined {
    if (!this.isHandedOn(key)) return undefined;
    const name = [key, ...this.namesOf(key)].find((each) => this.dataOf(each) !== undefined);
    const found = name === undefined ? undefined : this.dataOf(name);
    if (!found) return undefined;
    return {
      key,
      type: found.t,
      isList: false,
      allowed: [],
      olderNames: [],
      isDeprecated: found.old !== undefined,
      currentNames: found.old === undefined ? [] : [found.old],
      isSecret: found.secret ?? this.isSecretOfBucket(key),
    };
  }

  /**
   * Whether a plugin hands the key to its file system without knowing it.
   *
   * @param key any key
   */
  public isHandedOn(key: string): boolean {
    return this.plugins.some(({ read }) => read.some((prefix) => key.startsWith(prefix)));
  }

  /** `fs.s3a.bucket.<bucket>.access.key` is as secret as `fs.s3a.access.key`; the name of a bucket may have dots. */
  private isSecretOfBucket(key: string): boolean {
    const secrets = Object.keys(this.data.keys).filter((name) => name.startsWith('fs.s3a.') && this.data.keys[name].secret);
    return key.startsWith('fs.s3a.bucket.') && secrets.some((name) => key.endsWith(name.slice('fs.s3a'.length)));
  }

  private namesOf(key: string): string[] {
    return this.plugins.flatMap(({ read, becomes }) => {
      const prefix = read.find((each) => key.startsWith(each));
      return prefix && becomes ? [becomes + key.slice(prefix.length)] : [];
    });
  }

  private dataOf(key: string): S3Data['keys'][string] | undefined {
    const exact = Object.hasOwn(this.data.keys, key) ? this.data.keys[key] : undefined;
    const found = exact ?? Object.entries(this.data.keys).find(([name, each]) => each.pattern && this.matches(name, key))?.[1];
    return found && this.has(found.since) ? found : undefined;
  }

  private matches(name: string, key: string): boolean {
    const [before, after = ''] = name.split(/<.*>/);
    return key.startsWith(before) && key.endsWith(after) && key.length > before.length + after.length;
  }

  /** Whether something that came with a line is there already. */
  private has(since: string | undefined): boolean {
    return since === undefined || inOrder(since) <= inOrder(this.line);
  }
}

/** Lines as numbers that sort as the lines do: 1.20 comes after 1.9. */
function inOrder(line: string): number {
  const [major, minor] = line.split('.').map(Number);
  return major * 1000 + minor;
}
