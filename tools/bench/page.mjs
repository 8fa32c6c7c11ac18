// Writes the figures of a recorded run into the page, between two markers. test/performance.test.ts compares them with the record.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, dirname } from 'node:path';

const END = '<!-- end of figures -->';

/** Puts the figures between their own marker and the next end. */
export function writeFigures(page, record, result, { marker, lines }) {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(marker);
  const end = text.indexOf(END, start);
  if (start < 0 || end < start) throw new Error(`${page} has no place for the figures: put '${marker}' and '${END}' around it`);
  const body = lines(relative(dirname(page), record), result);
  writeFileSync(page, `${text.slice(0, start + marker.length)}\n\n${body}\n${text.slice(end)}`);
}

export const synthesisFigures = { marker: '<!-- figures of npm run bench -->', lines: figures };
export const pathFigures = { marker: '<!-- critical path of npm run bench -->', lines: paths };

function figures(link, { date, machine, versions, milliseconds, median, ratio }) {
  const row = (title, name) => `| ${title} | ${milliseconds[name].join(', ')} | ${median[name]} |`;
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '| Synthesis, whole process | runs, ms | median, ms |',
    '| --- | --- | --- |',
    row('sample', 'sample'),
    row('bare stack', 'bare'),
    '',
    `Ratio **${ratio.toFixed(2)}**. ${Number(ratio.toFixed(2)) <= 1.5 ? 'The aim is met.' : 'The aim is missed.'}`,
    '',
    `Recorded ${date} on ${machine.processors} processors and ${machine.memoryGib} GiB (${machine.system}, load ${machine.loadBefore} before the run) with ${used.join(', ')}: [raw runs](${link}).`,
    '',
  ].join('\n');
}

function paths(link, { date, versions, paths: { bare, sample }, least, ratio, allowed }) {
  const row = (title, { seconds, types }) => `| ${title} | ${seconds} | ${types.join(' > ')} |`;
  return [
    '| Way to | s | Chain |',
    '| --- | --- | --- |',
    row("the last node, CDK's default", bare.nodes),
    row('the last node, sample', sample.nodes),
    row('the last resource of the platform, sample', sample.all),
    '',
    `Ratio to role, cluster and node group alone (${least} s) **${ratio.toFixed(2)}**; the aim of at most ${allowed} is ${ratio <= allowed ? 'met' : 'missed'}.`,
    '',
    `Recorded ${date} with aws-cdk-lib ${versions['aws-cdk-lib']}: [paths and weights](${link}).`,
    '',
  ].join('\n');
}
