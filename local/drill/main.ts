import { loadavg } from 'node:os';
import { ApplicationTemplate } from '../application-template';
import { requireTools } from '../prerequisites';
import { describe } from '../problem';
import { DrillArguments, DRILL_USAGE, readDrillArguments } from './arguments';
import { CONFIGURATIONS, DrillConfiguration } from './configuration';
import { buildDrillJob, synthesizeDrill } from './drill-job';
import { drillOnce, DrillResult } from './drill-run';
import { Quiet } from './quiet';
import { addToRecord, DrillRun } from './record';
import { Scenario, SCENARIOS } from './scenario';
import { drillTable } from './table';

const log = (line: string): void => console.log(line);

interface Cell {
  readonly scenario: Scenario;
  readonly configuration: DrillConfiguration;
}

async function main(signal: AbortSignal): Promise<void> {
  const given = readDrillArguments(process.argv.slice(2));
  if (!given) return log(DRILL_USAGE);
  await requireTools({ maven: false });
  const templates = await synthesizeDrill(given.line, signal);
  const flink = [...templates.values()][0].version;
  const jar = await buildDrillJob(flink, log, signal);
  const runs = await runCells(
    cellsOf(given),
    given,
    (cell, quiet) => runCell(cell, templates, jar, quiet, signal),
    (run) => {
      if (given.record) addToRecord(flink, [run]);
    },
  );
  log(`\n${drillTable(runs)}\n`);
}

/** Rounds: every cell once, then those that have more runs once more. A machine that becomes slower slows all configurations. */
function cellsOf({ scenarios, configurations, runs }: DrillArguments): Cell[] {
  const chosen = SCENARIOS.filter(({ name }) => scenarios.includes(name));
  const rounds = Math.max(...chosen.map((scenario) => runs ?? scenario.runs));
  return Array.from({ length: rounds }, (_, round) =>
    chosen
      .filter((scenario) => (runs ?? scenario.runs) > round)
      .flatMap((scenario) =>
        CONFIGURATIONS.filter(({ name, only }) => configurations.includes(name) && (!only || only.includes(scenario.name))).map(
          (configuration) => ({ scenario, configuration }),
        ),
      ),
  ).flat();
}

async function runCells(
  cells: Cell[],
  { lanes, minutes }: DrillArguments,
  work: (cell: Cell, quiet: Quiet) => Promise<DrillRun>,
  onRun: (run: DrillRun) => void,
): Promise<DrillRun[]> {
  const quiet = new Quiet();
  const runs: DrillRun[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < cells.length && process.uptime() < (minutes ?? Infinity) * 60) {
      const number = ++next;
      const run = await work(cells[number - 1], quiet);
      runs.push(run);
      onRun(run);
      const place = `${new Date().toTimeString().slice(0, 8)}  ${number}/${cells.length}`;
      log(`${place}  ${run.scenario} x ${run.configuration}: ${summary(run)}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return runs;
}

async function runCell(
  { scenario, configuration }: Cell,
  templates: Map<string, ApplicationTemplate>,
  jar: string,
  quiet: Quiet,
  signal: AbortSignal,
): Promise<DrillRun> {
  signal.throwIfAborted();
  const template = configuration.apply(templates.get(configuration.application) as ApplicationTemplate);
  const load = Number(loadavg()[0].toFixed(1));
  const run = { scenario: scenario.name, configuration: configuration.name, at: new Date().toISOString(), load };
  try {
    return { ...run, result: await drillOnce(template, jar, scenario, quiet, signal) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...run, failure: describe(error) };
  }
}

function summary({ result, failure }: { result?: DrillResult; failure?: string }): string {
  if (!result) return `FAILED: ${failure}`;
  const { recoveries, replayedSeconds, restarts, lost, doubled, wrong, hookSeconds, hooks, missingTaskManagerSeconds: missing } = result;
  const recovered = recoveries.map((each) => each?.toFixed(1) ?? 'never').join(', ');
  const hook = hooks.some(Boolean) ? `; hook ${hookSeconds.map((each) => each.toFixed(1)).join(', ')} s: ${hooks.join(' | ')}` : '';
  return `recovery ${recovered} s, restarts ${restarts}, replay ${replayedSeconds.toFixed(1)} s, missing ${missing.toFixed(0)} TM s, lost ${lost}, doubled ${doubled}, wrong ${wrong}${hook}`;
}

const stop = new AbortController();
let asked = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (++asked > 1 ? process.exit(1) : stop.abort()));
main(stop.signal).catch((error: unknown) => {
  if (stop.signal.aborted) return log('stopped');
  console.error(`\n${describe(error)}`);
  process.exitCode = 1;
});
