// Compiles the sources to dist/, makes each index load by and by, and puts the data files of the library beside them. Does nothing when nothing
// has changed since. With --fresh nothing of an earlier build is left, as a package needs it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeLazyIndex } from './build/lazy-index.mjs';

if (process.argv.includes('--fresh')) rmSync('dist', { recursive: true, force: true });

/** Written when a build is complete: the compiler leaves alone what would come out the same, so dist/ has no other sign of it. */
const STAMP = 'dist/.built';
if (isFresh()) process.exit(0);

const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const file of readdirSync('lib', { recursive: true })) {
  if (!/(^|\/)data\/[^/]+\.(java|json|sh)$/.test(file)) continue;
  const target = join('dist/lib', file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join('lib', file), target);
}

for (const file of readdirSync('lib', { recursive: true })) {
  if (/(^|\/)index\.ts$/.test(file)) writeLazyIndex(join('lib', file), join('dist/lib', file.replace(/ts$/, 'js')));
}
writeFileSync(STAMP, '');

function isFresh() {
  if (!existsSync(STAMP)) return false;
  const built = statSync(STAMP).mtimeMs;
  // Folders too: a file that is gone has changed its folder.
  const inputs = ['lib', 'bin', 'local', 'tools/build'].flatMap((folder) =>
    [folder, ...readdirSync(folder, { recursive: true }).map((file) => join(folder, file))],
  );
  return ['tsconfig.json', 'tools/build.mjs', 'package-lock.json', ...inputs].every((file) => statSync(file).mtimeMs <= built);
}
