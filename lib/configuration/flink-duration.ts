import { Duration, Size } from 'aws-cdk-lib';
import { javaTrim, MAX_LONG } from './memory-size';

/** A duration in Flink's spelling, in the largest unit that is exact. Source: Flink `TimeUtils`. */
export function flinkDuration(duration: Duration): string {
  const milliseconds = duration.toMilliseconds();
  if (milliseconds % 60_000 === 0 && milliseconds > 0) return `${milliseconds / 60_000} min`;
  if (milliseconds % 1000 === 0) return `${milliseconds / 1000} s`;
  return `${milliseconds} ms`;
}

/** A size in Flink's spelling: `m` is MiB, so Kubernetes' `4Gi` is `4096m`. Source: Flink `MemorySize`. */
export function flinkMemory(size: Size): string {
  return `${size.toMebibytes()}m`;
}

/** Nanoseconds of each unit that Flink knows. Source: Flink `TimeUtils.TimeUnit`. */
const UNITS: Record<string, bigint> = {};
[
  { names: ['d', 'day', 'days'], nanoseconds: 86_400_000_000_000n },
  { names: ['h', 'hour', 'hours'], nanoseconds: 3_600_000_000_000n },
  { names: ['m', 'min', 'minute', 'minutes'], nanoseconds: 60_000_000_000n },
  { names: ['s', 'sec', 'secs', 'second', 'seconds'], nanoseconds: 1_000_000_000n },
  { names: ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds'], nanoseconds: 1_000_000n },
  { names: ['µs', 'micro', 'micros', 'microsecond', 'microseconds'], nanoseconds: 1000n },
  { names: ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds'], nanoseconds: 1n },
].forEach(({ names, nanoseconds }) => names.forEach((name) => (UNITS[name] = nanoseconds)));

/**
 * Nanoseconds of a duration as every line of Flink reads it, or undefined where one fails; without a unit it is milliseconds.
 * ISO 8601 (`PT30S`) is not among them: 1.20 fails on it. Source: Flink `TimeUtils.parseDuration`.
 *
 * @param text for example `30 s`
 */
export function parseDuration(text: string): bigint | undefined {
  const match = /^(\d+)[\0- ]*([^]*)$/.exec(javaTrim(text));
  const unit = match && UNITS[match[2].toLowerCase()];
  return unit && BigInt(match[1]) <= MAX_LONG ? BigInt(match[1]) * unit : undefined;
}

/**
 * Milliseconds of a duration as Flink reads it, or undefined where Flink fails.
 *
 * @param text for example `30 s`
 */
export function parseMilliseconds(text: string): number | undefined {
  const nanoseconds = parseDuration(text);
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}
