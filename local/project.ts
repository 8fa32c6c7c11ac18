import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, whether this file runs from its source or compiled below `dist`. */
export const PROJECT = find(__dirname);

/** A path in the project's `.local` folder, where everything lies that the local run makes. */
export function inLocal(...parts: string[]): string {
  return join(PROJECT, '.local', ...parts);
}

function find(folder: string): string {
  if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'local', 'requirements.txt'))) return folder;
  if (dirname(folder) === folder) throw new Error('package.json of the project was not found above this file');
  return find(dirname(folder));
}
