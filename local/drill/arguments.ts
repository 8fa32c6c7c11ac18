import { parseArgs, ParseArgsConfig } from 'node:util';
import { LINES } from '../arguments';
import { Problem } from '../problem';
import { CONFIGURATIONS } from './configuration';
import { SCENARIOS } from './scenario';

/** What the user wants of the drill. */
export interface DrillArguments {
  readonly scenarios: string[];
  readonly configurations: string[];
  readonly line: string;
  /** Runs of every cell; undefined: as many as the scenario has. */
  readonly runs?: number;
  /** Clusters side by side. */
  readonly lanes: number;
  /** After so many minutes no run is started any more. */
  readonly minutes?: number;
  /** Kills of the long form; undefined: the table. */
  readonly kills?: number;
  readonly seed: number;
  /** Whether the result is written to docs. */
  readonly record: boolean;
  /** Whether only the pages are made anew from the recorded runs. */
  readonly report: boolean;
}

/** Shown by `--help` and with every wrong argument. */
export const DRILL_USAGE = `npm run drill -- [options]

Interrupts a job on real Flink in every way that matters and prints what each cost. A fresh cluster for every run.

  --scenario a,b        of ${SCENARIOS.map(({ name }) => name).join(', ')}
  --configuration a,b   of ${CONFIGURATIONS.map(({ name }) => name).join(', ')}
  --runs N              runs of every cell (notice, kill and vanish have 5, with the hook off 3, the others 1)
  --line 2.2            Flink line: ${LINES.join(' or ')}
  --lanes 3             clusters that wait side by side; starts and interruptions come one after the other
  --minutes 60          starts no run after so long; every cell has had one before any has a second
  --kills 100           the long form: so many losses, one after the other, and every result compared
  --seed 1              order of the long form
  --record              writes docs/measurements, the table in docs/performance.md and its picture
  --report              only makes table and picture anew from what is recorded`;

const OPTIONS = {
  scenario: { type: 'string' },
  configuration: { type: 'string' },
  line: { type: 'string', default: '2.2' },
  runs: { type: 'string' },
  lanes: { type: 'string', default: '3' },
  minutes: { type: 'string' },
  kills: { type: 'string' },
  seed: { type: 'string', default: '1' },
  record: { type: 'boolean', default: false },
  report: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

/** The arguments of the command line; undefined when help is asked for. */
export function readDrillArguments(given: string[]): DrillArguments | undefined {
  const values = parse(given);
  if (values.help) return undefined;
  if (!LINES.some((each) => each === values.line)) throw new Problem(`--line is '${values.line}': allowed are ${LINES.join(' and ')}`);
  return {
    scenarios: choose('--scenario', values.scenario, SCENARIOS),
    configurations: choose('--configuration', values.configuration, CONFIGURATIONS),
    line: values.line,
    runs: values.runs === undefined ? undefined : whole('--runs', values.runs, 1, 100),
    minutes: values.minutes === undefined ? undefined : whole('--minutes', values.minutes, 1, 1_000),
    lanes: whole('--lanes', values.lanes, 1, 8),
    kills: values.kills === undefined ? undefined : whole('--kills', values.kills, 1, 10_000),
    seed: whole('--seed', values.seed, 0, 2 ** 31),
    record: values.record,
    report: values.report,
  };
}

function parse(given: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'] {
  try {
    return parseArgs({ args: given, options: OPTIONS }).values;
  } catch (error) {
    throw new Problem(`${(error as Error).message}\n\n${DRILL_USAGE}`);
  }
}

function choose(option: string, given: string | undefined, known: { name: string }[]): string[] {
  const names = known.map(({ name }) => name);
  const wanted = given?.split(',') ?? names;
  const unknown = wanted.filter((each) => !names.includes(each));
  if (unknown.length > 0) throw new Problem(`${option} has '${unknown.join(', ')}': allowed are ${names.join(', ')}`);
  return wanted;
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Problem(`${option} is '${text}': allowed is a whole number from ${least} to ${most}`);
}
