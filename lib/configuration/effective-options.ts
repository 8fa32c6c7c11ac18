import { CheckId } from './checks';
import { parseMilliseconds } from './flink-duration';
import { OptionCatalog } from './option-catalog';

/** The options of an application, with Flink's defaults where nothing is set. */
export class EffectiveOptions {
  constructor(
    private readonly properties: Readonly<Record<string, string>>,
    private readonly catalog: OptionCatalog,
  ) {}

  /** The value as given, or Flink's default; undefined when there is neither. */
  public text(key: string): string | undefined {
    return this.properties[key] ?? this.catalog.find(key)?.default;
  }

  /** In lower case, because Flink reads names in any case. */
  public name(key: string): string {
    return (this.text(key) ?? '').toLowerCase();
  }

  /** Milliseconds; undefined when it is not set or not known yet. */
  public milliseconds(key: string): number | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : parseMilliseconds(text);
  }

  /** Whether it is set, rather than Flink's default. */
  public isSet(key: string): boolean {
    return key in this.properties;
  }
}

/** Says what is wrong, under the stable id of the check. */
export type Finding = (id: CheckId, text: string) => void;

/** Looks at all options together: `refuse` for what cannot work, `warn` for what is risky. */
export type CrossCheck = (options: EffectiveOptions, refuse: Finding, warn: Finding) => void;
