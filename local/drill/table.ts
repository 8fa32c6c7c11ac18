import { CONFIGURATIONS } from './configuration';
import { DrillResult } from './drill-run';
import { DrillRun } from './record';
import { SCENARIOS } from './scenario';

/** One cell of the table: medians over its runs. Times in seconds. */
export interface Row {
  readonly scenario: string;
  readonly configuration: string;
  readonly runs: number;
  readonly failed: number;
  /** From the loss until all tasks ran again. */
  readonly recovery: number;
  readonly withoutFullProgress: number;
  readonly restarts: number;
  readonly replayedSeconds: number;
  readonly replayedRecords: number;
  readonly missing: number;
  readonly lost: number;
  /** Doubled records and wrong windows together. */
  readonly wrong: number;
}

/** The rows of a set of runs, in the order of scenarios and configurations. */
export function rowsOf(runs: DrillRun[]): Row[] {
  return SCENARIOS.flatMap((scenario) =>
    CONFIGURATIONS.flatMap((configuration) => {
      const own = runs.filter((run) => run.scenario === scenario.name && run.configuration === configuration.name);
      return own.length === 0 ? [] : [rowOf(scenario.name, configuration.name, own)];
    }),
  );
}

function rowOf(scenario: string, configuration: string, own: DrillRun[]): Row {
  const results = own.flatMap(({ result }) => (result ? [result] : []));
  const middle = (of: (result: DrillResult) => number): number => median(results.map(of));
  const sum = (of: (result: DrillResult) => number): number => results.reduce((all, each) => all + of(each), 0);
  return {
    scenario,
    configuration,
    runs: own.length,
    failed: own.length - results.length,
    recovery: middle(({ recoveries }) => recoveries.at(-1) ?? 0),
    withoutFullProgress: middle((each) => each.withoutFullProgress),
    restarts: middle((each) => each.restarts),
    replayedSeconds: middle((each) => each.replayedSeconds),
    replayedRecords: middle((each) => each.replayedRecords),
    missing: middle((each) => each.missingTaskManagerSeconds),
    lost: sum((each) => each.lost),
    wrong: sum((each) => each.doubled + each.wrong),
  };
}

/** Middle of some numbers; NaN of none. */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}

const HEAD = ['scenario', 'configuration', 'runs', 'not all tasks, s', 'restarts', 'replay, s', 'missing, TM s', 'lost', 'wrong'];

/** The table for the terminal. */
export function drillTable(runs: DrillRun[]): string {
  const cells = rowsOf(runs).map((row) => [
    row.scenario,
    row.configuration,
    row.failed > 0 ? `${row.runs} (${row.failed} failed)` : String(row.runs),
    row.withoutFullProgress.toFixed(1),
    String(row.restarts),
    row.replayedSeconds.toFixed(1),
    row.missing.toFixed(0),
    String(row.lost),
    String(row.wrong),
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...cells].map((row) => row[column].length)));
  return [HEAD, ...cells]
    .map((row) => row.map((each, column) => (column < 2 ? each.padEnd(widths[column]) : each.padStart(widths[column]))).join('  '))
    .join('\n');
}
