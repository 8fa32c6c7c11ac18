import { LocalRun } from './local-run';

/** What a run has done so far. */
export interface Progress {
  readonly state: string;
  readonly parallelism: number;
  readonly checkpoints: number;
  readonly ticks: number;
  /** Lines that the job wrote and committed, by the folder below its output, for example `windows`. */
  readonly lines: Record<string, number>;
}

/** Looks at the job and at what it wrote. An answer that does not come counts as nothing new. */
export async function lookAt(run: LocalRun, ticks: number, last?: Progress): Promise<Progress> {
  const { rest } = run.cluster;
  const job = await rest.job().catch(() => ({ state: 'no answer', parallelism: 0 }));
  // The count starts again with a new JobManager, as Flink's own does.
  const checkpoints = await rest.checkpoints().then((counts) => counts.completed, () => last?.checkpoints ?? 0); // prettier-ignore
  const lines = await countLines(run).catch(() => last?.lines ?? {});
  return { state: job.state, parallelism: job.parallelism, checkpoints, ticks, lines };
}

/** One line for the terminal. */
export function progressLine({ state, parallelism, checkpoints, ticks, lines }: Progress): string {
  const time = new Date().toTimeString().slice(0, 8);
  const written = Object.entries(lines).map(([folder, count]) => `${folder} ${count}`);
  return [`${time}  ${state}`, `parallelism ${parallelism}`, `checkpoints ${checkpoints}`, `ticks sent ${ticks}`, ...written].join('  ');
}

/** The table at the end of a run. */
export function progressTable({ checkpoints, ticks, lines }: Progress): string {
  const rows: [string, number][] = [['ticks sent', ticks]];
  for (const [folder, count] of Object.entries(lines)) rows.push([`${folder} written`, count]);
  rows.push(['checkpoints completed', checkpoints]);
  return rows.map(([name, count]) => `  ${name.padEnd(24)}${String(count).padStart(10)}`).join('\n');
}

async function countLines(run: LocalRun): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const output of run.outputs) {
    const prefix = output.replace(/^s3a?:\/\/[^/]+\/?/, '').replace(/\/*$/, '/');
    for (const [key, lines] of await run.s3.lines(output)) {
      const folder = key.startsWith(prefix) ? key.slice(prefix.length).split('/')[0] : key;
      counts[folder] = (counts[folder] ?? 0) + lines.length;
    }
  }
  // A job that wrote nothing yet should show it.
  return Object.keys(counts).length > 0 ? counts : { windows: 0 };
}
