/** Bytes of each unit that Flink knows, in lower case. Source: Flink `MemorySize.MemoryUnit`. */
const UNITS: Record<string, bigint> = {};
[
  ['', 'b', 'bytes'],
  ['k', 'kb', 'kibibytes'],
  ['m', 'mb', 'mebibytes'],
  ['g', 'gb', 'gibibytes'],
  ['t', 'tb', 'tebibytes'],
].forEach((names, power) => names.forEach((name) => (UNITS[name] = 1024n ** BigInt(power))));

/** Largest number of Java's `long`. */
export const MAX_LONG = 2n ** 63n - 1n;

/**
 * Bytes of a memory size as Flink reads it, or undefined where Flink fails. All units are binary, whatever they are called:
 * `4096m`, `4g`, `4 gb`; without a unit it is bytes. Source: Flink `MemorySize.parseBytes`.
 *
 * @param text for example `4096m`
 */
export function parseMemory(text: string): bigint | undefined {
  const match = /^(\d+)[\0- ]*([^]*)$/.exec(javaTrim(text));
  const unit = match && UNITS[match[2].toLowerCase()];
  if (!unit) return undefined;
  const bytes = BigInt(match[1]) * unit;
  return bytes > MAX_LONG ? undefined : bytes;
}

/**
 * Bytes for people: MiB with one decimal at most, in Flink's spelling, or bytes where that would be nothing.
 *
 * @param bytes 0 or more
 */
export function inMebibytes(bytes: bigint | number): string {
  const mebibytes = Math.round((Number(bytes) / 1048576) * 10) / 10;
  return mebibytes === 0 && Number(bytes) !== 0 ? `${bytes} bytes` : `${mebibytes}m`;
}

/**
 * A share of some bytes, cut to whole bytes as Flink does: the decimal digits of the factor count, not its binary value.
 * Source: Flink `MemorySize.multiply`, which uses `BigDecimal.valueOf(double)`.
 *
 * @param bytes 0 or more
 * @param factor 0 or more
 */
export function multiplyMemory(bytes: bigint, factor: number): bigint {
  const [mantissa, exponent = '0'] = String(factor).split('e');
  const [whole, part = ''] = mantissa.split('.');
  const scale = part.length - Number(exponent);
  const product = bytes * BigInt(whole + part);
  return scale >= 0 ? product / 10n ** BigInt(scale) : product * 10n ** BigInt(-scale);
}

/** Text without the characters at its ends that Java's `String.trim` removes. */
export function javaTrim(text: string): string {
  return text.replace(/^[\0- ]+|[\0- ]+$/g, '');
}
