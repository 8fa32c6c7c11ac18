import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationTemplate } from '../../local/application-template';
import { chooseApplication, readCloudAssembly } from '../../local/cloud-assembly';
import { LocalRun } from '../../local/local-run';
import { inLocal } from '../../local/project';
import { BuiltSample, synthesizeSample } from '../../local/sample-job';
import { waitFor } from '../../local/waiting';
import { maximumOf, WindowMaximum } from './window-maxima';

/** Differences that only the tests have: results appear with checkpoints, and half a minute each would be long to wait for. */
export const TEST_OPTIONS = {
  'execution.checkpointing.interval': '2 s',
  'execution.checkpointing.min-pause': '500 ms',
  'web.refresh-interval': '200',
};

const TASK_MANAGERS = 2;

/** How long anything may take on a machine that is busy with other things too, in milliseconds. */
export const PATIENCE = 180_000;

/**
 * `describe`, or `describe.skip` with a loud line where a tool is missing. Under `CI=true` nothing is skipped: there the tests fail
 * and say what is missing.
 */
export function describeWithTools(): jest.Describe {
  const missing = ['java', 'mvn', 'python3'].filter((tool) => spawnSync(tool, ['--version']).error);
  if (missing.length === 0 || process.env.CI === 'true') return describe;
  shout(`NOT RUN: tests on real Flink, because these tools are not on PATH: ${missing.join(', ')}`);
  return describe.skip;
}

/** Whether all six runs of this folder could take place is for the reader to know at once. */
export function shout(line: string): void {
  process.stderr.write(`\n******** ${line}\n\n`);
}

/** The application of the sample's own app, synthesized for a line. */
export async function sampleTemplate(line: string): Promise<ApplicationTemplate> {
  mkdirSync(inLocal('run'), { recursive: true });
  const folder = mkdtempSync(inLocal('run', 'test-'));
  try {
    await synthesizeSample(line, join(folder, 'cdk.out'));
    return chooseApplication(readCloudAssembly(join(folder, 'cdk.out')), 'price-maxima', folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the sample, does something with it, and ends all of it. What the logs say is checked every time. */
export async function withSample(
  build: BuiltSample,
  generator: string[] | undefined,
  work: (run: LocalRun) => Promise<void>,
): Promise<void> {
  const application = await sampleTemplate(build.line);
  const run = await LocalRun.start({
    application,
    jar: build.jar,
    taskManagers: TASK_MANAGERS,
    uiPort: 0,
    generator,
    testOptions: TEST_OPTIONS,
    log: () => undefined,
  });
  try {
    await work(run);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n(logs: ${run.folder})`, { cause: error });
  } finally {
    await run.stop();
  }
  expectNoOldKeys(run);
}

/**
 * Waits until so many results are visible, and gives them.
 *
 * @param meanwhile done at every look, for example more ticks
 */
export async function resultsOf(run: LocalRun, least: number, meanwhile?: () => Promise<void>): Promise<WindowMaximum[]> {
  const look = async (): Promise<{ done?: WindowMaximum[]; seen: string }> => {
    run.cluster.requireJobManager();
    await meanwhile?.();
    const results = (await linesOf(run, 'windows')).map(maximumOf);
    if (results.length >= least) return { done: results, seen: '' };
    const { state, parallelism, exception } = await run.cluster.rest.job();
    return { seen: `${results.length} results, job ${state} with parallelism ${parallelism}; ${exception ?? 'no exception'}` };
  };
  return waitFor(`the job has written ${least} results`, look, { within: PATIENCE, every: 500 });
}

/** Lines that the job wrote below a folder of its output. */
export async function linesOf(run: LocalRun, folder: string): Promise<string[]> {
  return [...(await run.s3.lines(`${run.outputs[0]}/${folder}/`)).values()].flat();
}

/** Flink says so when a key is read under an older name: then the template would stop working with a later release. */
function expectNoOldKeys(run: LocalRun): void {
  const logs = [...run.logs()].filter((log) => /(jobmanager|taskmanager-\d+)\.out$/.test(log));
  expect(logs.length).toBeGreaterThan(TASK_MANAGERS);
  const old = logs.flatMap((log) => readFileSync(log, 'utf8').split('\n').filter((line) => /deprecated configuration key|fallback key/i.test(line))); // prettier-ignore
  expect(old).toEqual([]);
}
