// How long the main entry takes to load, against what it is made of: aws-eks-v2, cdk8s and cdk8s-plus-28. Each in a process of its own, the
// processor time of `require` alone (a busy machine leaves it alone), alternately in one run, after one pair that only fills the caches of the
// operating system.
import { spawnSync } from 'node:child_process';

/** The main entry may take this many times as long as its parts. */
const ALLOWED = 1.3;
const RUNS = 5;

const PROGRAMS = {
  entry: ['cdk-flink-on-eks'],
  parts: ['aws-cdk-lib/aws-eks-v2', 'cdk8s', 'cdk8s-plus-28'],
};

export function importTimes() {
  const times = { entry: [], parts: [] };
  for (let run = 0; run <= RUNS; run++) {
    for (const [name, modules] of Object.entries(PROGRAMS)) {
      const time = load(modules);
      if (run > 0) times[name].push(time);
    }
  }
  const median = (name) => [...times[name]].sort((a, b) => a - b)[Math.floor(RUNS / 2)];
  const ratio = Number((median('entry') / median('parts')).toFixed(2));
  console.log(`\nLoading, milliseconds of processor time in require; ${RUNS} runs each, alternately`);
  for (const [name, all] of Object.entries(times)) console.log(`  ${name.padEnd(7)}${all.join('  ')}   median ${median(name)}`);
  console.log(`  ratio ${ratio.toFixed(2)}: ${ratio <= ALLOWED ? 'holds' : 'MISSES'} the limit of ${ALLOWED}`);
  return { ratio, allowed: ALLOWED };
}

function load(modules) {
  const script = `const start = process.cpuUsage(); ${modules.map((name) => `require('${name}');`).join(' ')} const { user, system } = process.cpuUsage(start); console.log(Math.round((user + system) / 1000));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${modules.join(', ')} cannot be loaded: ${stderr}`);
  return Number(stdout);
}
