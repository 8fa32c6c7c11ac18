// Makes a fresh clone ready: installs the npm packages of the lock file if they are not there, then builds.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const major = Number(process.versions.node.split('.')[0]);
if (major < 20) stop(`Node ${process.versions.node} is too old: aws-cdk-lib needs Node 20 or later. Install Node 20, 22 or 24 and run again.`);

const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const marker = join('node_modules', '.installed-lock');
const installed = existsSync(marker) ? readFileSync(marker, 'utf8') : '';
if (installed !== wanted) {
  run('npm', ['ci', '--no-audit', '--no-fund'], 'npm packages could not be installed: see the message of npm above.');
  writeFileSync(marker, wanted);
}
run(process.execPath, ['tools/build.mjs'], 'the library does not compile: see the messages above.');

function run(command, args, failure) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) stop(`${command} could not be started (${error.code}). ${failure}`);
  if (status !== 0) stop(failure);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
