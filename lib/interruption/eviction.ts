import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'aws-cdk-lib';

/** Longest grace that still ends within the two minutes of a Spot notice, in seconds. Source: EC2 Spot Instance interruption notices. */
const LONGEST_GRACE = 110;

/** What Flink itself needs to stop after the hook, in seconds: the JVM is halted after 5. Source: Flink `JvmShutdownSafeguard`. */
const STOP_SECONDS = 10;

/** What is left to the checkpoint when a replacement has not come, in seconds. */
const CHECKPOINT_SECONDS = 15;

/** Options of `FlinkEviction.checkpointFirst`. */
export interface CheckpointFirstOptions {
  /**
   * How long a pod waits for its checkpoint at most.
   *
   * @default Duration.seconds(45)
   */
  readonly deadline?: Duration;
  /**
   * How long a TaskManager waits, before it asks for the checkpoint, until there are other slots for its tasks: those of a spare, or of
   * its replacement. It works on meanwhile. Not used where the job would restart when a replacement comes.
   *
   * @default Duration.seconds(30)
   */
  readonly replacementWait?: Duration;
  /**
   * Time from the eviction to the kill. Source: Kubernetes `terminationGracePeriodSeconds`.
   *
   * @default - the deadline and 15 seconds
   */
  readonly grace?: Duration;
}

/** What an eviction needs to know of the job. */
export interface FlinkEvictionBindOptions {
  /** Whether a TaskManager that comes leaves the job as it is for a while, so that one that goes can wait for it. */
  readonly replacementFirst: boolean;
}

/** What an eviction means for the pods: values only. */
export interface FlinkEvictionConfig {
  /** `terminationGracePeriodSeconds`. */
  readonly graceSeconds: number;
  /**
   * Script that runs before SIGTERM.
   *
   * @default - none
   */
  readonly hook?: EvictionHook;
  /** Flink options that the script relies on. */
  readonly properties: Record<string, string>;
  /** What is wrong, one sentence each. */
  readonly problems: string[];
  /** Risky but legal, one sentence each. */
  readonly warnings: string[];
}

/** A script that runs before SIGTERM. */
export interface EvictionHook {
  /** Name of its file. */
  readonly fileName: string;
  /** Its text. */
  readonly script: string;
  /** Fourth argument of the script: how long it waits at most, in seconds. */
  readonly deadlineSeconds: number;
  /** Fifth argument of the script: how long it waits for a replacement, in seconds; 0 does not wait. */
  readonly replacementSeconds: number;
}

/** What Flink's pods do when they are told to leave: at a Spot notice, a drain, a deploy, or when there are fewer of them. */
export abstract class FlinkEviction {
  /**
   * Takes a checkpoint first and leaves as soon as it is complete. Pods that leave together share one. Without a JobManager, a
   * running job or a checkpoint in time the pod goes at once.
   *
   * @param options deadline and grace
   */
  public static checkpointFirst(options: CheckpointFirstOptions = {}): FlinkEviction {
    return new CheckpointFirst(options);
  }

  /** Leaves at once: the job restarts from its last periodic checkpoint. */
  public static atOnce(): FlinkEviction {
    return new AtOnce();
  }

  /** What it means for the pods. */
  public abstract bind(options: FlinkEvictionBindOptions): FlinkEvictionConfig;
}

class AtOnce extends FlinkEviction {
  public bind(): FlinkEvictionConfig {
    return { graceSeconds: 30, properties: {}, problems: [], warnings: [] };
  }
}

class CheckpointFirst extends FlinkEviction {
  private readonly deadline: number;
  private readonly grace: number;
  private readonly replacement: number;

  constructor(options: CheckpointFirstOptions) {
    super();
    this.deadline = (options.deadline ?? Duration.seconds(45)).toSeconds();
    // Of a shorter deadline the last part is left to the checkpoint.
    this.replacement = options.replacementWait
      ? options.replacementWait.toSeconds()
      : Math.max(0, Math.min(30, this.deadline - CHECKPOINT_SECONDS));
    this.grace = options.grace ? options.grace.toSeconds() : this.deadline + 15;
  }

  public bind({ replacementFirst }: FlinkEvictionBindOptions): FlinkEvictionConfig {
    const fileName = 'checkpoint-before-leaving.sh';
    const script = readFileSync(join(__dirname, 'data', fileName), 'utf8');
    return {
      graceSeconds: this.grace,
      hook: { fileName, script, deadlineSeconds: this.deadline, replacementSeconds: replacementFirst ? this.replacement : 0 },
      properties: {
        // The script looks whether a checkpoint is under way; Flink's answer may be 3 seconds old by default.
        'rest.cache.checkpoint-statistics.timeout': '100 ms',
        // It speaks no TLS.
        'security.ssl.rest.enabled': 'false',
      },
      problems: this.problems(),
      warnings: this.warnings(),
    };
  }

  private problems(): string[] {
    const problems: string[] = [];
    if (this.deadline < 5) {
      problems.push(
        `eviction.deadline is ${this.deadline} s: allowed are 5 s or more, because a checkpoint takes about a second and the look before it another; use Duration.seconds(45)`,
      );
    }
    if (this.deadline + STOP_SECONDS > this.grace) {
      problems.push(
        `eviction.deadline ${this.deadline} s and ${STOP_SECONDS} s for Flink to stop are more than eviction.grace ${this.grace} s: the pod would be killed in the middle; raise grace or lower deadline`,
      );
    }
    if (this.replacement + 5 > this.deadline) {
      problems.push(
        `eviction.replacementWait is ${this.replacement} s with eviction.deadline ${this.deadline} s: allowed is 5 s less than the deadline, because the checkpoint comes after it; lower replacementWait or raise deadline`,
      );
    }
    return problems;
  }

  private warnings(): string[] {
    if (this.grace <= LONGEST_GRACE) return [];
    return [
      `eviction.grace is ${this.grace} s: a Spot Instance goes 120 s after its notice, so the last seconds may never come; ${LONGEST_GRACE} s is the most that fits`,
    ];
  }
}
