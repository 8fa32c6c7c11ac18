// Runs cfn-lint, of one pinned version from PyPI, in the project's own Python environment. `node tools/cfn-lint.mjs FILE…` prints its
// findings as JSON and ends with 0; it ends with 3 when Python or the package cannot be had.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { ensurePython, run, withLock } from './flink-home.mjs';

const VERSION = '1.51.0';
const UNAVAILABLE = 3;

const python = await prepare().catch((error) => {
  console.error(error.message);
  process.exit(UNAVAILABLE);
});
console.log(JSON.stringify(lint(process.argv.slice(2))));

async function prepare() {
  const found = await ensurePython({ log: console.error });
  if (await isInstalled(found)) return found;
  // Two of the tests may be the first at the same time.
  await withLock(join(dirname(found), '..', '..', 'cfn-lint.lock'), console.error, async () => {
    if (!(await isInstalled(found))) await install(found);
  });
  return found;
}

function isInstalled(found) {
  const version = ['-c', `import importlib.metadata as m; exit(m.version('cfn-lint') != '${VERSION}')`];
  return run(found, version, '').then(() => true, () => false); // prettier-ignore
}

async function install(found) {
  console.error(`installing cfn-lint ${VERSION}`);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-input', `cfn-lint==${VERSION}`];
  await run(found, pip, `cfn-lint ${VERSION} could not be installed: pip must reach a package index that has it.`);
}

/** cfn-lint ends with a sum of flags that says which kinds of findings there are; only its own failure is one of ours. */
function lint(files) {
  const command = join(dirname(python), 'cfn-lint');
  const { status, stdout, stderr, error } = spawnSync(command, ['--format', 'json', '--', ...files], { encoding: 'utf8' });
  if (error || status === null || status === 1) throw new Error(`cfn-lint failed: ${error ?? stderr}`);
  return JSON.parse(stdout);
}
