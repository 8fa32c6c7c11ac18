import { ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { layerFolders, LOCAL } from './places';

/** An event as CloudFormation's provider framework hands it on. */
export interface HandlerEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

export interface HandlerAnswer {
  readonly Data?: Record<string, unknown>;
}

/**
 * The CDK's handler of Kubernetes resources in a process of its own, with kubectl and helm of its layer. Only `aws` is ours: it hands
 * out the kubeconfig of the test cluster.
 */
export class Handler {
  /** All it printed, with the output of kubectl and helm. */
  public readonly log: string;
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;

  /**
   * @param code folder of the handler, from the assets of the app
   * @param folder for its files
   */
  constructor(code: string, folder: string, kubeconfig: string) {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    const aws = join(folder, 'bin', 'aws');
    writeFileSync(
      aws,
      `#!/bin/sh\n# aws eks update-kubeconfig --name NAME --kubeconfig FILE\n[ "$1 $2" = "eks update-kubeconfig" ] && cp '${kubeconfig}' "$6"\n`,
    );
    chmodSync(aws, 0o755);
    const { kubectl, helm } = layerFolders();
    const path = [join(folder, 'bin'), kubectl, helm].join(delimiter);
    this.log = join(folder, 'handler.log');
    const log = openSync(this.log, 'a');
    this.child = spawn(join(LOCAL, 'python', 'bin', 'python'), [join(__dirname, 'handler.py'), code, path], {
      env: { PATH: process.env.PATH, HOME: folder, TEST_OUTDIR: folder },
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    this.answers = createInterface(this.child.stdout!)[Symbol.asyncIterator]();
  }

  /** @throws with the text that CloudFormation would show */
  public async handle(event: HandlerEvent): Promise<HandlerAnswer> {
    this.child.stdin!.write(`${JSON.stringify(event)}\n`);
    const { value, done } = (await this.answers.next()) as IteratorResult<string>;
    if (done) throw new Error(`the handler ended; its log is ${this.log}`);
    const { ok, error } = JSON.parse(value) as { ok?: HandlerAnswer; error?: string };
    if (error !== undefined) throw new Error(`${event.RequestType} of ${event.LogicalResourceId}: ${error}`);
    return ok ?? {};
  }

  public stop(): void {
    this.child.stdin?.end();
  }
}
