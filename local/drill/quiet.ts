import { setTimeout as pause } from 'node:timers/promises';

/** How long before an interruption nothing is started any more, in milliseconds. */
export const LEAD = 25_000;

/** Lets several runs wait side by side, but only one start or be interrupted at a time: what is measured has the machine for itself. */
export class Quiet {
  private busy = false;
  /** Who waits, in the order in which they came: otherwise one that asks again at once would always be first. */
  private readonly waiting: symbol[] = [];
  private readonly due = new Set<number>();

  /** Does work that may wait, when nothing else is being done or will be soon. */
  public start<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.alone(() => [...this.due].every((each) => each - Date.now() > LEAD), false, work, signal);
  }

  /**
   * Does work at its time.
   *
   * @param at milliseconds since 1970
   */
  public async interrupt<T>(at: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.due.add(at);
    try {
      await pause(at - Date.now(), undefined, { signal });
      return await this.alone(() => true, true, work, signal);
    } finally {
      this.due.delete(at);
    }
  }

  private async alone<T>(may: () => boolean, urgent: boolean, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const own = Symbol('turn');
    this.waiting.push(own);
    try {
      while (this.busy || !may() || (!urgent && this.waiting[0] !== own)) await pause(50, undefined, { signal });
      this.busy = true;
    } finally {
      this.waiting.splice(this.waiting.indexOf(own), 1);
    }
    try {
      return await work();
    } finally {
      this.busy = false;
    }
  }
}
