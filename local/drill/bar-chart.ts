import { CONFIGURATIONS } from './configuration';
import { DrillRecord } from './record';
import { SCENARIOS } from './scenario';
import { COLOURS, Svg } from './svg';
import { Row } from './table';

const LEFT = 40;
const NAMES = 250;
const PANEL = 330;
const GAP = 60;
const BAR = 15;

/** How long not all tasks ran, and how much work was done again, in every cell of the four configurations. */
export function barChart(rows: Row[], { flink, date }: DrillRecord): string {
  const shown = rows.filter(({ configuration, failed, runs }) => configuration in COLOURS && failed < runs);
  const groups = SCENARIOS.map((scenario) => ({ scenario, rows: shown.filter((row) => row.scenario === scenario.name) })).filter(
    (group) => group.rows.length > 0,
  );
  const height = 120 + groups.reduce((sum, group) => sum + group.rows.length * (BAR + 3) + 34, 0);
  const svg = new Svg(LEFT + NAMES + 2 * PANEL + GAP + 70, height);
  svg.text(LEFT, 30, `What an interruption costs: medians, Flink ${flink}, ${date}`, { size: 18, bold: true });
  const panels = [
    { x: LEFT + NAMES, title: 'seconds in which not all tasks ran', of: (row: Row) => row.withoutFullProgress },
    { x: LEFT + NAMES + PANEL + GAP, title: 'seconds of work done again', of: (row: Row) => row.replayedSeconds },
  ];
  for (const { x, title } of panels) svg.text(x, 62, title, { size: 14, bold: true });
  let y = 78;
  for (const group of groups) {
    svg.text(LEFT, y + 14, group.scenario.title, { size: 14, bold: true });
    y += 22;
    for (const row of group.rows) {
      svg.text(LEFT + 12, y + 12, CONFIGURATIONS.find(({ name }) => name === row.configuration)?.title ?? '', { size: 12 });
      for (const { x, of } of panels) bar(svg, x, y, of(row), Math.max(1, ...shown.map(of)), COLOURS[row.configuration]);
      y += BAR + 3;
    }
    y += 12;
  }
  return svg.toString();
}

function bar(svg: Svg, x: number, y: number, value: number, most: number, colour: string): void {
  const width = (value / most) * PANEL;
  svg.line(x, y - 2, x, y + BAR + 2, '#999');
  svg.rectangle(x, y, width, BAR, colour);
  svg.text(x + width + 5, y + 12, value.toFixed(1), { size: 12 });
}
