import { ApplicationTemplate } from '../application-template';
import { requireTools } from '../prerequisites';
import { describe } from '../problem';
import { DrillArguments, DRILL_USAGE, readDrillArguments } from './arguments';
import { CONFIGURATIONS, DrillConfiguration } from './configuration';
import { buildDrillJob, synthesizeDrill } from './drill-job';
import { drillOnce, DrillResult } from './drill-run';
import { Quiet } from './quiet';
import { DrillRun, machine, writeRecord } from './record';
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
  const before = machine();
  const templates = await synthesizeDrill(given.line, signal);
  const flink = [...templates.values()][0].version;
  const jar = await buildDrillJob(flink, log, signal);
  const runs = await runCells(cellsOf(given), templates, jar, given, signal);
  log(`\n${drillTable(runs)}\n`);
  if (!given.record) return;
  const date = new Date().toISOString().slice(0, 10);
  const minutes = Math.round(process.uptime() / 6) / 10;
  const name = writeRecord({
    what: 'drill',
    date,
    flink,
    machine: before,
    versions: { node: process.versions.node, flink },
    minutes,
    runs,
  });
  log(`recorded in docs/measurements/${name}`);
}

/** Configurations take turns, so that a machine that becomes slower slows all of them. */
function cellsOf({ scenarios, configurations, runs }: DrillArguments): Cell[] {
  const chosen = CONFIGURATIONS.filter(({ name }) => configurations.includes(name));
  return SCENARIOS.filter(({ name }) => scenarios.includes(name)).flatMap((scenario) =>
    Array.from({ length: runs ?? scenario.runs }, () =>
      chosen.filter(({ only }) => !only || only.includes(scenario.name)).map((configuration) => ({ scenario, configuration })),
    ).flat(),
  );
}

async function runCells(
  cells: Cell[],
  templates: Map<string, ApplicationTemplate>,
  jar: string,
  { lanes }: DrillArguments,
  signal: AbortSignal,
): Promise<DrillRun[]> {
  const quiet = new Quiet();
  const runs: DrillRun[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < cells.length) {
      signal.throwIfAborted();
      const number = ++next;
      const { scenario, configuration } = cells[number - 1];
      const template = configuration.apply(templates.get(configuration.application) as ApplicationTemplate);
      const run = { scenario: scenario.name, configuration: configuration.name };
      const done = await drillOnce(template, jar, scenario, quiet, signal).then(
        (result) => ({ ...run, result }),
        (error: unknown) => ({ ...run, failure: describe(error) }),
      );
      runs.push(done);
      log(
        `${new Date().toTimeString().slice(0, 8)}  ${number}/${cells.length}  ${scenario.name} x ${configuration.name}: ${summary(done)}`,
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return runs;
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
