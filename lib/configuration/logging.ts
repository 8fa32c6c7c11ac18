import { Size } from 'aws-cdk-lib';

/** Size of the volume that holds the log files of a pod, in MiB: an emptyDir that is full costs the pod. */
export const LOG_VOLUME_MIB = 256;

/** How much is logged. Source: log4j 2, `Level`. */
export enum LogLevel {
  /** Nothing. */
  OFF = 'OFF',
  /** What stops something. */
  ERROR = 'ERROR',
  /** What may become an error. */
  WARN = 'WARN',
  /** What happens. */
  INFO = 'INFO',
  /** How it happens. */
  DEBUG = 'DEBUG',
  /** Every step. */
  TRACE = 'TRACE',
}

/** Options of `FlinkLogging.console`. */
export interface ConsoleLoggingOptions {
  /**
   * Level of everything.
   *
   * @default LogLevel.INFO
   */
  readonly level?: LogLevel;
  /**
   * Levels by logger: a package or a class, for example `com.example.prices`.
   *
   * @default - `org.apache.pekko` INFO, and netty's exceptions of broken connections off
   */
  readonly loggers?: Record<string, LogLevel>;
  /**
   * Size of a file that the Flink UI shows, before the next is begun.
   *
   * @default Size.mebibytes(20)
   */
  readonly fileSize?: Size;
  /**
   * How many full files are kept. All files together must fit the pod's log volume of 256 MiB.
   *
   * @default 5
   */
  readonly files?: number;
}

/** What Flink's processes log. Source: Flink, "Advanced Logging"; properties of log4j 2. */
export class FlinkLogging {
  /**
   * Everything to the console, where the node's log agent takes it, and to small files that the Flink UI shows.
   *
   * @param options levels, and bounds of the files
   */
  public static console(options: ConsoleLoggingOptions = {}): FlinkLogging {
    const { fileSize = Size.mebibytes(20), files = 5 } = options;
    const problems = [...boundProblems(fileSize, files), ...loggerProblems(options.loggers ?? {})];
    return new FlinkLogging(problems.length > 0 ? '' : log4j(options, fileSize.toKibibytes(), files), problems);
  }

  /**
   * Your own.
   *
   * @param content of `log4j-console.properties`; bound its files yourself
   */
  public static fromText(content: string): FlinkLogging {
    return new FlinkLogging(content, []);
  }

  private constructor(
    /** Content of `log4j-console.properties`. */
    public readonly content: string,
    /** What is wrong, one sentence each. */
    public readonly problems: readonly string[],
  ) {}
}

function log4j({ level, loggers }: ConsoleLoggingOptions, fileKib: number, files: number): string {
  const levels = { 'org.apache.pekko': LogLevel.INFO, 'org.jboss.netty.channel.DefaultChannelPipeline': LogLevel.OFF, ...loggers };
  const own = Object.entries(levels).flatMap(([name, each], index) => [
    `logger.logger${index}.name=${name}`,
    `logger.logger${index}.level=${each}`,
  ]);
  return `monitorInterval=30
rootLogger.level=${level ?? LogLevel.INFO}
rootLogger.appenderRef.console.ref=ConsoleAppender
rootLogger.appenderRef.rolling.ref=RollingFileAppender

${own.join('\n')}

appender.console.name=ConsoleAppender
appender.console.type=CONSOLE
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n

appender.rolling.name=RollingFileAppender
appender.rolling.type=RollingFile
appender.rolling.append=true
appender.rolling.fileName=\${sys:log.file}
appender.rolling.filePattern=\${sys:log.file}.%i
appender.rolling.layout.type=PatternLayout
appender.rolling.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.rolling.policies.type=Policies
appender.rolling.policies.size.type=SizeBasedTriggeringPolicy
appender.rolling.policies.size.size=${fileKib}KB
appender.rolling.strategy.type=DefaultRolloverStrategy
appender.rolling.strategy.max=${files}
`;
}

function boundProblems(fileSize: Size, files: number): string[] {
  const path = 'observability.logging';
  if (fileSize.isUnresolved())
    return [`${path}.fileSize is a size that only a deployment knows: allowed is a plain one; give it from context`];
  if (!Number.isInteger(files) || files < 1) {
    return [`${path}.files is ${files}: allowed is a whole number of 1 or more, because a file that is full is renamed; use 5`];
  }
  const mib = fileSize.toMebibytes({ rounding: 1 });
  const all = mib * (files + 1);
  if (mib >= 1 && all <= LOG_VOLUME_MIB) return [];
  return [
    `${path} has files of ${mib} MiB, ${files} kept and one open, ${all} MiB in all: allowed are files of 1 MiB or more and ${LOG_VOLUME_MIB} MiB in all, because a pod that fills its log volume is evicted; lower files or fileSize`,
  ];
}

function loggerProblems(loggers: Record<string, LogLevel>): string[] {
  return Object.keys(loggers)
    .filter((name) => !/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(name))
    .map(
      (name) =>
        `observability.logging.loggers has '${name}': allowed is a Java package or class, because log4j finds loggers by it; use for example 'com.example.prices'`,
    );
}
