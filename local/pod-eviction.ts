import { spawn } from 'node:child_process';
import { PodEnding } from './application-template';
import { OwnProcess } from './own-processes';

/** How a pod went. Times in milliseconds since 1970. */
export interface Eviction {
  /** The line of the hook. */
  readonly said: string;
  readonly begun: number;
  /** When SIGTERM was sent. */
  readonly terminated: number;
  /** Whether it had to be killed at the end of its grace. */
  readonly killed: boolean;
}

/**
 * What the kubelet does with a pod that is evicted: the hook, then SIGTERM, and SIGKILL when the grace is over. Resolves when the
 * process is gone. Source: Kubernetes, Pod Lifecycle, Termination of Pods.
 *
 * @param name of the pod, which the hook finds in its environment
 */
export async function evict(pod: OwnProcess, ending: PodEnding, name: string): Promise<Eviction> {
  const begun = Date.now();
  let killed = false;
  let hook: AbortController | undefined;
  const end = setTimeout(() => {
    killed = pod.end === undefined;
    hook?.abort();
    pod.signal('SIGKILL');
  }, ending.graceSeconds * 1000);
  try {
    hook = new AbortController();
    const said = ending.preStop ? await runHook(ending.preStop, name, hook.signal) : '';
    const terminated = Date.now();
    pod.signal('SIGTERM');
    await pod.ended;
    return { said, begun, terminated, killed };
  } finally {
    clearTimeout(end);
  }
}

function runHook([command, ...args]: string[], name: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const child = spawn(command, args, { env: { ...process.env, POD_NAME: name }, stdio: ['ignore', 'pipe', 'pipe'], signal });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', (error) => resolve(`${said}${error.message}`));
    child.on('close', () => resolve(said.trim()));
  });
}
