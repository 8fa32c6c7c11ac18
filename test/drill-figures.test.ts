import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

// Every figure of the drill in docs/performance.md comes from the raw runs that the page links to; here they are reckoned anew.
const DOCS = join(dirname(__dirname), 'docs');
const page = readFileSync(join(DOCS, 'performance.md'), 'utf8');
const part = page.slice(page.indexOf('<!-- figures of npm run drill -->'), page.indexOf('<!-- end of the figures of npm run drill -->'));

interface Result extends Record<string, any> {
  readonly timeline: { events: [number, string, number][]; seen: [number, number][]; evictions: [number, number][] };
}

interface Run {
  readonly scenario: string;
  readonly configuration: string;
  readonly load: number;
  readonly result?: Result;
}

const sections = part.split(/^### /m).slice(1);
const linked = sections.map((section) => /\[raw runs\]\(measurements\/(drill-[\d.]+-[\d-]+\.json)\)/.exec(section)![1]);
const recorded = readdirSync(join(DOCS, 'measurements')).filter((name) => name.startsWith('drill-') && name.endsWith('.json'));

test('the page links every recorded drill that is the newest of its line', () => {
  const newest = new Map(recorded.sort().map((name) => [name.split('-')[1], name]));
  expect(linked.sort()).toEqual([...newest.values()].sort());
});

const median = (numbers: number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

const resultsOf = (runs: Run[]): Result[] => runs.flatMap(({ result }) => (result ? [result] : []));
/** Cells of a row of a table, without those that say what it is a row of. */
const cellsOf = (row: string, from: number): string[] => row.split('|').slice(from, -1).map((each) => each.trim()); // prettier-ignore

type Cell = (scenario: string, configuration: string) => Result[];

const half = (of: Result[], key: (each: Result) => number): number => median(of.map(key));
const largest = (of: Result[], key: (each: Result) => number): number => (of.length > 0 ? Math.max(...of.map(key)) : NaN);

/** Hundredths of a second in which the job had not its full parallelism, counted one by one. */
function secondsBelowFull({ timeline, full }: Result): number {
  const end = timeline.seen[timeline.seen.length - 1][0];
  let below = 0;
  for (let at = timeline.evictions[0][1]; at < end; at += 0.01) {
    const [, what, parallelism] = timeline.events.filter(([time]) => time <= at).pop() ?? [
      0,
      'running',
      at > timeline.evictions[0][1] ? 0 : full,
    ];
    if (what !== 'running' || parallelism < full) below++;
  }
  return below / 100;
}

const AIMS: [string, (cell: Cell) => number][] = ['reactive', 'fixed'].flatMap((own): [string, (cell: Cell) => number][] => [
  [`notice, ${own}: done again, s, median`, (cell) => half(cell('notice', own), (each) => each.replayedRecords / 200)],
  [`notice, ${own}: done again, s, most`, (cell) => largest(cell('notice', own), (each) => each.replayedRecords / 200)],
  [`notice, ${own}: done again beyond the time of the hook's checkpoint, s, most`, (cell) => largest(cell('notice', own), (each) => each.replayedRecords / 200 - each.checkpointSeconds[0])],
  [`notice, ${own}: done again, against the hook off`, (cell) => half(cell('notice', own), (each) => each.replayedRecords) / half(cell('notice', `${own}-no-hook`), (each) => each.replayedRecords)],
  [`SIGKILL, ${own}: until all tasks run, against Flink's defaults`, (cell) => half(cell('kill', own), (each) => each.recovery) / half(cell('kill', 'defaults'), (each) => each.recovery)],
  [`SIGKILL, ${own}: restarts, most`, (cell) => largest(cell('kill', own), (each) => each.restarts)],
  [`host vanished, ${own}: until all tasks run, against Flink's defaults`, (cell) => half(cell('vanish', own), (each) => each.recovery) / half(cell('vanish', 'defaults'), (each) => each.recovery)],
  [`five losses, ${own}: the fifth against the first`, (cell) => half(cell('five', own), (each) => each.recoveries[4] / each.recoveries[0])],
  [`pause of 8 s, ${own}: restarts, most`, (cell) => largest(cell('pause', own), (each) => each.restarts)],
]).concat([
  ['notice, fixed: restarts, most', (cell) => largest(cell('notice', 'fixed'), (each) => each.restarts)],
  ['notice, fixed: TaskManagers missing, s, most', (cell) => largest(cell('notice', 'fixed'), (each) => each.missingTaskManagerSeconds)],
  ["notice, fixed: time below full parallelism, against the tutorial's options", (cell) => half(cell('notice', 'fixed'), secondsBelowFull) / half(cell('notice', 'tutorial'), secondsBelowFull)],
]); // prettier-ignore

/** The last columns of a row, reckoned from the runs of its cell. */
function expectedCells(runs: Run[]): string[] {
  const results = resultsOf(runs);
  const middle = (key: string): number => median(results.map((each) => each[key]));
  const sum = (...keys: string[]): number => results.reduce((all, each) => all + keys.reduce((some, key) => some + each[key], 0), 0);
  return [
    middle('withoutFullProgress').toFixed(1),
    String(middle('restarts')),
    middle('replayedSeconds').toFixed(1),
    middle('missingTaskManagerSeconds').toFixed(0),
    String(sum('lost')),
    String(sum('doubled', 'wrong')),
  ];
}

linked.forEach((name, index) =>
  describe(name, () => {
    const section = sections[index];
    const { runs, flink, date } = JSON.parse(readFileSync(join(DOCS, 'measurements', name), 'utf8')) as {
      runs: Run[];
      flink: string;
      date: string;
    };
    const cells = new Map<string, Run[]>();
    for (const run of runs)
      cells.set(`${run.scenario}/${run.configuration}`, [...(cells.get(`${run.scenario}/${run.configuration}`) ?? []), run]);
    const [table, aims] = section.split(/^\| What was aimed at/m);
    const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Interruption|---)/.test(line));

    test('has a row for every cell, and no other', () => {
      expect(rows).toHaveLength(cells.size);
      expect(section).toContain(`Recorded ${date} `);
      expect(section.startsWith(`Flink ${flink}\n`)).toBe(true);
    });

    test('says of each cell what its runs say', () => {
      const found = rows.map((row) => cellsOf(row, 3));
      const expected = [...cells.values()].map((own) => {
        const failed = own.filter(({ result }) => !result).length;
        if (failed === own.length) return [String(own.length), 'did not run again within 150 s', '', '', '', '', ''];
        return [failed > 0 ? `${own.length} (${failed} did not run again within 150 s)` : String(own.length), ...expectedCells(own)];
      });
      const order = (rows: string[][]): string[] => rows.map((row) => row.join(' ')).sort();
      expect(order(found)).toEqual(order(expected));
    });

    // A figure for each aim, reckoned another way than the command does it.
    test.each(AIMS)('what was aimed at: %s', (what, reckon) => {
      const [, most, found, kept] =
        new RegExp(`^\\| ${what.replace(/[()]/g, '\\$&')} \\| ([\\d.]+) \\| ([\\d.]+) \\| (.*) \\|$`, 'm').exec(aims) ?? [];
      const expected = reckon((scenario, configuration) => resultsOf(cells.get(`${scenario}/${configuration}`) ?? []));
      if (Number.isNaN(expected)) return expect(found).toBeUndefined();
      expect(Number(found)).toBeCloseTo(expected, 1);
      expect(kept).toBe(Number(found) <= Number(most) ? 'kept' : '**missed**');
    });

    test('says how busy the machine was', () => {
      const loads = runs.map(({ load }) => load);
      expect(section).toContain(`load of the machine ${Math.min(...loads)} to ${Math.max(...loads)}`);
    });
  }),
);

test('README shows the newest Flink line, a row for each configuration that was lost in every way', () => {
  const newest = [...linked].sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))[0];
  const { runs, flink } = JSON.parse(readFileSync(join(DOCS, 'measurements', newest), 'utf8')) as { runs: Run[]; flink: string };
  const [, readme] = /<!-- figures of npm run drill -->\n([^]*)<!-- end of the figures/.exec(
    readFileSync(join(dirname(DOCS), 'README.md'), 'utf8'),
  )!;
  expect(readme).toContain(`| Flink ${flink}, medians |`);
  const middle = (scenario: string, configuration: string, key: string): number =>
    half(resultsOf(runs.filter((run) => run.scenario === scenario && run.configuration === configuration)), (each) => each[key]);
  const figures = (name: string): string[] => [
    middle('notice', name, 'withoutFullProgress').toFixed(1),
    middle('notice', name, 'replayedSeconds').toFixed(1),
    middle('notice', name, 'missingTaskManagerSeconds').toFixed(1),
    middle('kill', name, 'withoutFullProgress').toFixed(1),
    String(middle('kill', name, 'restarts')),
    middle('vanish', name, 'withoutFullProgress').toFixed(1),
  ];
  const rows = readme.split('\n').filter((line) => /^\| (the AWS|Flink's|this)/.test(line));
  expect(rows.map((row) => cellsOf(row, 2))).toEqual(['tutorial', 'defaults', 'reactive', 'fixed'].map(figures));
});

const LOSSES = readdirSync(join(DOCS, 'measurements')).filter((name) => name.startsWith('losses-'));
test.each(LOSSES)('the page says what %s says', (name) => {
  const run = JSON.parse(readFileSync(join(DOCS, 'measurements', name), 'utf8')) as Record<string, any>;
  const [, said] = new RegExp(`\\*\\*(\\d+ losses in a row\\*\\*[^*]*)\\[the run\\]\\(measurements/${name}\\)`).exec(part) ?? [];
  const numbers = [...(said ?? '').matchAll(/(\d+) (windows|records|lost|doubled|wrong)/g)].map(([, number, what]) => [
    what,
    Number(number),
  ]);
  expect(Object.fromEntries(numbers)).toEqual({
    windows: run.windows,
    records: run.records,
    lost: run.lost,
    doubled: run.doubled,
    wrong: run.wrong,
  });
  expect(said).toContain(`${run.losses.length} losses`);
  expect(said).toContain(`Flink ${run.flink}, ${run.configuration}, seed ${run.seed}`);
});

test('the pictures are made from the records', () => {
  for (const name of linked.length > 0 ? ['drill.svg'] : []) expect(existsSync(join(DOCS, 'measurements', name))).toBe(true);
});
