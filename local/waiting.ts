import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from './problem';

/** One look at a condition: `done` is set once it holds, `seen` is what an error should show. */
export interface Look<T> {
  readonly done?: T;
  readonly seen: string;
}

/** Options of `waitFor`. */
export interface WaitOptions {
  /** How long to wait at most, in milliseconds. */
  readonly within: number;
  /** Time between two looks, in milliseconds. */
  readonly every?: number;
  /** Ends the waiting early. */
  readonly signal?: AbortSignal;
  /** The error when it does not hold in time, made of what was waited for and seen last: one that a user can mend. */
  readonly otherwise?: (message: string) => Problem;
}

/**
 * Looks again and again until a condition holds.
 *
 * @throws when it does not hold in time; the message says what was seen last
 */
export async function waitFor<T>(what: string, look: () => Promise<Look<T>>, options: WaitOptions): Promise<T> {
  const end = Date.now() + options.within;
  let seen = 'nothing';
  while (Date.now() < end) {
    options.signal?.throwIfAborted();
    try {
      const found = await inTime(look(), end - Date.now(), options.signal);
      if (found.done !== undefined) return found.done;
      seen = found.seen;
    } catch (error) {
      if (error instanceof Stop) throw error.reason;
      seen = error instanceof Error ? error.message : String(error);
    }
    await pause(options.every ?? 200, undefined, { signal: options.signal });
  }
  const message = `${what}: not so after ${options.within / 1000} s. Last seen: ${seen}`;
  throw options.otherwise === undefined ? new Error(message) : options.otherwise(message);
}

/** A look that gets no answer must not wait for ever: a server may take a connection and stay silent. */
async function inTime<T>(look: Promise<Look<T>>, milliseconds: number, signal?: AbortSignal): Promise<Look<T>> {
  const over = new AbortController();
  const late = pause(milliseconds, { seen: 'no answer' }, { signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal });
  try {
    return await Promise.race([look, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

/** Thrown by a look when waiting on is of no use. */
export class Stop extends Error {
  constructor(public readonly reason: Error) {
    super(reason.message);
  }
}
