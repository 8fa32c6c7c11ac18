import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlinkVersion } from '../../../lib';
import { inLocal } from '../../../local/project';

/** What the image of a version holds: the same job, whose operators are called differently. */
export type Image = 'Stage' | 'Step';

/** What the job of RunningSums.java writes for the numbers below `count`, worked out apart from it: number n is the (n div 10 + 1)th of its key. */
export function runningSums(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const times = Math.floor(n / 10) + 1;
    return `${n} ${times * (n % 10) + (10 * times * (times - 1)) / 2}`;
  });
}

/** Lines of the job in the order of their numbers. */
export function inOrder(lines: string[]): string[] {
  return lines.sort((a, b) => Number(a.split(' ')[0]) - Number(b.split(' ')[0]));
}

/** The job of RunningSums.java as a jar for a line. */
export function sumsJar(line: string, image: Image): string {
  const release = (line === '1.20' ? FlinkVersion.V1_20 : FlinkVersion.V2_2).release;
  const home = output(process.execPath, [join(process.cwd(), 'tools', 'flink-home.mjs'), release]).trim();
  mkdirSync(inLocal('run'), { recursive: true });
  const folder = mkdtempSync(inLocal('run', 'sums-'));
  const source = readFileSync(join(__dirname, 'RunningSums.java'), 'utf8');
  writeFileSync(join(folder, 'RunningSums.java'), source.replace('"Stage "', `"${image} "`));
  output('javac', ['-proc:none', '-d', join(folder, 'classes'), '-cp', join(home, 'lib', '*'), join(folder, 'RunningSums.java')]);
  output('jar', ['--create', '--file', join(folder, 'sums.jar'), '-C', join(folder, 'classes'), '.']);
  return join(folder, 'sums.jar');
}

function output(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
