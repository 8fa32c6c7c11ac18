/** Something that the user can mend: what was given, what is needed, and the fix. Shown without a stack trace. */
export class Problem extends Error {}

/** What to show of an error: the message of a problem, the whole trace of anything that nobody foresaw. */
export function describe(error: unknown): string {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
