import { ensurePython } from '../../local/prerequisites';
import { buildPrograms } from './binaries';
import { layerFolders } from './places';

/** Before the first test: what is missing is built, and what cannot be is said. */
export default async function setup(): Promise<void> {
  const log = (line: string): void => void process.stderr.write(`cluster: ${line}\n`);
  await ensurePython(log);
  layerFolders();
  buildPrograms(log);
}
