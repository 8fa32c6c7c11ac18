import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL } from './places';

const MODULE = join(__dirname, 'kubernetes');
const KUBERNETES = { version: 'v1.36.3', major: '1', minor: '36' };

/** One name for one change of the compiler's own flags would build everything again; so they are all here. */
const BUILD = ['build', '-trimpath', '-buildvcs=false'];

/** What is built: our own program with all parts of Kubernetes in it, and the real termination handler. */
const PROGRAMS = {
  kubernetes: { package: '.', flags: ['-ldflags', `-s -w ${stamps()}`] },
  pause: { package: './pause', flags: ['-ldflags', '-s -w'] },
  'node-termination-handler': { package: 'github.com/aws/aws-node-termination-handler/cmd', flags: ['-ldflags', '-s -w'] },
};
export type Program = keyof typeof PROGRAMS;

/** Path of a program; `buildPrograms` makes it. */
export function programPath(name: Program): string {
  return join(folder(), name);
}

/**
 * Builds what is not there yet. What was built is kept under a name that follows from everything that goes into it.
 *
 * @throws when Go is missing or too old, or a module cannot be had
 */
export function buildPrograms(log: (line: string) => void): void {
  const missing = (Object.keys(PROGRAMS) as Program[]).filter((name) => !existsSync(programPath(name)));
  if (missing.length === 0) return;
  const problem = goProblem();
  if (problem) throw new Error(problem);
  mkdirSync(folder(), { recursive: true });
  for (const name of missing) {
    log(`building ${name} from Go modules: minutes the first time, seconds after a change of our own files`);
    const start = Date.now();
    const made = join(folder(), `.${name}-${process.pid}`);
    go([...BUILD, ...PROGRAMS[name].flags, '-o', made, PROGRAMS[name].package]);
    renameSync(made, programPath(name));
    log(`built ${name} in ${Math.round((Date.now() - start) / 1000)} s`);
  }
  removeOthers();
}

/** Why programs cannot be built here; undefined when they can, or are there already. */
export function goProblem(): string | undefined {
  if ((Object.keys(PROGRAMS) as Program[]).every((name) => existsSync(programPath(name)))) return undefined;
  const { error, stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  const wanted = /^go (\d+\.\d+)/m.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))![1];
  const fix = `install Go ${wanted} or later and put it on PATH`;
  if (error) return `Go ${wanted} is missing (there is no 'go' on PATH): ${fix}`;
  const [major, minor] = stdout.trim().replace('go', '').split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return enough ? undefined : `Go ${wanted} is needed and 'go' is ${stdout.trim()}: ${fix}`;
}

/** Folder of a Go module's sources, from the module cache; it is fetched when it is not there. */
export function moduleFolder(module: string): string {
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    cwd: LOCAL,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const { Dir, Error: failure } = JSON.parse(stdout || '{}') as { Dir?: string; Error?: string };
  if (!Dir) throw new Error(`go mod download ${module} failed: ${failure ?? stderr}`);
  return Dir;
}

function go(args: string[]): void {
  // cgo would compile everything a second time, with another result.
  const { status, stderr, error } = spawnSync('go', args, { cwd: MODULE, encoding: 'utf8', env: { ...process.env, CGO_ENABLED: '0' } });
  if (status !== 0) throw new Error(`go ${args[0]} failed: ${error?.message ?? stderr}`);
}

function folder(): string {
  const hash = createHash('sha256').update(BUILD.join(' ')).update(JSON.stringify(PROGRAMS));
  const files = readdirSync(MODULE, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.go') || file === 'go.mod' || file === 'go.sum');
  for (const file of sources.sort()) hash.update(file).update(readFileSync(join(MODULE, file)));
  return join(LOCAL, 'cluster', hash.digest('hex').slice(0, 16));
}

/** Programs of earlier sources: 150 MB each. */
function removeOthers(): void {
  const all = join(LOCAL, 'cluster');
  for (const name of readdirSync(all))
    if (/^[0-9a-f]{16}$/.test(name) && join(all, name) !== folder()) rmSync(join(all, name), { recursive: true });
}

/** Without them the server calls itself v0.0.0. */
function stamps(): string {
  const variables = { gitVersion: KUBERNETES.version, gitMajor: KUBERNETES.major, gitMinor: KUBERNETES.minor, gitTreeState: 'clean' };
  return Object.entries(variables)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}
