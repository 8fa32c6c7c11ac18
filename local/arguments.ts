import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, ParseArgsConfig } from 'node:util';
import { Problem } from './problem';

/** Flink lines that the sample is built for. */
export const LINES = ['2.2', '1.20'] as const;

/** What the user wants of the local run. */
export interface LocalArguments {
  /** Cloud assembly; undefined: the sample is synthesized. */
  readonly app?: string;
  readonly application?: string;
  /** Undefined: the sample is built. */
  readonly jar?: string;
  /** Milliseconds; undefined: until Ctrl-C. */
  readonly duration?: number;
  /** Ticks a second; 0 sends none. */
  readonly rate: number;
  readonly taskManagers: number;
  readonly uiPort: number;
  readonly generator: boolean;
  /** Undefined: the newest whose Kinesis connector resolves. */
  readonly line?: string;
}

/** Shown by `--help` and with every wrong argument. */
export const USAGE = `npm run local -- [options]

Runs the sample, or any synthesized Flink application, on real Flink on this machine with emulated S3 and Kinesis.

  --duration 60s        end after so long (s, m or h), with a table of what was done; otherwise Ctrl-C ends
  --rate 100            ticks a second that are sent; 0 sends none
  --task-managers 2     TaskManagers that are started
  --ui-port 8081        port of the Flink UI; 0 takes any free one
  --app cdk.out         another synthesized CDK app, with --jar
  --application NAME    which of its Flink applications, if it has several
  --jar PATH            the job
  --line 1.20           Flink line of the sample: ${LINES.join(' or ')}
  --source generator    the sample makes its ticks itself; no Kinesis connector is needed`;

const OPTIONS = {
  app: { type: 'string' },
  application: { type: 'string' },
  jar: { type: 'string' },
  duration: { type: 'string' },
  rate: { type: 'string', default: '100' },
  'task-managers': { type: 'string', default: '2' },
  'ui-port': { type: 'string', default: '8081' },
  source: { type: 'string', default: 'kinesis' },
  line: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

/** The arguments of the command line; undefined when help is asked for. */
export function readArguments(given: string[]): LocalArguments | undefined {
  const values = parse(given);
  if (values.help) return undefined;
  const { app, application, jar, duration, source, line } = values;
  if (app !== undefined && jar === undefined)
    throw new Problem(`--app needs --jar with the job's jar: the template names an image, not a file`);
  if (app === undefined && application !== undefined)
    throw new Problem('--application chooses one of the applications of --app: give --app too');
  if (jar !== undefined) requireJar(jar);
  if (app !== undefined && line !== undefined)
    throw new Problem(`--line is the Flink line of the sample; the template of --app names its own: leave --line out`);
  if (app !== undefined && source === 'generator')
    throw new Problem(`--source generator is a way of the sample; a job of --app has its own sources: leave --source out`);
  if (!['kinesis', 'generator'].includes(source)) throw new Problem(`--source is '${source}': allowed are kinesis and generator`);
  if (line !== undefined && !LINES.some((each) => each === line))
    throw new Problem(`--line is '${line}': allowed are ${LINES.join(' and ')}`);
  return {
    app: app === undefined ? undefined : resolve(app),
    application,
    jar: jar === undefined ? undefined : resolve(jar),
    duration: duration === undefined ? undefined : parseDuration(duration),
    rate: parseRate(values.rate),
    taskManagers: parseWhole('--task-managers', values['task-managers'], 1, 20),
    uiPort: parseWhole('--ui-port', values['ui-port'], 0, 65_535),
    generator: source === 'generator',
    line,
  };
}

/** `60s`, `5m` or `1h` in milliseconds. */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const duration = Number(number) * ({ s: 1_000, m: 60_000, h: 3_600_000 }[unit] ?? NaN);
  if (duration > 0 && duration < 2 ** 31) return duration;
  throw new Problem(`--duration is '${text}': allowed is a whole number above 0 with s, m or h, up to 24 days, for example 60s`);
}

/** Ticks a second. */
export function parseRate(text: string): number {
  return parseWhole('--rate', text, 0, 100_000);
}

function parse(given: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: joined(given), options: OPTIONS }).values;
  } catch (error) {
    throw new Problem(`${(error as Error).message}\n\n${USAGE}`);
  }
}

/** `--rate -5` as `--rate=-5`, so that the number is refused for its value and not for its looks. */
export function joined(given: string[]): string[] {
  const isOption = (text: string | undefined): boolean => /^--[a-z-]+$/.test(text ?? '');
  const isBelowZero = (text: string): boolean => /^-\d/.test(text);
  return given.flatMap((text, index) => {
    if (isBelowZero(text) && isOption(given[index - 1])) return [];
    const next = given[index + 1] ?? '';
    return isOption(text) && isBelowZero(next) ? [`${text}=${next}`] : [text];
  });
}

function parseWhole(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Problem(`${name} is '${text}': allowed is a whole number from ${least} to ${most}`);
}

function requireJar(jar: string): void {
  if (!existsSync(jar))
    throw new Problem(
      `--jar '${jar}' does not exist (looked for ${resolve(jar)}): build the job first, for example mvn package, and give the jar below target`,
    );
  if (!jar.endsWith('.jar')) throw new Problem(`--jar '${jar}' is no jar: give the shaded jar of the job`);
}
