/** Lets several runs wait side by side, but only one start or be interrupted at a time: what is measured has the machine for itself. */
export class Quiet {
  private last: Promise<unknown> = Promise.resolve();

  /** Does work when all that was asked for before is done. */
  public alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
