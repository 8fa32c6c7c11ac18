/**
 * Rejections that are reported elsewhere and must not end the process. A decorator of EKS Blueprints derives a promise from the result of an
 * add-on and drops it, so a rejection of the add-on is always an unhandled one as well. Rejections of others go their usual way.
 */
export class SwallowedRejections {
  private readonly reasons = new Set<unknown>();

  constructor() {
    process.on('unhandledRejection', this.see);
  }

  /** Marks a reason as reported. */
  public add(reason: unknown): void {
    this.reasons.add(reason);
  }

  /** Waits until the process has seen what is pending, and then sees no more of them. */
  public async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', this.see);
  }

  private readonly see = (reason: unknown): void => {
    if (!this.reasons.has(reason)) throw reason;
  };
}
