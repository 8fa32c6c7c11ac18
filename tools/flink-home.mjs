// Makes a complete Flink home under .local/flink/<version>/pyflink: jars, scripts and conf from the two Python packages of
// that version, S3 plugins from Maven. `node tools/flink-home.mjs 2.2.1 1.20.5` prints the paths, one a line.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const local = join(dirname(dirname(fileURLToPath(import.meta.url))), '.local');
const homes = join(local, 'flink');
const venv = join(local, 'python');
const python = join(venv, 'bin', 'python');

const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const LOCK_REFRESH_MS = 2_000;
const LOCK_STALE_MS = 30_000;

/**
 * What a home of each version is made of. An S3 plugin of a neighbouring patch version works where that of the same version
 * does not resolve. `native` (2.3 and later) is kept in `opt/`, as in the official image: it would take `s3://` from the others.
 */
export const FLINK_HOMES = {
  '1.20.5': { presto: '1.20.0', hadoop: '1.20.1' },
  '2.2.1': { presto: '2.2.0', hadoop: '2.2.0' },
  '2.3.0': { presto: '2.3.0', hadoop: '2.3.0', native: '2.3.0' },
};

/** Path of the Flink home of a version; makes it when it is not there. May be called by several processes at once. */
export async function ensureFlinkHome(version, { log = () => {} } = {}) {
  const plugins = FLINK_HOMES[version];
  if (!plugins)
    throw new Error(`Flink ${version} is not pinned: known are ${Object.keys(FLINK_HOMES).join(', ')}; add it to tools/flink-home.mjs`);
  const target = join(homes, version);
  const wanted = JSON.stringify({ flink: version, ...plugins });
  if (!(await isReady(target, wanted))) {
    await withLock(join(homes, `${version}.lock`), log, async () => {
      if (!(await isReady(target, wanted))) await makeHome(version, plugins, target, wanted, log);
    });
  }
  return join(target, 'pyflink');
}

/** Path of the Python of the project's own virtual environment, with pip in it; makes it when it is not there. */
export async function ensurePython({ log = () => {} } = {}) {
  if (!(await hasPip())) {
    await withLock(join(local, 'python.lock'), log, async () => {
      if (await hasPip()) return;
      log('making a Python environment in .local/python');
      await run('python3', ['--version'], 'Python 3.9 or later is missing: install it (Debian: apt-get install python3 python3-venv).');
      await run('python3', ['-m', 'venv', '--clear', venv], 'pip or venv is missing: install them (Debian: apt-get install python3-venv).');
    });
  }
  return python;
}

/** Throws, with the way to mend it, when Maven or a JDK of version 17 or later is missing. */
export async function requireJavaTools() {
  const needJdk = 'JDK 17 is missing: install it (Debian: apt-get install openjdk-17-jdk-headless) and put its bin folder on PATH.';
  const answer = await run('javac', ['-version'], needJdk);
  const major = Number(/javac (\d+)/.exec(answer)?.[1]);
  if (!(major >= 17)) throw new Error(`javac on PATH says '${answer.trim()}'. ${needJdk}`);
  await run('mvn', ['-version'], 'Maven is missing: install it (Debian: apt-get install maven) and put mvn on PATH.');
}

async function makeHome(version, plugins, target, wanted, log) {
  await requireJavaTools();
  await ensurePython({ log });
  await removeLeftovers(version);
  const work = join(homes, `.${version}-${randomUUID()}`);
  await mkdir(work);
  try {
    await installPackages(version, work, log);
    await copyPlugins(plugins, join(work, 'pyflink'), log);
    await writeFile(join(work, 'home.json'), wanted);
    await publish(work, target, version, wanted);
    log(`Flink ${version} is ready`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** apache-flink-libraries carries the jars, apache-flink the scripts and conf; its native Python parts are never run here. */
async function installPackages(version, work, log) {
  log(`installing the Python packages of Flink ${version} (about 300 MB)`);
  const mend = `The Python packages of Flink ${version} could not be installed: pip must reach a package index that has them.`;
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-input'];
  const bare = ['--no-deps', '--no-compile', '--target'];
  const anyMachine = ['--only-binary=:all:', '--platform', 'manylinux2014_x86_64', '--python-version', '3.11', '--implementation', 'cp'];
  await run(python, [...pip, 'wheel'], mend); // 1.20.x is a source archive
  await run(python, [...pip, ...bare, work, `apache-flink-libraries==${version}`], mend);
  await run(python, [...pip, ...bare, join(work, 'scripts'), ...anyMachine, `apache-flink==${version}`], mend);
  await cp(join(work, 'scripts', 'pyflink'), join(work, 'pyflink'), { recursive: true });
  await rm(join(work, 'scripts'), { recursive: true });
  await requireFile(join(work, 'pyflink', 'lib', `flink-dist-${version}.jar`));
  await requireFile(join(work, 'pyflink', 'bin', 'standalone-job.sh'));
}

async function copyPlugins(plugins, home, log) {
  for (const [kind, version] of Object.entries(plugins)) {
    const artifact = `org.apache.flink:flink-s3-fs-${kind}:${version}`;
    log(`copying ${artifact}`);
    const folder = kind === 'native' ? join(home, 'opt') : join(home, 'plugins', `s3-fs-${kind}`);
    await mkdir(folder, { recursive: true });
    const mend = `${artifact} could not be fetched: Maven must reach a repository that has it.`;
    await run('mvn', ['-B', '-q', COPY, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`], mend, { cwd: home });
    await requireFile(join(folder, `flink-s3-fs-${kind}-${version}.jar`));
  }
}

/** The rename is what makes a home appear, so nobody sees half of one. */
async function publish(work, target, version, wanted) {
  try {
    await rename(target, join(homes, `.${version}-${randomUUID()}`)); // made with other pins, or half copied by hand
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  try {
    await rename(work, target);
  } catch (error) {
    if (!(await isReady(target, wanted))) throw error;
  }
  await removeLeftovers(version);
}

async function removeLeftovers(version) {
  for (const name of await readdir(homes)) {
    if (name.startsWith(`.${version}-`)) await rm(join(homes, name), { recursive: true, force: true });
  }
}

async function isReady(target, wanted) {
  const found = await readFile(join(target, 'home.json'), 'utf8').catch(() => '');
  return found === wanted;
}

async function hasPip() {
  if (!existsSync(python)) return false;
  return run(python, ['-m', 'pip', '--version'], '').then(() => true, () => false); // prettier-ignore
}

async function requireFile(path) {
  if (!existsSync(path)) throw new Error(`${path} is missing after installation: the package changed its layout, see tools/flink-home.mjs`);
}

/**
 * Does work that only one process at a time may do. The lock is a directory that its owner touches; one not touched for half a minute
 * belongs to a process that died.
 */
export async function withLock(lock, log, work) {
  await mkdir(dirname(lock), { recursive: true });
  for (let waited = false; !(await takeLock(lock)); waited = true) {
    if (!waited) log(`waiting for another process that holds ${lock}`);
    await sleep(500);
  }
  const timer = setInterval(() => utimes(lock, new Date(), new Date()).catch(() => {}), LOCK_REFRESH_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(lock, { recursive: true, force: true });
  }
}

async function takeLock(lock) {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const touched = await stat(lock).then((found) => found.mtimeMs, () => Date.now()); // prettier-ignore
  if (Date.now() - touched > LOCK_STALE_MS) await rm(lock, { recursive: true, force: true });
  return false;
}

/** Standard output of a command; an error with `mend` and the end of what it said when it fails. */
export function run(command, args, mend, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    child.on('error', (error) => reject(new Error(`${mend} (${command}: ${error.code})`)));
    child.on('close', (status) => {
      if (status === 0) return resolve(said.stdout);
      const end = (said.stdout + said.stderr).trim().split('\n').slice(-15).join('\n');
      reject(new Error(`${mend} ${command} ended with ${status}:\n${end}`));
    });
  });
}

async function main(versions) {
  if (versions.length === 0) throw new Error(`Say which versions: ${Object.keys(FLINK_HOMES).join(', ')}`);
  for (const version of versions) console.log(await ensureFlinkHome(version, { log: console.error }));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
