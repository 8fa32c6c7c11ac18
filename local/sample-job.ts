import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { requireCommand, runCommand } from './command';
import { alone } from './lock';
import { Log } from './prerequisites';
import { Problem } from './problem';
import { PROJECT } from './project';

/** One way to build the sample job. */
export interface SampleBuild {
  /** Flink line. */
  readonly line: string;
  /** Kinesis connector: `streams` (the new source), `consumer` (the legacy one) or `none`. */
  readonly kinesis: string;
}

/** A build that can be run. */
export interface BuiltSample extends SampleBuild {
  readonly jar: string;
}

const FOLDER = join(PROJECT, 'sample', 'price-maxima');

/** Newest first. The legacy connector is for the 1.x lines only. */
const KINESIS_BUILDS: SampleBuild[] = [
  { line: '2.2', kinesis: 'streams' },
  { line: '1.20', kinesis: 'consumer' },
];

/** Builds the sample with the newest Kinesis connector that the Maven repository has, or for the line that is asked for. */
export async function buildSample(wanted: { line?: string; generator: boolean }, log: Log, signal?: AbortSignal): Promise<BuiltSample> {
  const builds = wanted.generator
    ? [{ line: wanted.line ?? '2.2', kinesis: 'none' }]
    : KINESIS_BUILDS.filter((each) => !wanted.line || each.line === wanted.line);
  for (const build of builds) {
    const jar = await tryBuild(build, log, signal);
    if (jar !== undefined) return { ...build, jar };
    log(
      `!! the Kinesis connector for Flink ${build.line} is not in your Maven repository; with --source generator --line ${build.line} the sample runs without it`,
    );
  }
  throw new Problem(
    `The sample cannot read Kinesis on Flink ${builds.map((each) => each.line).join(' or ')}: Maven finds no connector. Let Maven reach a repository that has it, or run with --source generator`,
  );
}

/**
 * Synthesizes the sample.
 *
 * @param folder receives the cloud assembly
 */
export async function synthesizeSample(line: string, folder: string, signal?: AbortSignal): Promise<void> {
  const cdk = JSON.parse(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')) as { context?: Record<string, unknown> };
  // As the CDK's command line does it; the run needs no bundled assets and no policy checks.
  const context = { ...cdk.context, flinkLine: line };
  const environment = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: 'false' };
  const app = join('dist', 'bin', 'flink-on-spot.js');
  await requireCommand('Synthesizing the sample', process.execPath, [app], 'See below.', { environment, signal });
}

/** Path of the jar; undefined when the repository lacks the connector. */
function tryBuild({ line, kinesis }: SampleBuild, log: Log, signal?: AbortSignal): Promise<string | undefined> {
  const jar = join(FOLDER, 'target', `${line}-${kinesis}`, 'price-maxima.jar');
  const build = async (): Promise<string | undefined> => {
    if (isNewer(jar)) return jar;
    log(`building the sample job for Flink ${line}`);
    const args = ['-B', '-q', '-DskipTests', `-Dflink.line=${line}`, `-Dkinesis=${kinesis}`, 'package'];
    const { status, said } = await runCommand('mvn', args, { directory: FOLDER, signal });
    signal?.throwIfAborted();
    if (status !== 0 && kinesis !== 'none' && /(could not (find|resolve|transfer)|was not found)[^\n]*kinesis/i.test(said))
      return undefined;
    if (status === 0 && existsSync(jar)) return jar;
    const end = said.trimEnd().split('\n').slice(-20).join('\n');
    throw new Problem(`The sample job does not build (mvn ${args.join(' ')} in sample/price-maxima ended with code ${status}):\n${end}`);
  };
  return alone('sample-build', build, signal);
}

/** Whether the jar is there and nothing that goes into it was changed since. */
function isNewer(jar: string): boolean {
  if (!existsSync(jar)) return false;
  const built = statSync(jar).mtimeMs;
  const sources = readdirSync(join(FOLDER, 'src'), { recursive: true }).map((each) => join(FOLDER, 'src', String(each)));
  return [join(FOLDER, 'pom.xml'), ...sources].every((each) => statSync(each).mtimeMs < built);
}
