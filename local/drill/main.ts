import { loadavg } from 'node:os';
import { ApplicationTemplate } from '../application-template';
import { requireTools } from '../prerequisites';
import { describe } from '../problem';
import { DrillArguments, DRILL_USAGE, readDrillArguments } from './arguments';
import { CONFIGURATIONS, DrillConfiguration } from './configuration';
import { DrillCluster } from './drill-cluster';
import { buildDrillJob, synthesizeDrill } from './drill-job';
import { drillOnce, DrillResult } from './drill-run';
import { manyLosses } from './kills';
import { Quiet } from './quiet';
import { addToRecord, DrillRun, recordLongForm } from './record';
import { writeReport } from './report';
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
  if (given.report) return log(`made anew: ${writeReport().join(', ')}`);
  await requireTools({ maven: false });
  const templates = await synthesizeDrill(given.line, signal);
  const flink = [...templates.values()][0].version;
  const jar = await buildDrillJob(flink, log, signal);
  if (given.kills !== undefined) return longForm(given, given.kills, templates, jar, signal);
  const runs = await runCells(
    cellsOf(given),
    given,
    (cell, quiet) => runCell(cell, templates, jar, quiet, signal),
    (run) => {
      if (given.record) addToRecord(flink, [run]);
    },
  );
  log(`\n${drillTable(runs)}\n`);
  if (given.record) log(`recorded; made anew: ${writeReport().join(', ')}`);
}

/** One cluster, so many losses; with the configuration that is named, or with fixed parallelism. */
async function longForm(
  { configurations, seed, record }: DrillArguments,
  kills: number,
  templates: Map<string, ApplicationTemplate>,
  jar: string,
  signal: AbortSignal,
): Promise<void> {
  const configuration = CONFIGURATIONS.find(
    ({ name }) => name === (configurations.length === 1 ? configurations[0] : 'fixed'),
  ) as DrillConfiguration;
  const template = configuration.apply(templates.get(configuration.application) as ApplicationTemplate);
  const cluster = await DrillCluster.start(template, jar, 0, signal);
  try {
    const done = await manyLosses(cluster, { kills, seed }, (number, kind) =>
      log(`${new Date().toTimeString().slice(0, 8)}  ${number}/${kills}  ${kind}`),
    );
    const { windows, lost, doubled, wrong, records, replayedRecords } = done;
    log(
      `\n${kills} losses, seed ${seed}: ${windows} windows of ${records} records compared; lost ${lost}, doubled ${doubled}, wrong ${wrong}; ${replayedRecords} records processed again`,
    );
    if (record) log(`recorded in docs/measurements/${recordLongForm(template.version, configuration.name, done)}`);
    if (lost + doubled + wrong > 0) process.exitCode = 1;
  } finally {
    await cluster.stop();
  }
}

/** Rounds: every cell once, then those that have more runs once more. A machine that becomes slower slows all configurations. */
function cellsOf({ scenarios, configurations, runs }: DrillArguments): Cell[] {
  const chosen = SCENARIOS.filter(({ name }) => scenarios.includes(name));
  const cells = chosen.flatMap((scenario) =>
    CONFIGURATIONS.filter(({ name, only }) => configurations.includes(name) && (!only || only.scenarios.includes(scenario.name))).map(
      (configuration) => ({ scenario, configuration }),
    ),
  );
  const times = ({ scenario, configuration }: Cell): number => runs ?? configuration.only?.runs ?? scenario.runs;
  return Array.from({ length: Math.max(...cells.map(times)) }, (_, round) => cells.filter((cell) => times(cell) > round)).flat();
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
