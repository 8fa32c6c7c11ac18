import { describe } from '../problem';
import { status } from './status';

// 0: the job runs, in the version that the last deploy wants; 1: it does not, or it could not be seen.
try {
  const { lines, well } = status(process.argv.slice(2));
  console.log(lines.join('\n'));
  process.exitCode = well ? 0 : 1;
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
