// Runs the largest platform, 8 Spot groups of 20 types each, on the oldest aws-cdk-lib that the package allows and on the installed one, with Node
// 20 and with the Node that runs this: a process of its own each, at most 60 seconds. With aws-cdk-lib 2.260 to 2.268 Node 20 hangs for minutes when
// node groups ask for the architecture of many types (docs/decisions/0007). What is not installed goes into .local, from npm, by exact version.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST = '2.261.0';
const NODE_20 = '20.20.2';
const LIMIT_MS = 60_000;

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
if (peerDependencies['aws-cdk-lib'] !== `^${OLDEST}`)
  stop(`package.json allows aws-cdk-lib ${peerDependencies['aws-cdk-lib']}, and this runs ${OLDEST}: make them one`);

const homes = { [OLDEST]: oldestHome(), [versionIn('.')]: '.' };
const nodes = { [process.versions.node]: process.execPath, ...(process.versions.node.startsWith('20.') ? {} : { [NODE_20]: node20() }) };
const failed = Object.entries(homes).flatMap(([cdk, home]) =>
  Object.entries(nodes).filter(([version, node]) => !synthesizes(home, node, `aws-cdk-lib ${cdk}, Node ${version}`)),
);
process.exit(failed.length > 0 ? 1 : 0);

/** A copy of the compiled library beside that version: `require` finds the nearest aws-cdk-lib, and everything else in the project. */
function oldestHome() {
  const home = join('.local', `cdk-${OLDEST}`);
  if (!existsSync(join(home, 'node_modules', 'aws-cdk-lib', 'package.json')) || versionIn(home) !== OLDEST)
    install(home, `aws-cdk-lib@${OLDEST}`);
  rmSync(join(home, 'dist'), { recursive: true, force: true });
  cpSync('dist/lib', join(home, 'dist', 'lib'), { recursive: true });
  return home;
}

function node20() {
  const home = join('.local', `node-${NODE_20}`);
  const name = `node-${process.platform}-${process.arch}`;
  const binary = join(home, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) install(home, `${name}@${NODE_20}`);
  return binary;
}

function install(home, what) {
  console.log(`installing ${what} in ${home}`);
  mkdirSync(home, { recursive: true });
  const args = [
    'install',
    '--prefix',
    home,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--legacy-peer-deps',
  ];
  const { status, stderr } = spawnSync('npm', [...args, what], { encoding: 'utf8' });
  if (status !== 0) stop(`${what} could not be installed: npm must reach a registry that has it\n${stderr}`);
}

function versionIn(home) {
  return JSON.parse(readFileSync(join(home, 'node_modules', 'aws-cdk-lib', 'package.json'), 'utf8')).version;
}

function synthesizes(home, node, title) {
  const start = Date.now();
  const program = join('tools', 'oldest-cdk', 'many-groups.cjs');
  const env = { ...process.env, CDK_VALIDATION: 'false', LIBRARY: join(process.cwd(), home, 'dist', 'lib') };
  const { status, error, stdout, stderr } = spawnSync(node, [program], { env, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' });
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`${title}: ${status === 0 ? `${stdout.trim()} in ${seconds} s` : `FAILED after ${seconds} s`}`);
  if (status !== 0) console.error(error?.message ?? stderr);
  return status === 0;
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
