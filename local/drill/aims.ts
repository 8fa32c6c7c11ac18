import { DrillResult } from './drill-run';
import { DrillRun } from './record';
import { median } from './table';

/** What an interruption may cost at most, and what it did cost. */
export interface Aim {
  readonly what: string;
  readonly found: number;
  readonly most: number;
  /** Digits behind the point. */
  readonly digits: number;
}

const OURS = ['reactive', 'fixed'];

/** What the recorded runs of one Flink line say of each aim; one of which there are no runs is left out. */
export function aimsOf(runs: DrillRun[], flink: string): Aim[] {
  const cells = new Cells(runs);
  return [
    ...exactness(cells),
    ...OURS.flatMap((configuration) => notice(cells, configuration)),
    ...parallelism(cells),
    ...OURS.flatMap((configuration) => unannounced(cells, configuration, flink.startsWith('1.') ? 0.5 : 0.33)),
  ].filter(({ found }) => !Number.isNaN(found));
}

/** The recorded runs by what was done to whom. */
class Cells {
  constructor(private readonly runs: DrillRun[]) {}

  public get all(): DrillResult[] {
    return this.runs.flatMap(({ result }) => (result ? [result] : []));
  }

  public of(scenario: string, configuration: string): DrillResult[] {
    const own = this.runs.filter((run) => run.scenario === scenario && run.configuration === configuration);
    return own.flatMap(({ result }) => (result ? [result] : []));
  }

  /** Median of a cell; NaN when there are no runs. */
  public middle(scenario: string, configuration: string, of: (result: DrillResult) => number): number {
    return median(this.of(scenario, configuration).map(of));
  }

  /** Largest of a cell; NaN when there are no runs. */
  public most(scenario: string, configuration: string, of: (result: DrillResult) => number): number {
    const found = this.of(scenario, configuration).map(of);
    return found.length === 0 ? NaN : Math.max(...found);
  }
}

function exactness(cells: Cells): Aim[] {
  const sum = (of: (result: DrillResult) => number): number => cells.all.reduce((all, each) => all + of(each), 0);
  return [
    { what: 'records lost, of all runs', found: sum(({ lost }) => lost), most: 0, digits: 0 },
    { what: 'results wrong or doubled, of all runs', found: sum(({ wrong, doubled }) => wrong + doubled), most: 0, digits: 0 },
  ];
}

function notice(cells: Cells, configuration: string): Aim[] {
  const work = ({ replayedSeconds }: DrillResult): number => replayedSeconds;
  const beyond = ({ replayedSeconds, checkpointSeconds }: DrillResult): number => replayedSeconds - checkpointSeconds[0];
  const done = cells.middle('notice', configuration, work);
  const off = cells.middle('notice', `${configuration}-no-hook`, work);
  return [
    { what: `notice, ${configuration}: done again, s, median`, found: done, most: 1, digits: 2 },
    { what: `notice, ${configuration}: done again, s, most`, found: cells.most('notice', configuration, work), most: 2, digits: 2 },
    {
      what: `notice, ${configuration}: done again beyond the time of the hook's checkpoint, s, most`,
      found: cells.most('notice', configuration, beyond),
      most: 0.5,
      digits: 2,
    },
    { what: `notice, ${configuration}: done again, against the hook off`, found: done / off, most: 0.05, digits: 3 },
  ];
}

/** Time in which not all tasks ran, or fewer than before the interruption. */
export function belowFull({ timeline, withoutFullProgress, full }: DrillResult): number {
  let [below, since, parallelism] = [withoutFullProgress, 0, full];
  const end = timeline.seen.at(-1)?.[0] ?? 0;
  for (const [at, what, now] of [...timeline.events, [end, 'stopped', 0] as const]) {
    if (what === 'stopped' && parallelism > 0 && parallelism < full) below += at - since;
    [since, parallelism] = [at, what === 'running' ? now : 0];
  }
  return below;
}

function parallelism(cells: Cells): Aim[] {
  const ratio = cells.middle('notice', 'fixed', belowFull) / cells.middle('notice', 'tutorial', belowFull);
  return [
    { what: 'notice, fixed: restarts, most', found: cells.most('notice', 'fixed', ({ restarts }) => restarts), most: 1, digits: 0 },
    {
      what: 'notice, fixed: TaskManagers missing, s, most',
      found: cells.most('notice', 'fixed', ({ missingTaskManagerSeconds }) => missingTaskManagerSeconds),
      most: 0,
      digits: 1,
    },
    { what: "notice, fixed: time below full parallelism, against the tutorial's options", found: ratio, most: 0.5, digits: 2 },
  ];
}

function unannounced(cells: Cells, configuration: string, most: number): Aim[] {
  const tasks = ({ recoveries }: DrillResult): number => recoveries[0] ?? NaN;
  const against = (scenario: string): number => cells.middle(scenario, configuration, tasks) / cells.middle(scenario, 'defaults', tasks);
  const restarts = ({ restarts: found }: DrillResult): number => found;
  const fifth = ({ recoveries }: DrillResult): number => (recoveries[4] ?? NaN) / (recoveries[0] ?? NaN);
  return [
    { what: `SIGKILL, ${configuration}: until all tasks run, against Flink's defaults`, found: against('kill'), most, digits: 2 },
    { what: `SIGKILL, ${configuration}: restarts, most`, found: cells.most('kill', configuration, restarts), most: 2, digits: 0 },
    {
      what: `host vanished, ${configuration}: until all tasks run, against Flink's defaults`,
      found: against('vanish'),
      most: 0.33,
      digits: 2,
    },
    {
      what: `five losses, ${configuration}: the fifth against the first`,
      found: cells.middle('five', configuration, fifth),
      most: 1.5,
      digits: 2,
    },
    { what: `pause of 8 s, ${configuration}: restarts, most`, found: cells.most('pause', configuration, restarts), most: 0, digits: 0 },
  ];
}
