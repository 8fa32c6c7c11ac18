import { spawn } from 'node:child_process';

/** Runs a command with a time limit. `failure` says why it failed, with the end of what it said. */
export function run(command, args, { cwd, env = process.env, seconds }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: seconds * 1000, killSignal: 'SIGKILL' });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
    child.on('error', (error) => resolve({ ...said, failure: `${command} could not be started: ${error.code}` }));
    child.on('close', (status, signal) => {
      const why = signal ? `did not end within ${seconds} s` : `ended with ${status}`;
      const end = (said.stdout + said.stderr).trim().split('\n').slice(-12).join('\n    ');
      resolve({ ...said, failure: status === 0 ? undefined : `${args[0] ?? command} ${why}\n    ${end}` });
    });
  });
}
