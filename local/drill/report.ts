import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../project';
import { Aim, aimsOf } from './aims';
import { barChart } from './bar-chart';
import { CONFIGURATIONS } from './configuration';
import { KINDS } from './kills';
import { DrillRecord, LossesRecord, readLosses, readRecords } from './record';
import { SCENARIOS } from './scenario';
import { Row, rowsOf } from './table';
import { timelineChart } from './timeline-chart';

const START = '<!-- figures of npm run drill -->';
const END = '<!-- end of the figures of npm run drill -->';
const PICTURE = '![Time without all tasks, and work done again, in each scenario and configuration](measurements/drill.svg)';
/** What README shows: the losses that come most often. */
const IN_SHORT = ['notice', 'kill', 'vanish'];

/** Writes what the newest records say into the pages and the pictures. Gives the names of the files. */
export function writeReport(): string[] {
  const records = [...readRecords()].sort(([a], [b]) => Number(b) - Number(a)).map(([, record]) => record);
  if (records.length === 0) throw new Error('there is no record: npm run drill -- --record makes one');
  const files: Record<string, string | undefined> = {
    'docs/performance.md': withFigures('docs/performance.md', `${PICTURE}\n\n${records.map(section).join('\n')}\n${readLosses().map(losses).join('\n')}`),
    'README.md': withFigures('README.md', inShort(records[0])),
    'docs/measurements/drill.svg': barChart(rowsOf(records[0].runs), records[0]),
    'docs/measurements/spot-loss.svg': timelineChart(records[0]),
  }; // prettier-ignore
  const made = Object.entries(files).filter((each): each is [string, string] => each[1] !== undefined);
  for (const [name, content] of made) writeFileSync(join(PROJECT, name), content);
  return made.map(([name]) => name);
}

/** A page with other figures at their place. */
function withFigures(name: string, figures: string): string {
  const text = readFileSync(join(PROJECT, name), 'utf8');
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${name} has no place for the figures: put '${START}' and '${END}' around it`);
  return `${text.slice(0, start + START.length)}\n\n${figures}\n${text.slice(end)}`;
}

/** The figures of README: what the usual losses cost each configuration that takes part in all of them. */
function inShort({ flink, runs }: DrillRecord): string {
  const rows = rowsOf(runs);
  const lines = CONFIGURATIONS.filter(({ only }) => !only).map(({ name, title }) => {
    const [notice, kill, vanish] = IN_SHORT.map((scenario) => rows.find((row) => row.scenario === scenario && row.configuration === name));
    const noticed = [notice?.withoutFullProgress, notice?.replayedSeconds, notice?.missing].map((each) => each?.toFixed(1) ?? '');
    const lost = [kill?.withoutFullProgress.toFixed(1), kill?.restarts, vanish?.withoutFullProgress.toFixed(1)];
    return `| ${title} | ${[...noticed, ...lost].join(' | ')} |`;
  });
  return [
    `| Flink ${flink}, medians | Notice: without all tasks, s | work done again, s | then one TaskManager fewer, s | SIGKILL: without all tasks, s | restarts | Host vanished: without all tasks, s |`,
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...lines,
    '',
  ].join('\n');
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
    ...aimsOf(runs, flink).map(aimRow),
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

function aimRow({ what, most, found, digits }: Aim): string {
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
