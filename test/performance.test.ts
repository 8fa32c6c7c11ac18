import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// The figures of docs/performance.md are those of the recorded run that it links to, recomputed here from the raw runs.
const DOCS = join(dirname(__dirname), 'docs');
const page = readFileSync(join(DOCS, 'performance.md'), 'utf8');
const [, record] = /\[raw runs\]\((measurements\/bench-[\d-]+\.json)\)/.exec(page)!;
const result = JSON.parse(readFileSync(join(DOCS, record), 'utf8')) as {
  date: string;
  runs: number;
  milliseconds: Record<'sample' | 'bare', number[]>;
  ratio: number;
  versions: Record<string, string>;
};

test.each([
  ['sample', 'sample'],
  ['bare stack', 'bare'],
] as const)('the row of the %s has the raw runs and their median', (title, name) => {
  const times = result.milliseconds[name];
  expect(times).toHaveLength(result.runs);
  expect(page).toContain(`| ${title} | ${times.join(', ')} | ${median(times)} |`);
});

test('the ratio is that of the medians, and the page says when and with what it was measured', () => {
  const ratio = (median(result.milliseconds.sample) / median(result.milliseconds.bare)).toFixed(2);
  expect(result.ratio.toFixed(2)).toBe(ratio);
  expect(page).toContain(`Ratio **${ratio}**.`);
  expect(page).toContain(`Recorded ${result.date} `);
  expect(page).toContain(`aws-cdk-lib ${result.versions['aws-cdk-lib']}`);
});

test('the recorded ratio meets its aim, and the page says so', () => {
  expect(result.ratio).toBeLessThanOrEqual(1.5);
  expect(page).toContain('The aim is met.');
});

function median(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(half)] : Math.round((sorted[half - 1] + sorted[half]) / 2);
}
