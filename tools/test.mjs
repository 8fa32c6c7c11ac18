// `npm test`: lint, types, unit, snapshot, policy and real-Flink tests, each with its time, then one line of totals.
// Options: --only NAME (a step below), --with NAME,… (steps that take longer, which `npm test` runs under CI=true only), --repeat N (the kill
// drill of test/flink N times), --orders N and --seed N (orders in which test/cluster deploys each app, and where they come from),
// --no-pods (no real pods), --deploys N (how often the job in them is changed, on both lines) and --record (keeps their figures),
// --all (every combination of consumers), --file PATTERN (test files of jest's steps).
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = option('--only');
const extra = (option('--with') ?? '').split(',');
if (option('--repeat')) process.env.FLINK_REPEAT = option('--repeat');
if (option('--orders')) process.env.CLUSTER_ORDERS = option('--orders');
if (option('--deploys')) process.env.CLUSTER_DEPLOYS = option('--deploys');
if (option('--seed')) process.env.CLUSTER_SEED = option('--seed');
if (process.argv.includes('--record')) process.env.CLUSTER_RECORD = 'true';
if (process.argv.includes('--no-pods')) process.env.CLUSTER_PODS = 'false';
const files = option('--file') ? ['--testPathPatterns', option('--file')] : [];

const bin = (name) => join('node_modules', '.bin', name);
const totals = { passed: 0, failed: 0, skipped: 0 };
const strict = process.env.CI === 'true';

const steps = [
  { name: 'lint', run: () => check([bin('eslint'), 'lib', 'bin', 'local', 'test']) },
  { name: 'format', run: () => check([bin('prettier'), '--check', '--log-level', 'warn', 'lib', 'bin', 'local', 'test']) },
  { name: 'shell', run: () => shellcheck() },
  { name: 'types', run: () => check([bin('tsc'), '-p', 'tsconfig.test.json']) },
  { name: 'api', run: () => check([process.execPath, 'tools/api.mjs', '--check']) },
  { name: 'unit', run: () => jest('unit') },
  { name: 'sample', needs: { mvn: 'Maven', java: 'JDK 17' }, run: () => check([process.execPath, 'tools/test-sample.mjs']) },
  { name: 'oldest-cdk', run: () => check([process.execPath, 'tools/oldest-cdk.mjs']) },
  {
    name: 'options',
    needs: { mvn: 'Maven', java: 'JDK 17', python3: 'Python 3' },
    run: () => check([process.execPath, 'tools/flink-options/run.mjs', '--check']),
  },
  { name: 'flink', needs: { mvn: 'Maven', java: 'JDK 17', python3: 'Python 3' }, run: () => jest('flink', ['--runInBand']) },
  { name: 'consumers', extra: !strict, run: () => program('consumers', 'tools/consumers/run.mjs', ['--all']) },
  { name: 'cluster', extra: !strict, needs: { go: 'Go 1.26', python3: 'Python 3' }, run: () => jest('cluster', ['--runInBand']) },
];

// What the steps write for a while goes with the last of them, also after Ctrl-C: a real node has gigabytes. The name is short, because
// sockets and RocksDB's log are named by their whole paths.
process.env.TMPDIR = mkdtempSync(join(tmpdir(), 't-'));
process.on('exit', () => rmSync(process.env.TMPDIR, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
let child;

const asked = (step) => (only ? step.name === only : !step.extra || extra.includes(step.name));
for (const step of steps.filter(asked)) {
  const missing = Object.entries(step.needs ?? {}).filter(([command]) => spawnSync(command, [command === 'go' ? 'version' : '--version']).error);
  console.log(`\n== ${step.name}`);
  const start = Date.now();
  if (missing.length > 0) missingTools(step, missing.map(([, title]) => title));
  else await step.run();
  console.log(`== ${step.name}: ${Math.round((Date.now() - start) / 1000)} s`);
}

console.log(`\nnpm test took ${Math.round(process.uptime())} s after the build`);
if (totals.skipped > 0) console.log(`\n${totals.skipped} skipped: the lines above with asterisks or exclamation marks say why`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);

/** Runs a program to its end; its status. */
function ended([command, ...args], stdio = 'inherit') {
  return new Promise((resolve) => {
    child = spawn(command, args, { stdio });
    child.once('error', (error) => console.log(`!! ${error.message}`));
    child.once('close', resolve);
  });
}

/** Ends the step that runs, and then this. */
function stop(signal) {
  if (!child || child.exitCode !== null || child.signalCode !== null) process.exit(1);
  child.once('close', () => process.exit(1));
  child.kill(signal);
}

async function check(command) {
  const status = await ended(command);
  if (status === 0) totals.passed++;
  else totals.failed++;
}

/** Ends with 3 where Python or its package cannot be had. */
async function shellcheck() {
  const status = await ended([process.execPath, 'tools/shellcheck.mjs']);
  if (status === 0) totals.passed++;
  else if (status === 3 && !strict) totals.skipped++;
  else totals.failed++;
}

async function jest(project, args = []) {
  mkdirSync('.local', { recursive: true });
  const report = join('.local', `jest-${project}.json`);
  rmSync(report, { force: true });
  const command = [bin('jest'), '--selectProjects', project, '--json', '--outputFile', report, ...files, ...args];
  const status = await ended(command, ['ignore', 'ignore', 'inherit']);
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  const failedSuites = result.numRuntimeErrorTestSuites ?? 0;
  totals.passed += result.numPassedTests ?? 0;
  totals.failed += (result.numFailedTests ?? 0) + failedSuites;
  totals.skipped += result.numPendingTests ?? 0;
  // A runner that dies before it counts has failed, and so has one that found nothing to run.
  if ((status !== 0 && !result.numFailedTests && !failedSuites) || !result.numTotalTests) totals.failed++;
}

/** A program that writes its own counts. It gets those of its flags that were given here. */
async function program(name, file, flags) {
  mkdirSync('.local', { recursive: true });
  const report = join('.local', `${name}.json`);
  rmSync(report, { force: true });
  const given = flags.filter((flag) => process.argv.includes(flag));
  const status = await ended([process.execPath, file, '--report', report, ...given]);
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  for (const key of Object.keys(totals)) totals[key] += counts[key] ?? 0;
  // A program that dies before it counts has failed, and so has one that found nothing to do.
  if ((status !== 0 && !counts.failed) || !(counts.passed + counts.failed)) totals.failed++;
}

function missingTools(step, titles) {
  console.log(`!! ${step.name} needs ${titles.join(' and ')}: not found on this machine. Install ${titles.join(' and ')} and run again.`);
  if (strict) totals.failed++;
  else totals.skipped++;
}
