import { setTimeout as pause } from 'node:timers/promises';
import { Quiet } from '../../../local/drill/quiet';

describe('starts and interruptions', () => {
  test('come one after the other, in the order in which they were asked for', async () => {
    const quiet = new Quiet();
    const seen: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      seen.push(`${name} begins`);
      await pause(60);
      seen.push(`${name} ends`);
    };
    // The first asks again at once when it is done.
    const first = quiet.start(work('a')).then(() => quiet.start(work('c')));
    await Promise.all([first, quiet.start(work('b'))]);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('nothing is started shortly before an interruption', async () => {
    const quiet = new Quiet();
    const seen: string[] = [];
    const interruption = quiet.interrupt(Date.now() + 200, async () => void seen.push('interruption'));
    await Promise.all([interruption, quiet.start(async () => void seen.push('start'))]);
    expect(seen).toEqual(['interruption', 'start']);
  });

  test('who no longer needs the machine for itself lets the next one begin', async () => {
    const quiet = new Quiet();
    const seen: string[] = [];
    let done = (): void => undefined;
    const other = new Promise<void>((resolve) => (done = resolve));
    const first = quiet.start(async (release) => {
      seen.push('a begins');
      release();
      await other;
      seen.push('a ends');
    });
    await quiet.start(async () => void seen.push('b'));
    done();
    await first;
    expect(seen).toEqual(['a begins', 'b', 'a ends']);
  });

  test('a start fits before an interruption where a start with an interruption of its own does not', async () => {
    const quiet = new Quiet();
    const stop = new AbortController();
    const late = quiet.interrupt(Date.now() + 40_000, async () => undefined, stop.signal).catch(() => 'stopped');
    expect(await quiet.start(async () => 'started')).toBe('started');
    const both = quiet.startAndInterrupt(async () => 'started', stop.signal).catch(() => 'stopped');
    // Five looks of the one that waits.
    await pause(250);
    stop.abort();
    expect(await Promise.all([late, both])).toEqual(['stopped', 'stopped']);
  });

  test('one that fails lets the next one go on', async () => {
    const quiet = new Quiet();
    await expect(quiet.start(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await quiet.start(() => Promise.resolve(7))).toBe(7);
  });
});
