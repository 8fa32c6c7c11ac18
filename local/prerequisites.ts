import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireCommand, runCommand } from './command';
import { alone } from './lock';
import { Problem } from './problem';
import { inLocal, PROJECT } from './project';

/** Receives a line of what is going on. */
export type Log = (line: string) => void;

/** The Java that Flink's scripts take. */
const JAVA = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/** @throws when a tool is missing that nothing here can install; says of all of them at once how to get them */
export async function requireTools(tools: { maven: boolean }): Promise<void> {
  const java = await javaProblem();
  const maven = tools.maven ? await mavenProblem({ java: java === undefined }) : undefined;
  const missing = [java, await pythonProblem(), maven].filter((each) => each !== undefined);
  if (missing.length > 0) throw new Problem(`The local run needs:\n${missing.map((each) => `- ${each}`).join('\n')}`);
}

/** Path of a Python that has the packages of `local/requirements.txt`; installs them into `.local/python`. */
export async function ensurePython(log: Log, signal?: AbortSignal): Promise<string> {
  const python = inLocal('python', 'bin', 'python');
  const requirements = join(PROJECT, 'local', 'requirements.txt');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const marker = inLocal('python', '.requirements');
  const ready = (): boolean => existsSync(marker) && readFileSync(marker, 'utf8') === wanted;
  if (ready()) return python;
  await alone('requirements', async () => {
    if (ready()) return;
    log('installing the S3 emulator into .local/python');
    const make = "import { ensurePython } from './tools/flink-home.mjs'; await ensurePython({ log: console.error });";
    await requireCommand('Making .local/python', process.execPath, ['--input-type=module', '-e', make], 'See below.', { log, signal });
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--no-input', '-r', requirements];
    await requireCommand('Installing local/requirements.txt', python, pip, 'pip must reach a package index that has them.', { signal });
    writeFileSync(marker, wanted);
  }, signal); // prettier-ignore
  return python;
}

/** Path of a Flink home of a release; makes it when it is not there. */
export async function ensureFlinkHome(release: string, log: Log, signal?: AbortSignal): Promise<string> {
  return requireCommand(`Getting Flink ${release}`, process.execPath, [join('tools', 'flink-home.mjs'), release], 'See below.', {
    log,
    signal,
  });
}

async function javaProblem(): Promise<string | undefined> {
  const fix =
    'install a JDK 17 (Debian: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk@17) and put it on PATH or into JAVA_HOME';
  const { status, said } = await runCommand(JAVA, ['-version']);
  if (status !== 0) return `JDK 17, but '${JAVA} -version' does not run: ${fix}`;
  const major = Number(/version "(\d+)/.exec(said)?.[1]);
  return major >= 17 ? undefined : `JDK 17, but '${JAVA} -version' says ${said.split('\n')[0]}: ${fix}`;
}

/** Maven itself needs Java: where that is missing, only whether Maven is there can be seen. */
async function mavenProblem(has: { java: boolean }): Promise<string | undefined> {
  const { status } = await runCommand('mvn', ['-version']);
  return status === 0 || (status !== null && !has.java)
    ? undefined
    : "Maven, but 'mvn -version' does not run: install it (Debian: apt-get install maven; macOS: brew install maven) and put it on PATH";
}

async function pythonProblem(): Promise<string | undefined> {
  const fix = 'install it (Debian: apt-get install python3 python3-venv; macOS: brew install python)';
  const { status, said } = await runCommand('python3', ['-c', 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])']);
  if (status === null) return `Python 3.9 or later, but there is no 'python3' on PATH: ${fix}`;
  if (status !== 0) return `Python's venv module, which is missing: ${fix}`;
  const [major, minor] = said.trim().split('.').map(Number);
  return major === 3 && minor >= 9 ? undefined : `Python 3.9 or later, but python3 is ${said.trim()}: ${fix}`;
}
