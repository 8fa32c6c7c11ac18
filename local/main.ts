import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationTemplate } from './application-template';
import { LocalArguments, readArguments, USAGE } from './arguments';
import { chooseApplication, readCloudAssembly } from './cloud-assembly';
import { requireEntryClass } from './job-jar';
import { regionOf } from './kinesis-emulator';
import { LocalRun } from './local-run';
import { Difference } from './overlay';
import { requireFreePort } from './ports';
import { requireTools } from './prerequisites';
import { describe } from './problem';
import { lookAt, Progress, progressLine, progressTable } from './progress';
import { inLocal } from './project';
import { buildSample, synthesizeSample } from './sample-job';
import { sendTicks } from './ticks/tick-sender';

const log = (line: string): void => console.log(line);

/** How long a job may take from the start of its processes until it runs, in milliseconds. */
const START = 240_000;

async function main(signal: AbortSignal): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  if (!given) return log(USAGE);
  if (given.uiPort !== 0) await requireFreePort(given.uiPort, 'the Flink UI', '--ui-port');
  await requireTools({ maven: given.jar === undefined });
  const { application, jar } =
    given.app === undefined ? await sample(given, signal) : { application: fromApp(given, given.app), jar: given.jar as string };
  requireEntryClass(jar, application);
  const run = await LocalRun.start({ ...given, application, jar, generator: given.generator ? generator(given) : undefined, log, signal });
  try {
    introduce(application, run);
    await run.cluster.awaitRunning(START, signal);
    log(`the job runs; Flink UI: ${run.cluster.rest.address}`);
    await follow(run, application, given, signal);
  } finally {
    await run.stop();
    log(`stopped; logs and configuration are in ${run.folder}`);
  }
}

async function sample(given: LocalArguments, signal: AbortSignal): Promise<{ application: ApplicationTemplate; jar: string }> {
  const built = given.jar === undefined ? await buildSample(given, log, signal) : { line: given.line ?? '2.2', jar: given.jar };
  if (given.jar === undefined) log(`the sample runs on Flink ${built.line}`);
  const folder = inLocal('run', `sample-${process.pid}.cdk.out`);
  try {
    await synthesizeSample(built.line, folder, signal);
    return { application: chooseApplication(readCloudAssembly(folder), undefined, folder), jar: built.jar };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function fromApp(given: LocalArguments, app: string): ApplicationTemplate {
  return chooseApplication(readCloudAssembly(app), given.application, app);
}

/** A generator that starts now and never ends within a run. */
function generator({ rate }: LocalArguments): string[] {
  const spacing = String(Math.max(1, Math.round(1000 / Math.max(rate, 1))));
  const start = String(Date.now());
  return ['--source', 'generator', '--ticks', '2000000000', '--rate', String(rate), '--start', start, '--spacing-ms', spacing];
}

function introduce(application: ApplicationTemplate, run: LocalRun): void {
  log(`\n${application.name} runs with the configuration and the arguments of its template; these differ (local/overlay.ts):`);
  log(run.differences.map(differenceLine).join('\n'));
  log(
    `\nFlink UI   ${run.cluster.rest.address}\nS3         ${run.machine.s3}\nKinesis    ${run.machine.kinesis}\nfolder     ${run.folder}\n`,
  );
}

function differenceLine({ key, from, to, reason }: Difference): string {
  const change = from === undefined ? `= ${to}` : to === undefined ? `left out (${from})` : `${from} -> ${to}`;
  return `  ${key} ${change}\n      ${reason}`;
}

/** Sends ticks and shows progress until the signal, or for the time that is asked for. */
async function follow(run: LocalRun, application: ApplicationTemplate, given: LocalArguments, signal: AbortSignal): Promise<void> {
  const end = endOf(given.duration, signal);
  let ticks = 0;
  const streams = given.generator || given.rate === 0 ? [] : application.streams;
  const sending = Promise.all(
    streams.map(({ name, arn }) => {
      const target = { client: run.kinesis!.client(regionOf(arn)), stream: name };
      return sendTicks(target, { rate: given.rate, signal: end, onSent: (count) => (ticks += count) });
    }),
  );
  const watching = watch(run, () => ticks, end);
  await Promise.race([sending.then(() => watching), watching]);
  await sending;
  const last = await lookAt(run, ticks, await watching);
  log(`\nFlink ${application.version}\n${progressTable(last)}\n`);
}

/** Aborts with the signal, or after so many milliseconds. (`AbortSignal.any` may lose a timeout to garbage collection.) */
function endOf(duration: number | undefined, signal: AbortSignal): AbortSignal {
  const end = new AbortController();
  const timer = duration === undefined ? undefined : setTimeout(() => end.abort(), duration);
  signal.addEventListener('abort', () => (clearTimeout(timer), end.abort()));
  return end.signal;
}

async function watch(run: LocalRun, ticks: () => number, end: AbortSignal): Promise<Progress | undefined> {
  let last: Progress | undefined;
  while (!end.aborted) {
    run.cluster.requireJobManager();
    last = await lookAt(run, ticks(), last);
    log(progressLine(last));
    await pause(5_000, undefined, { signal: end }).catch(() => undefined);
  }
  return last;
}

const stop = new AbortController();
let asked = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Asked twice, it ends at once; the watchdog ends what is left.
  process.on(signal, () => (++asked > 1 ? process.exit(1) : stop.abort()));
}
main(stop.signal).catch((error: unknown) => {
  if (stop.signal.aborted) return log('stopped');
  console.error(`\n${describe(error)}`);
  process.exitCode = 1;
});
