// Builds and tests the sample job for every combination of line and connector that resolves from this machine's Maven repository.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = join(dirname(dirname(fileURLToPath(import.meta.url))), 'sample', 'price-maxima');
const maven = (args, stdio) => spawnSync('mvn', ['-B', '-q', ...args], { cwd: directory, stdio }).status === 0;

/** The builds that need the newer connector come last: where its artifact does not resolve they are left out, and said to be. */
const required = [
  ['1.20', 'consumer'],
  ['2.2', 'none'],
];
const ifResolved = [
  ['2.2', 'streams', '6.0.0-2.0'],
  ['1.20', 'streams', '5.1.0-1.20'],
];

let failed = false;
for (const [line, kinesis] of required) failed = !build(line, kinesis) || failed;
for (const [line, kinesis, version] of ifResolved) {
  const artifact = `org.apache.flink:flink-connector-aws-kinesis-streams:${version}`;
  if (maven(['dependency:get', '-Dtransitive=false', `-Dartifact=${artifact}`], 'ignore')) failed = !build(line, kinesis) || failed;
  else console.log(`!! sample ${line}-${kinesis} was NOT compiled: ${artifact} does not resolve from this machine's Maven repository`);
}
process.exit(failed ? 1 : 0);

function build(line, kinesis) {
  const passed = maven([`-Dflink.line=${line}`, `-Dkinesis=${kinesis}`, 'package'], 'inherit');
  console.log(`sample ${line}-${kinesis}: ${passed ? 'built and tested' : 'FAILED'}`);
  return passed;
}
