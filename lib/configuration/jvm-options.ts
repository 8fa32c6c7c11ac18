/** Options of the Java virtual machines, besides those that Java 17 needs and those of memory, which follow from the memory of the pods. */
export interface JvmOptions {
  /**
   * Of every process. Source: `env.java.opts.all`.
   *
   * @default - none
   */
  readonly all?: string[];
  /**
   * Of the JobManager. Source: `env.java.opts.jobmanager`.
   *
   * @default - none
   */
  readonly jobManager?: string[];
  /**
   * Of the TaskManagers, for example `['-XX:+UseZGC']`. Source: `env.java.opts.taskmanager`.
   *
   * @default - none
   */
  readonly taskManager?: string[];
}

/** As Flink options. */
export function jvmProperties({ all, jobManager, taskManager }: JvmOptions): Record<string, string> {
  const given = Object.entries({ all, jobmanager: jobManager, taskmanager: taskManager });
  return Object.fromEntries(given.flatMap(([role, options]) => (options?.length ? [[`env.java.opts.${role}`, options.join(' ')]] : [])));
}

/**
 * What is wrong, one sentence each.
 *
 * @param options as given
 */
export function jvmProblems(options: JvmOptions): string[] {
  return Object.entries(options).flatMap(([role, given]) =>
    ((given ?? []) as string[])
      .filter((option) => !/^-\S+$/.test(option) && !option.includes('${Token['))
      .map(
        (option) =>
          `flink.jvmOptions.${role} has '${option}': allowed is one option an item, starting with '-' and without blanks, because Flink's scripts split at blanks; use for example '-XX:+UseZGC'`,
      ),
  );
}
