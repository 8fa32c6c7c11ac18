import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApplicationTemplate } from '../application-template';
import { readCloudAssembly } from '../cloud-assembly';
import { requireCommand } from '../command';
import { alone } from '../lock';
import { ensureFlinkHome, Log } from '../prerequisites';
import { inLocal, PROJECT } from '../project';

const SOURCES = join(PROJECT, 'local', 'drill', 'job');

/** Compiles the drill's job against a Flink release, which needs a JDK and nothing else. Gives the jar. */
export async function buildDrillJob(release: string, log: Log, signal?: AbortSignal): Promise<string> {
  const home = await ensureFlinkHome(release, log, signal);
  const jar = inLocal('drill', release, 'drill.jar');
  const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  return alone(
    'drill-job',
    async () => {
      const built = statSync(jar, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (sources.every((each) => statSync(each).mtimeMs < built)) return jar;
      log(`building the drill's job for Flink ${release}`);
      const classes = join(dirname(jar), 'classes');
      rmSync(classes, { recursive: true, force: true });
      mkdirSync(classes, { recursive: true });
      const compile = ['--release', '17', '-d', classes, '-cp', join(home, 'lib', '*'), ...sources];
      await requireCommand("Compiling the drill's job", 'javac', compile, 'Install a JDK 17.', { signal });
      await requireCommand("Packing the drill's job", 'jar', ['cf', jar, '-C', classes, '.'], 'Install a JDK 17.', { signal });
      return jar;
    },
    signal,
  );
}

/** Synthesizes bin/spot-drill.ts for a line and reads its applications, by name. */
export async function synthesizeDrill(line: string, signal?: AbortSignal): Promise<Map<string, ApplicationTemplate>> {
  const folder = inLocal('run', `drill-${process.pid}-${line}.cdk.out`);
  const cdk = JSON.parse(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')) as { context?: Record<string, unknown> };
  const context = JSON.stringify({ ...cdk.context, flinkLine: line });
  const environment = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: context, CDK_VALIDATION: 'false' };
  try {
    await requireCommand('Synthesizing the drill', process.execPath, [join('dist', 'bin', 'spot-drill.js')], 'See below.', {
      environment,
      signal,
    });
    return new Map(readCloudAssembly(folder).map((each) => [each.name, each]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
