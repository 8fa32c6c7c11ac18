import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command';
import { FlinkHome } from './flink-home';
import { KubernetesApi } from './kubernetes-api';
import { Problem } from './problem';

/** The container that runs before the JobManager and decides what the job starts from. */
export interface StartTemplate {
  /** Its command, of which the first is an interpreter and the second a file of the configuration. */
  readonly command: string[];
  readonly environment: Record<string, string>;
}

/**
 * Runs it as the pod would.
 *
 * @returns what it printed
 * @throws Problem with its message when it refuses to start the job
 */
export async function chooseStart(start: StartTemplate, home: FlinkHome, api: KubernetesApi, signal?: AbortSignal): Promise<string> {
  const account = join(home.run, 'service-account');
  mkdirSync(account, { recursive: true });
  for (const file of ['token', 'ca.crt']) writeFileSync(join(account, file), '');
  const environment = {
    ...home.environment('choose-start'),
    ...start.environment,
    KUBERNETES_API: api.address,
    SERVICE_ACCOUNT: account,
    START_DIRECTORY: home.startDirectory,
  };
  const [command, ...args] = start.command.map((each) => each.replace('/opt/flink', home.path));
  const { status, said } = await runCommand(command, args, { environment, signal });
  signal?.throwIfAborted();
  if (status !== 0) throw new Problem(said.trim());
  return said;
}
