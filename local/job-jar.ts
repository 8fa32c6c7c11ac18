import { readFileSync } from 'node:fs';
import { ApplicationTemplate } from './application-template';
import { Problem } from './problem';

/**
 * Looks for the application's entry class in a jar before anything is started. Names stand in a jar as they are, whether or not what
 * they name is compressed.
 *
 * @throws when the class is not there
 */
export function requireEntryClass(jar: string, { name, jobManagerArguments }: ApplicationTemplate): void {
  const entryClass = jobManagerArguments[jobManagerArguments.indexOf('--job-classname') + 1];
  const content = readFileSync(jar);
  if (!content.subarray(0, 2).equals(Buffer.from('PK'))) throw new Problem(`--jar '${jar}' is no jar: give the shaded jar of the job`);
  if (content.includes(`${entryClass.replaceAll('.', '/')}.class`)) return;
  throw new Problem(
    `--jar '${jar}' has no class ${entryClass}, which the template of '${name}' starts: give the shaded jar of this job, or correct entryClass of FlinkJob.jar() and synthesize again`,
  );
}
