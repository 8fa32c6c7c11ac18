import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inLocal } from './project';

/** A lock that its owner has not touched for so long belongs to a process that is gone. Milliseconds. */
const STALE = 30_000;

/** Does work that only one process of this checkout may do at a time. */
export async function alone<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = inLocal(`${name}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  while (!take(lock)) await pause(300, undefined, { signal });
  const touch = setInterval(() => utimesSync(lock, new Date(), new Date()), 2_000);
  try {
    return await work();
  } finally {
    clearInterval(touch);
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (Date.now() - touched > STALE) rmSync(lock, { recursive: true, force: true });
  return false;
}
