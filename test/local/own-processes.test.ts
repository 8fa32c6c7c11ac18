import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnProcess, OwnProcesses } from '../../local/own-processes';
import { PROJECT } from '../../local/project';
import { waitFor } from '../../local/waiting';

const folder = mkdtempSync(join(tmpdir(), 'own-processes-'));

function start(processes: OwnProcesses, name: string, script: string): OwnProcess {
  return processes.start({ name, command: 'bash', arguments: ['-c', script], environment: process.env, log: join(folder, `${name}.out`) });
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A process whose child prints its own id. */
async function withChild(processes: OwnProcesses, name: string): Promise<{ parent: OwnProcess; child: number }> {
  const parent = start(processes, name, 'sleep 600 & echo $!; wait');
  const child = await waitFor(
    'the child says its id',
    async () => {
      const seen = readFileSync(parent.options.log, 'utf8').trim();
      return { done: Number(seen) || undefined, seen };
    },
    { within: 10_000, every: 20 },
  );
  return { parent, child };
}

describe('own processes', () => {
  test('that end before they answer are reported with their log', async () => {
    const processes = new OwnProcesses();
    const broken = start(processes, 'broken', 'echo Error: no such port; exit 3');
    await expect(broken.awaitAnswer(() => Promise.resolve(false), 'Mend it.')).rejects.toThrow(
      /^broken ended with code 3\. Mend it\.\nFrom its log .*broken\.out:\nError: no such port$/,
    );
    await processes.stop();
  });

  test('that take a request and never answer it do not hold a wait beyond its time', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(waitFor('it answers', () => never, { within: 100 })).rejects.toThrow(
      /^it answers: not so after 0\.1 s\. Last seen: no answer$/,
    );
  });

  test('end with their children when they are stopped, and nothing starts afterwards', async () => {
    const processes = new OwnProcesses();
    const { parent, child } = await withChild(processes, 'stopped');
    expect(lives(child)).toBe(true);
    await processes.stop();
    expect([parent.end, lives(child)]).toEqual(['was ended by SIGTERM', false]);
    expect(() => start(processes, 'late', 'true')).toThrow('late is not started: the run is being stopped');
  });

  test('leave no children behind when they die by themselves', async () => {
    const processes = new OwnProcesses();
    const { parent, child } = await withChild(processes, 'killed');
    process.kill(parent.pid as number, 'SIGKILL');
    await parent.ended;
    await waitFor('the child is gone', async () => ({ done: lives(child) ? undefined : true, seen: 'alive' }), {
      within: 10_000,
      every: 20,
    });
    await processes.stop();
  });

  test('say how they ended and what they complained about first', async () => {
    const processes = new OwnProcesses();
    const failing = start(processes, 'failing', 'echo fine; echo "12:00 ERROR first"; echo "12:01 ERROR second"; exit 3');
    await failing.ended;
    expect(failing.failure('Mend it.').message).toMatch(
      /^failing ended with code 3\. Mend it\.\n.*\n12:00 ERROR first\n12:01 ERROR second$/,
    );
    const missing = processes.start({ ...failing.options, name: 'missing', command: 'no-such-command' });
    await missing.ended;
    expect(missing.end).toBe('could not be started (ENOENT)');
    await processes.stop();
  });
});

test('the watchdog ends the process groups that are left when its pipe closes', async () => {
  const sleeper = (): ReturnType<typeof spawn> => spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const [left, done] = [sleeper(), sleeper()];
  const watchdog = spawn(process.execPath, [join(PROJECT, 'local', 'watchdog.mjs')], { stdio: ['pipe', 'ignore', 'ignore'] });
  watchdog.stdin.end(`+${left.pid}\n+${done.pid}\n-${done.pid}\n`);
  await new Promise((resolve) => watchdog.once('exit', resolve));
  expect([lives(left.pid as number), lives(done.pid as number)]).toEqual([false, true]);
  process.kill(done.pid as number, 'SIGKILL');
});
