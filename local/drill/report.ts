import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../project';
import { barChart } from './bar-chart';
import { CONFIGURATIONS } from './configuration';
import { KINDS } from './kills';
import { Promised, promisesOf } from './promises';
import { DrillRecord, LossesRecord, readLosses, readRecords } from './record';
import { SCENARIOS } from './scenario';
import { Row, rowsOf } from './table';
import { timelineChart } from './timeline-chart';

const START = '<!-- figures of npm run drill -->';
const END = '<!-- end of the figures of npm run drill -->';
const DOCS = join(PROJECT, 'docs');

/** Writes the tables of the newest records into docs/performance.md, and the pictures. Gives the names of the files. */
export function writeReport(): string[] {
  const records = [...readRecords()].sort(([a], [b]) => Number(b) - Number(a)).map(([, record]) => record);
  const page = join(DOCS, 'performance.md');
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${page} has no place for the figures: put '${START}' and '${END}' around it`);
  const picture = '![Time without all tasks, and work done again, in each scenario and configuration](measurements/drill.svg)\n\n';
  const figures = records.length > 0 ? `\n\n${picture}${records.map(section).join('\n')}\n${readLosses().map(losses).join('\n')}` : '\n';
  writeFileSync(page, `${text.slice(0, start + START.length)}${figures}${text.slice(end)}`);
  const pictures: Record<string, string | undefined> = {
    'drill.svg': records.length > 0 ? barChart(rowsOf(records[0].runs), records[0]) : undefined,
    'spot-loss.svg': records.length > 0 ? timelineChart(records[0]) : undefined,
  };
  const drawn = Object.entries(pictures).filter((each): each is [string, string] => each[1] !== undefined);
  for (const [name, picture] of drawn) writeFileSync(join(DOCS, 'measurements', name), picture);
  return ['docs/performance.md', ...drawn.map(([name]) => `docs/measurements/${name}`)];
}

/** What a record says, as text of the page. */
export function section({ flink, date, machine, versions, runs, name }: DrillRecord & { name: string }): string {
  const rows = rowsOf(runs);
  const loads = runs.map(({ load }) => load).sort((a, b) => a - b);
  return [
    `### Flink ${flink}`,
    '',
    '| Interruption | Configuration | Runs | Without all tasks, s | Restarts | Done again, s | TaskManagers missing, s | Lost | Wrong |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: |',
    ...rows.map(tableRow),
    '',
    `Medians; lost records and wrong or doubled results are sums. Recorded ${date} on ${machine.processors} processors and ${machine.memoryGib} GiB (${machine.system}) with Node ${versions.node}, ${runs.length} runs,`,
    `load of the machine ${loads[0]} to ${loads.at(-1)}: [raw runs](measurements/${name}).`,
    '',
    '| What was aimed at | At most | Found | |',
    '| --- | --: | --: | --- |',
    ...promisesOf(runs, flink).map(promiseRow),
    '',
  ].join('\n');
}

/** What a run of the long form says, as a line of the page. */
function losses({ flink, date, configuration, name, seed, losses: kinds, ...found }: LossesRecord & { name: string }): string {
  const counts = KINDS.map((kind) => `${kinds.filter((each) => each === kind).length} x ${kind}`).join(', ');
  return [
    `**${kinds.length} losses in a row** on Flink ${flink}, ${configuration}, seed ${seed} (${counts}): ${found.windows} windows of ${found.records} records`,
    `compared, ${found.lost} lost, ${found.doubled} doubled, ${found.wrong} wrong. Recorded ${date}: [the run](measurements/${name}).`,
    '',
  ].join('\n');
}

function promiseRow({ what, most, found, digits }: Promised): string {
  return `| ${what} | ${most} | ${found.toFixed(digits)} | ${found <= most ? 'kept' : '**missed**'} |`;
}

function tableRow(row: Row): string {
  const scenario = SCENARIOS.find(({ name }) => name === row.scenario)?.title ?? row.scenario;
  const configuration = CONFIGURATIONS.find(({ name }) => name === row.configuration)?.title ?? row.configuration;
  if (row.failed === row.runs) return `| ${scenario} | ${configuration} | ${row.runs} | did not run again within 150 s | | | | | |`;
  const runs = row.failed > 0 ? `${row.runs} (${row.failed} did not run again within 150 s)` : String(row.runs);
  const cells = [
    row.withoutFullProgress.toFixed(1),
    row.restarts,
    row.replayedSeconds.toFixed(1),
    row.missing.toFixed(0),
    row.lost,
    row.wrong,
  ];
  return `| ${scenario} | ${configuration} | ${runs} | ${cells.join(' | ')} |`;
}
