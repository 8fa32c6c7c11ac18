// `npm run bench`: how long the sample takes to synthesize, against a bare aws-eks-v2 stack with the same node groups and one manifest.
// Both are whole processes of compiled code, measured alternately in one run, so that a busy machine slows both. The result is a ratio.
// Then how long the main entry takes to load (bench/imports.mjs), and the critical path of a deployment, in a model
// (bench/critical-path.mjs).
// Options: --runs N (5), --record (writes docs/measurements/…-DATE.json and the figures in docs/performance.md), --only path.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { criticalPaths, printPaths } from './bench/critical-path.mjs';
import { importTimes } from './bench/imports.mjs';
import { synthesisFigures, pathFigures, writeFigures } from './bench/page.mjs';

/** The sample may take this many times as long as the bare stack. */
const ALLOWED = 1.5;

const PROGRAMS = { sample: 'dist/bin/flink-on-spot.js', bare: 'tools/bench/bare-stack.mjs' };

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const date = new Date().toISOString().slice(0, 10);
const recording = process.argv.includes('--record');
const results = process.argv.includes('--only') ? [path()] : [synthesis(), importTimes(), path()];
process.exit(results.every(({ ratio, allowed }) => ratio <= allowed) ? 0 : 1);

function synthesis() {
  const load = loadavg()[0];
  const runs = numberOfRuns();
  const milliseconds = measure(runs);
  const median = Object.fromEntries(Object.entries(milliseconds).map(([name, times]) => [name, middle(times)]));
  const ratio = Number((median.sample / median.bare).toFixed(2));
  const result = {
    what: 'synthesis',
    date,
    machine: machine(load),
    versions: versions(),
    runs,
    milliseconds,
    median,
    ratio,
    allowed: ALLOWED,
  };
  print(result);
  if (recording) record('bench', result, synthesisFigures);
  return result;
}

function path() {
  const result = { date, versions: versions(), ...criticalPaths(PROGRAMS) };
  printPaths(result);
  if (recording) record('critical-path', result, pathFigures);
  return result;
}

function numberOfRuns() {
  const index = process.argv.indexOf('--runs');
  if (index < 0) return 5;
  const given = process.argv[index + 1];
  if (!/^[1-9]\d*$/.test(given ?? '')) stop(`--runs is '${given}': allowed is a whole number of 1 or more; use --runs 5`);
  return Number(given);
}

function measure(runs) {
  const times = { sample: [], bare: [] };
  // The first pair only fills the caches of the operating system.
  for (let run = 0; run <= runs; run++) {
    for (const [name, program] of Object.entries(PROGRAMS)) {
      const time = synthesize(name, program);
      if (run > 0) times[name].push(time);
    }
  }
  return times;
}

function synthesize(name, program) {
  const out = mkdtempSync(join(tmpdir(), 'flink-bench-'));
  // No context from outside: what a caller's CDK_CONTEXT_JSON or account says must not change the figures.
  const { CDK_CONTEXT_JSON, CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, ...environment } = process.env;
  const start = performance.now();
  const { status, error, stderr } = spawnSync(process.execPath, [program], {
    env: { ...environment, CDK_VALIDATION: 'false', CDK_OUTDIR: out },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const time = Math.round(performance.now() - start);
  rmSync(out, { recursive: true, force: true });
  if (error || status !== 0) stop(`${name} (${program}) does not synthesize: ${error?.message ?? stderr}`);
  return time;
}

function middle(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half] : Math.round((sorted[half - 1] + sorted[half]) / 2);
}

function print({ runs, milliseconds, median, ratio }) {
  console.log(`Synthesis, whole process, milliseconds; ${runs} runs each, alternately; CDK_VALIDATION=false`);
  for (const [name, times] of Object.entries(milliseconds)) console.log(`  ${name.padEnd(7)}${times.join('  ')}   median ${median[name]}`);
  console.log(`  ratio ${ratio.toFixed(2)}: ${ratio <= ALLOWED ? 'holds' : 'MISSES'} the limit of ${ALLOWED}`);
}

function record(name, result, figures) {
  const file = `docs/measurements/${name}-${date}.json`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  writeFigures('docs/performance.md', file, result, figures);
  console.log(`recorded in ${file} and docs/performance.md`);
}

function machine(load) {
  const [{ model }] = cpus();
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  return { processors: cpus().length, model, memoryGib, system: process.platform, loadBefore: Number(load.toFixed(1)) };
}

function versions() {
  const installed = (name) => JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')).version;
  const packages = ['aws-cdk-lib', 'cdk8s', 'cdk8s-plus-28', 'constructs'];
  return { node: process.versions.node, ...Object.fromEntries(packages.map((name) => [name, installed(name)])) };
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
