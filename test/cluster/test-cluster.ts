import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '../../local/waiting';
import { KubernetesObject } from '../fixtures/kubernetes';
import { programPath } from './binaries';
import { FakeNode, nodeObject } from './fake-node';
import { layerFolders } from './places';

/** An issuer as EKS has one. Tokens of the server carry it. */
export const ISSUER = 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

export interface KubectlResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a cluster is started. */
export interface TestClusterOptions {
  /** Whether real nodes can join; needs root. */
  readonly network?: boolean;
}

/** A process of ours that says in one line of JSON when it is ready and ends when its standard input is closed. */
export class Part<T> {
  private constructor(
    private readonly child: ChildProcess,
    public readonly ready: T,
    private readonly ended: Promise<number | null>,
  ) {}

  public static async start<T>(args: string[]): Promise<Part<T>> {
    const child = spawn(programPath('kubernetes'), args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const ended = new Promise<number | null>((resolve) => {
      child.once('error', (error) => (said += error.message));
      child.once('close', (code) => resolve(code));
    });
    const line = new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
    const first = await Promise.race([line, ended.then(() => undefined)]);
    if (first === undefined) throw new Error(`kubernetes ${args[0]} did not start: ${said.trim()}`);
    return new Part(child, JSON.parse(first) as T, ended);
  }

  /** Ends it in order. */
  public async stop(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }

  /** Ends it and all its processes at once, as if the machine were gone. */
  public async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

interface ControlPlane {
  readonly kubeconfig: string;
  readonly server: string;
  readonly host: string;
  readonly network?: number;
}

/** A Kubernetes control plane of the version that the library defaults to, without nodes at first. */
export class TestCluster {
  private constructor(
    public readonly folder: string,
    public readonly plane: Part<ControlPlane>,
  ) {}

  public static async start({ network = false }: TestClusterOptions = {}): Promise<TestCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'flink-cluster-'));
    try {
      const plane = await Part.start<ControlPlane>([
        'control-plane',
        '--dir',
        folder,
        '--issuer',
        ISSUER,
        ...(network ? ['--network'] : []),
      ]);
      return new TestCluster(folder, plane);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  public get kubeconfig(): string {
    return this.plane.ready.kubeconfig;
  }

  public async stop(): Promise<void> {
    await this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** kubectl of the CDK's layer as cluster administrator; `input` is its standard input. */
  public kubectl(args: string[], input?: string): KubectlResult {
    const binary = join(layerFolders().kubectl, 'kubectl');
    const { status, stdout, stderr } = spawnSync(binary, ['--kubeconfig', this.kubeconfig, ...args], {
      encoding: 'utf8',
      input,
      maxBuffer: 2 ** 26,
      timeout: 180_000,
    });
    return { status: status ?? -1, stdout, stderr };
  }

  /** What kubectl prints; an error of the test when it fails. */
  public must(args: string[], input?: string): string {
    const { status, stdout, stderr } = this.kubectl(args, input);
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Objects of one or more kinds (`deployments,pods`), of a namespace or of all. */
  public objects(kinds: string, namespace?: string): KubernetesObject[] {
    const where = namespace === undefined ? ['--all-namespaces'] : ['--namespace', namespace];
    const answer = JSON.parse(this.must(['get', kinds, ...where, '--output=json'])) as { items: KubernetesObject[] };
    return answer.items;
  }

  public object(kind: string, name: string, namespace: string): KubernetesObject {
    return JSON.parse(this.must(['get', kind, name, '--namespace', namespace, '--output=json'])) as KubernetesObject;
  }

  /** Adds machines on which pods are scheduled and called Running, but do not run. */
  public addFakeNodes(nodes: FakeNode[]): void {
    this.must(['create', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: nodes.map(nodeObject) }));
    this.must(['wait', 'node', ...nodes.map(({ name }) => name), '--for=condition=Ready', '--timeout=180s']);
  }

  /**
   * Waits until the server has opened the storage of every custom type, as it has long before anybody deletes a stack. A type that is deleted
   * earlier says `storage is (re)initializing` and goes minutes later.
   */
  public async awaitTypes(): Promise<void> {
    const types = this.objects('customresourcedefinitions').map(({ spec }) => `${spec.names.plural}.${spec.group}`);
    for (const type of types)
      await this.until(`${type} can be listed`, () => (this.kubectl(['get', type]).status === 0 ? true : undefined));
  }

  /** Waits until something about objects holds. */
  public async until<T>(what: string, look: () => T | undefined, seconds = 300): Promise<T> {
    return waitFor(what, async () => Promise.resolve({ done: look(), seen: 'not yet' }), { within: seconds * 1000, every: 250 });
  }
}
