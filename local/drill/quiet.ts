import { setTimeout as pause } from 'node:timers/promises';

/** How long a start takes, in milliseconds: none begins so shortly before an interruption. */
export const LEAD = 20_000;

/** How long a start and an interruption that soon follows may take, in milliseconds. */
const BOTH = 60_000;

/** Work that has the machine for itself until it ends, or until it says that it no longer needs to. */
export type Alone<T> = (release: () => void) => Promise<T>;

/** Lets several runs wait side by side, but only one start or be interrupted at a time: what is measured has the machine for itself. */
export class Quiet {
  private busy = false;
  /** Who waits, in the order in which they came: otherwise one that asks again at once would always be first. */
  private readonly waiting: symbol[] = [];
  private readonly due = new Set<number>();

  /** Starts something, when nothing else is being done or will be soon. */
  public start<T>(work: Alone<T>, signal?: AbortSignal): Promise<T> {
    return this.alone(this.isFree(LEAD), false, work, signal);
  }

  /** Starts something and interrupts it at once. */
  public startAndInterrupt<T>(work: Alone<T>, signal?: AbortSignal): Promise<T> {
    return this.alone(this.isFree(BOTH), false, work, signal);
  }

  /**
   * Does work at its time.
   *
   * @param at milliseconds since 1970
   */
  public async interrupt<T>(at: number, work: Alone<T>, signal?: AbortSignal): Promise<T> {
    this.due.add(at);
    try {
      await pause(at - Date.now(), undefined, { signal });
      return await this.alone(() => true, true, work, signal);
    } finally {
      this.due.delete(at);
    }
  }

  /** Whether nobody else is due within a time. */
  private isFree(milliseconds: number): () => boolean {
    return () => [...this.due].every((each) => each - Date.now() > milliseconds);
  }

  private async alone<T>(may: () => boolean, urgent: boolean, work: Alone<T>, signal?: AbortSignal): Promise<T> {
    const own = Symbol('turn');
    this.waiting.push(own);
    try {
      while (this.busy || !may() || (!urgent && this.waiting[0] !== own)) await pause(50, undefined, { signal });
      this.busy = true;
    } finally {
      this.waiting.splice(this.waiting.indexOf(own), 1);
    }
    let held = true;
    const release = (): void => {
      if (held) this.busy = held = false;
    };
    try {
      return await work(release);
    } finally {
      release();
    }
  }
}
