import { Token } from 'aws-cdk-lib';

/** Options of `FlinkJob.jar`. */
export interface JarJobOptions {
  /** Main class, fully qualified, for example `flinkonspot.PriceMaxima`. Its jar lies in the image under `/opt/flink/usrlib`. */
  readonly entryClass: string;
  /**
   * Arguments of the main class. What `readFrom` and `writeTo` add comes after them.
   *
   * @default - none
   */
  readonly args?: string[];
}

/** The streaming program of an application. */
export class FlinkJob {
  /**
   * A jar in the image. Source: Flink, Application Mode, `standalone-job --job-classname`.
   *
   * @param options which class, with which arguments
   */
  public static jar(options: JarJobOptions): FlinkJob {
    const problems =
      Token.isUnresolved(options.entryClass) || CLASS_NAME.test(options.entryClass)
        ? []
        : [
            `job.entryClass is '${options.entryClass}': allowed is a fully qualified Java class name, because Flink starts the job by it; use for example 'flinkonspot.PriceMaxima'`,
          ];
    return new FlinkJob(options.entryClass, options.args ?? [], problems);
  }

  private constructor(
    /** Main class. */
    public readonly entryClass: string,
    /** Arguments of the main class. */
    public readonly args: string[],
    /** What is wrong, one sentence each. */
    public readonly problems: string[],
  ) {}
}

const CLASS_NAME = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/;
