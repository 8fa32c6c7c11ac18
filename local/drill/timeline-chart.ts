import { CONFIGURATIONS } from './configuration';
import { DrillResult } from './drill-run';
import { RATE, SHARDS } from './ledger';
import { DrillRecord } from './record';
import { COLOURS, Svg } from './svg';

const WIDTH = 900;
const LEFT = 70;
const RIGHT = 30;
const PANEL = 190;
const SHOWN = ['tutorial', 'fixed'];

/** How far behind the job was, second by second, around a notice: one real run of the tutorial's options and one of ours. */
export function timelineChart({ runs, flink, date }: DrillRecord): string | undefined {
  const chosen = SHOWN.flatMap((name) => {
    const results = runs.filter(({ scenario, configuration }) => scenario === 'notice' && configuration === name);
    const result = middleRun(results.flatMap((each) => (each.result ? [each.result] : [])));
    return result ? [{ name, result, lag: lagOf(result) }] : [];
  });
  if (chosen.length < SHOWN.length) return undefined;
  const seconds = Math.ceil(Math.max(...chosen.map(({ lag, result }) => end(lag, result))) / 5) * 5;
  const most = Math.ceil(Math.max(...chosen.flatMap(({ lag }) => lag.map(([, behind]) => behind))) / 5) * 5;
  const svg = new Svg(WIDTH, 70 + chosen.length * (PANEL + 95));
  svg.text(LEFT, 30, `A Spot notice, second by second: how far the job is behind (Flink ${flink}, ${date})`, { size: 17, bold: true });
  chosen.forEach(({ name, result, lag }, index) => panel(svg, 90 + index * (PANEL + 95), { name, result, lag, seconds, most }));
  return svg.toString();
}

/** Of several runs the one whose cost is in the middle. */
function middleRun(results: DrillResult[]): DrillResult | undefined {
  const sorted = [...results].sort((a, b) => a.withoutFullProgress - b.withoutFullProgress);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Seconds of records that have come and were not processed yet. */
function lagOf({ timeline: { seen } }: DrillResult): [seconds: number, behind: number][] {
  const [[begun, first]] = seen;
  return seen.map(([at, records]) => [at, Math.max(0, at - begun - (records - first) / (RATE * SHARDS))]);
}

/** When all is as before: the last time that the job was behind by more than a second. */
function end(lag: [number, number][], { timeline }: DrillResult): number {
  const behind = lag.filter(([, each]) => each > 1).at(-1)?.[0] ?? 0;
  return Math.max(behind, timeline.events.at(-1)?.[0] ?? 0) + 3;
}

interface Panel {
  readonly name: string;
  readonly result: DrillResult;
  readonly lag: [number, number][];
  readonly seconds: number;
  readonly most: number;
}

function panel(svg: Svg, top: number, { name, result, lag, seconds, most }: Panel): void {
  const x = (at: number): number => LEFT + (at / seconds) * (WIDTH - LEFT - RIGHT);
  const y = (behind: number): number => top + PANEL - (behind / most) * PANEL;
  const title = CONFIGURATIONS.find((each) => each.name === name)?.title ?? name;
  svg.text(LEFT, top - 12, title, { size: 14, bold: true, colour: COLOURS[name] });
  for (let behind = 0; behind <= most; behind += most / 5) {
    svg.line(LEFT, y(behind), WIDTH - RIGHT, y(behind), '#e5e5e5');
    svg.text(LEFT - 8, y(behind) + 4, `${Math.round(behind * 10) / 10} s`, { size: 12, anchor: 'end' });
  }
  for (let at = 0; at <= seconds; at += 5) svg.text(x(at), top + PANEL + 18, `${at} s`, { size: 12, anchor: 'middle' });
  for (const { from, to } of gaps(result)) svg.rectangle(x(from), top, x(to) - x(from), PANEL, '#f3dcdc');
  svg.path(
    lag.filter(([at]) => at <= seconds).map(([at, behind]) => [x(at), y(behind)]),
    COLOURS[name],
  );
  marks(result).forEach(([at, text], index) => {
    svg.line(x(at), top, x(at), top + PANEL, '#444', { dash: '4 3' });
    const anchor = at > seconds * 0.55 ? 'end' : 'start';
    svg.text(x(at) + (anchor === 'end' ? -4 : 4), top + 14 + index * 16, text, { size: 12, anchor });
  });
}

function gaps({ timeline, recoveries }: DrillResult): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from: number | undefined = timeline.evictions[0]?.[1];
  for (const [at, what] of timeline.events) {
    if (what !== 'running') from ??= at;
    else if (from !== undefined) {
      found.push({ from, to: at });
      from = undefined;
    }
  }
  return recoveries.length > 0 ? found : [];
}

function marks({ timeline, checkpointSeconds, restarts, replayedSeconds }: DrillResult): [number, string][] {
  const [[begun, terminated] = [0, 0]] = timeline.evictions;
  const last = timeline.events.filter(([, what]) => what === 'running').at(-1)?.[0] ?? terminated;
  const hook = terminated - begun > 0.2;
  const checkpoint = checkpointSeconds.length > 0 && hook ? `, checkpoint of ${checkpointSeconds[0].toFixed(1)} s` : '';
  const times = restarts === 1 ? 'one restart' : `${restarts} restarts`;
  return [
    [begun, `0 s: notice, the pod is evicted${checkpoint}`],
    [terminated, `${terminated.toFixed(1)} s: SIGTERM`],
    [last, `${last.toFixed(1)} s: all tasks run; ${times}, ${replayedSeconds.toFixed(1)} s of work done again`],
  ];
}
