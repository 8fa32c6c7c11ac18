import { ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from './problem';
import { PROJECT } from './project';
import { Look, Stop, waitFor } from './waiting';

/** How a process is started. */
export interface ProcessOptions {
  /** What it is called in messages. */
  readonly name: string;
  readonly command: string;
  readonly arguments: string[];
  readonly environment: Record<string, string | undefined>;
  /** File that receives all it prints. */
  readonly log: string;
  /** Working directory. */
  readonly directory?: string;
}

/**
 * Time that a process has between the request to end and being killed, in milliseconds. Nothing here keeps what a clean end would
 * save; a TaskManager that has lost its JobManager would take ten seconds.
 */
const GRACE = 3_000;

/** A process in a group of its own, so that a signal reaches its children and a Ctrl-C of the terminal does not. */
export class OwnProcess {
  /** Resolves with the reason once the process has ended. */
  public readonly ended: Promise<string>;
  /** Why it ended; undefined while it runs. */
  public end?: string;

  constructor(
    public readonly options: ProcessOptions,
    private readonly child: ChildProcess,
  ) {
    this.ended = new Promise((resolve) => {
      const done = (reason: string): void => resolve((this.end = reason));
      child.once('error', (error: NodeJS.ErrnoException) => done(`could not be started (${error.code})`));
      child.once('exit', (code, signal) => done(signal ? `was ended by ${signal}` : `ended with code ${code}`));
    });
  }

  /** Its id, which is the id of its group too. */
  public get pid(): number | undefined {
    return this.child.pid;
  }

  /** Sends a signal to the whole group. */
  public signal(signal: NodeJS.Signals): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Asks it to end, and kills what has not ended in time. */
  public async stop(): Promise<void> {
    this.signal('SIGTERM');
    for (const start = Date.now(); this.groupLives() && Date.now() - start < GRACE;) await pause(50);
    this.signal('SIGKILL');
    await this.ended;
  }

  /**
   * An error that says how it ended and shows the first errors of its log.
   *
   * @param state what it is in, when it has not ended
   */
  public failure(fix: string, state = 'does not answer'): Problem {
    return new Problem(`${this.options.name} ${this.end ?? state}. ${fix}\nFrom its log ${this.options.log}:\n${this.essence()}`);
  }

  /**
   * Waits until it answers.
   *
   * @param answers whether it does; an error counts as no
   * @param fix what to do when it has ended or stays silent
   * @throws when it has ended, or after a minute
   */
  public async awaitAnswer(answers: () => Promise<boolean>, fix: string, signal?: AbortSignal): Promise<void> {
    const look = async (): Promise<Look<true>> => {
      if (this.end) throw new Stop(this.failure(fix));
      return (await answers()) ? { done: true, seen: '' } : { seen: 'no answer' };
    };
    const otherwise = (message: string): Problem => this.failure(`${message}.\n${fix}`);
    await waitFor(`${this.options.name} answers`, look, { within: 60_000, otherwise, signal });
  }

  /** The first errors in its log, or its last lines: later errors mostly follow from the first. */
  private essence(): string {
    const lines = readFileSync(this.options.log, 'utf8').trimEnd().split('\n');
    const errors = lines.filter((line) => / ERROR |^Caused by:|^Exception|Error:/.test(line));
    return (errors.length > 0 ? errors.slice(0, 8) : lines.slice(-15)).join('\n');
  }

  /** Children of it may live on after it. */
  private groupLives(): boolean {
    try {
      return this.pid !== undefined && process.kill(-this.pid, 0);
    } catch {
      return false;
    }
  }
}

/** Every process that this run started. None outlives it: a watchdog ends them when this process is gone, however it went. */
export class OwnProcesses {
  private readonly processes = new Set<OwnProcess>();
  private watchdog?: ChildProcess;
  private closed = false;

  /** Starts a process; returns at once. */
  public start(options: ProcessOptions): OwnProcess {
    if (this.closed) throw new Problem(`${options.name} is not started: the run is being stopped`);
    mkdirSync(dirname(options.log), { recursive: true });
    const log = openSync(options.log, 'a');
    const child = spawn(options.command, options.arguments, {
      cwd: options.directory,
      env: options.environment,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const started = new OwnProcess(options, child);
    this.watch(started);
    return started;
  }

  /** Ends all processes; nothing can be started afterwards. */
  public async stop(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.processes].map((each) => each.stop()));
    this.watchdog?.stdin?.end();
  }

  private watch(started: OwnProcess): void {
    this.processes.add(started);
    const { pid } = started;
    if (pid === undefined) return;
    this.tell(`+${pid}`);
    void started.ended.then(() => {
      // Whatever it left in its group goes with it: its id may soon belong to somebody else.
      started.signal('SIGKILL');
      this.processes.delete(started);
      this.tell(`-${pid}`);
    });
  }

  private tell(line: string): void {
    this.watchdog ??= startWatchdog();
    this.watchdog.stdin?.write(`${line}\n`);
  }
}

function startWatchdog(): ChildProcess {
  const child = spawn(process.execPath, [join(PROJECT, 'local', 'watchdog.mjs')], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  // The pipe must not keep this process alive; a broken one means that the watchdog was killed, which is no reason to fail.
  (child.stdin as unknown as { unref(): void }).unref();
  child.stdin?.on('error', () => undefined);
  return child;
}
