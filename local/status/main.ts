#!/usr/bin/env node
import { describe } from '../problem';
import { status } from './status';

// `npm run status` in a clone, `npx cdk-flink-on-eks status` where the package is installed.
// 0: the job runs, in the version that the last deploy wants; 1: it does not, or it could not be seen.
try {
  const given = process.argv.slice(2);
  const { lines, well } = status(given[0] === 'status' ? given.slice(1) : given);
  console.log(lines.join('\n'));
  process.exitCode = well ? 0 : 1;
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}
