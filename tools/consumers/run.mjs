// `npm run test:consumers`: packs the library, installs it into fresh apps outside this tree, compiles them as strictly as TypeScript can, and
// synthesizes them without account or network. Pairwise over the axes of combinations.mjs; --all takes the full product, --list prints what
// would run, --only TEXT takes those whose name contains it, --keep leaves the apps where they are. With --report FILE the counts are written there for tools/test.mjs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allCombinations, AXES, nameOf, pairwise } from './combinations.mjs';
import { makeApp } from './app.mjs';
import { run } from './command.mjs';
import { checkTarball } from './tarball.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const has = (flag) => process.argv.includes(flag);
const only = has('--only') ? process.argv[process.argv.indexOf('--only') + 1] : '';
const chosen = (has('--all') ? allCombinations() : pairwise()).filter((one) => nameOf(one).includes(only));
if (has('--list')) {
  console.log(JSON.stringify(chosen, null, 2));
  process.exit(0);
}

const PNPM = '10.34.9';
const totals = { passed: 0, failed: 0 };
const folder = mkdtempSync(join(tmpdir(), 'flink-consumers-'));
process.on('exit', () => has('--keep') || rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const tarball = await pack();
check('the tarball', await checkTarball(tarball, folder));
const tools = await installTools();
await inTurns([...chosen], Math.min(2, cpus().length), tryCombination);
sameTemplates();

const index = process.argv.indexOf('--report');
if (index > 0) writeFileSync(process.argv[index + 1], JSON.stringify(totals));
else console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);

async function pack() {
  const answer = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, seconds: 180 });
  if (answer.failure) stop(`npm pack: ${answer.failure}`);
  const [{ filename }] = JSON.parse(answer.stdout.slice(answer.stdout.indexOf('[')));
  return join(folder, filename);
}

/** Every Node and pnpm, each once. The npm package `node` is a script that fetches one of these; scripts are not run here. */
async function installTools() {
  const directory = join(folder, 'tools');
  mkdirSync(directory);
  const binary = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const nodes = AXES.node.map((version) => `node-${version}@npm:${binary}@${version}`);
  writeFileSync(join(directory, 'package.json'), '{ "private": true }');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--force', `pnpm@${PNPM}`, ...nodes];
  const { failure } = await run('npm', args, { cwd: directory, seconds: 300 });
  if (failure) stop(`Node ${AXES.node.join(', ')} and pnpm could not be installed: ${failure}`);
  return {
    node: (version) => join(directory, 'node_modules', `node-${version}`, 'bin', 'node'),
    pnpm: join(directory, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs'),
    store: join(folder, 'pnpm-store'),
  };
}

async function tryCombination(combination, number) {
  const start = Date.now();
  const app = makeApp(combination, { folder: join(folder, `app-${number}`), root, tarball, tools });
  const results = await app.tryAll();
  check(nameOf(combination), results, `${Math.round((Date.now() - start) / 1000)} s: ${app.times()}`);
  combination.template = app.template;
  if (!has('--keep')) app.remove();
}

/** The same app, whatever it is installed with, is the same stack: only what the serializer of our own testing room hides may differ. */
function sameTemplates() {
  const made = chosen.filter(({ template }) => template !== undefined);
  const different = made.filter(({ template }) => template !== made[0].template).map(nameOf);
  check('one template from all', [
    {
      name: 'templates',
      failure:
        made.length === 0 ? 'there are none' : different.length > 0 ? `these differ from the first: ${different.join('; ')}` : undefined,
    },
  ]);
}

function check(title, results, note = '') {
  const failed = results.filter(({ failure }) => failure);
  totals.passed += results.length - failed.length;
  totals.failed += failed.length;
  console.log(`${failed.length > 0 ? 'FAILED' : 'ok    '} ${title}${note && ` (${note})`}`);
  for (const { name, failure } of failed) console.log(`  ${name}: ${failure}`);
}

async function inTurns(queue, workers, work) {
  let next = 0;
  const worker = async () => {
    while (next < queue.length) await work(queue[next], next++);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
