import { Duration, Size } from 'aws-cdk-lib';

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
