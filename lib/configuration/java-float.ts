/**
 * A number as Java's `Float.parseFloat` reads it: rounded once. JavaScript rounds to a double first, and where that lies exactly between
 * two floats the second rounding may go the other way, which Flink's memory shows to the byte. Source: Java `Float.valueOf`.
 *
 * @param text a decimal number; NaN when it is none
 */
export function parseFloat32(text: string): number {
  const double = Number(text);
  const float = Math.fround(double);
  if (!Number.isFinite(float) || float === double) return float;
  const other = neighbour(float, double > float);
  // Only where the double lies in the middle could it have come from either side.
  if (Math.abs(double - float) !== Math.abs(other - double)) return float;
  const side = compare(text.trim(), double);
  if (side === 0) return float;
  return side > 0 ? Math.max(float, other) : Math.min(float, other);
}

/** The next float above or below. */
function neighbour(float: number, above: boolean): number {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, float);
  bits.setInt32(0, bits.getInt32(0) + (above === float >= 0 ? 1 : -1));
  return bits.getFloat32(0);
}

/** Whether a decimal number is above (1), below (-1) or equal to (0) a double, exactly. */
function compare(text: string, double: number): number {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return 0;
  const [, sign, whole, decimals, exponent = '0'] = match;
  let digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${decimals}`);
  let scaled = double;
  let twos = 0n;
  for (; !Number.isInteger(scaled); scaled *= 2) twos++;
  let binary = BigInt(scaled);
  const tens = Number(exponent) - decimals.length;
  if (tens < 0) binary *= 10n ** BigInt(-tens);
  else digits *= 10n ** BigInt(tens);
  digits *= 2n ** twos;
  if (digits === binary) return 0;
  return digits > binary ? 1 : -1;
}
