import { spawn } from 'node:child_process';
import { Problem } from './problem';
import { PROJECT } from './project';

/** How a command is run to its end. */
export interface CommandOptions {
  readonly directory?: string;
  readonly environment?: Record<string, string | undefined>;
  /** Receives each line that it writes to standard error. */
  readonly log?: (line: string) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  readonly status: number | null;
  /** Standard output and standard error as one. */
  readonly said: string;
  /** Standard output only. */
  readonly output: string;
}

/** Runs a command to its end; a command that does not exist has the status null. */
export function runCommand(command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const { directory = PROJECT, environment = process.env, log } = options;
    // Its own group, so that a Ctrl-C of the terminal reaches it only through the signal.
    const child = spawn(command, args, { cwd: directory, env: environment, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGTERM'));
    options.signal?.addEventListener('abort', end);
    const said = { all: '', output: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => ((said.all += text), (said.output += text)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.all += text;
      if (log) text.split('\n').filter(Boolean).forEach(log);
    });
    const done = (status: number | null): void => {
      options.signal?.removeEventListener('abort', end);
      resolve({ status, said: said.all, output: said.output });
    };
    child.on('error', () => done(null));
    child.on('close', (status) => done(status ?? 1));
  });
}

/** Standard output of a command that must succeed. */
export async function requireCommand(
  what: string,
  command: string,
  args: string[],
  fix: string,
  options: CommandOptions = {},
): Promise<string> {
  const { status, said, output } = await runCommand(command, args, options);
  options.signal?.throwIfAborted();
  if (status === 0) return output.trim();
  const end = said.trimEnd().split('\n').slice(-15).join('\n');
  throw new Problem(`${what} failed (${command} ${status === null ? 'was not found' : `ended with code ${status}`}). ${fix}\n${end}`);
}
