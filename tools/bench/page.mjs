// Writes the figures of a recorded run into the page, between two markers. test/performance.test.ts compares them with the record.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, dirname } from 'node:path';

const START = '<!-- figures of npm run bench -->';
const END = '<!-- end of figures -->';

export function writeFigures(page, record, result) {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${page} has no place for the figures: put '${START}' and '${END}' around it`);
  writeFileSync(page, `${text.slice(0, start + START.length)}\n\n${figures(relative(dirname(page), record), result)}\n${text.slice(end)}`);
}

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
