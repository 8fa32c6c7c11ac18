// Compiles the sources to dist/ and puts the data files of the library beside them. With --fresh nothing of an earlier build is left, as a
// package needs it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

if (process.argv.includes('--fresh')) rmSync('dist', { recursive: true, force: true });

const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

for (const file of readdirSync('lib', { recursive: true })) {
  if (!/(^|\/)data\/[^/]+\.(java|json|sh)$/.test(file)) continue;
  const target = join('dist/lib', file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join('lib', file), target);
}
