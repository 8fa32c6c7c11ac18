import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { IntrinsicFunctions, Stack } from '../../local/intrinsic-functions';
import { KubernetesObject } from '../fixtures/kubernetes';
import { AssemblyStack, dependencies, drawOrder, Random, readAssembly, Resource, reversed } from './assembly';
import { ChartRepository } from './chart-repository';
import { Handler } from './handler';
import { ISSUER, TestCluster } from './test-cluster';

/** What CloudFormation remembers of a resource. */
interface Known {
  readonly type: string;
  readonly properties: Record<string, unknown>;
  readonly data: Record<string, unknown>;
  readonly retained: boolean;
}

/** Whether a resource is one that the CDK's handler applies to the cluster. */
export function isKubernetes(type: string): boolean {
  return type.startsWith('Custom::AWSCDK-EKS-');
}

/** What a test does to a deployment. */
export interface DeploymentOptions {
  /** Called after each Kubernetes resource. */
  readonly afterEach?: (logicalId: string) => void;
  /** Resource that is deployed, and removed, as early as its stack allows. */
  readonly first?: string;
  /** Changes an object before the handler gets it: what this machine has instead of AWS. */
  readonly prepare?: (object: KubernetesObject) => void;
}

/**
 * Deploys a synthesized app as CloudFormation would, resource by resource in an order that the template allows. Kubernetes resources
 * go through the CDK's handler to a real API server; all others only get plausible attributes.
 */
export class Deployment {
  private stacks: AssemblyStack[] = [];
  /** By stack and logical id. */
  private readonly known = new Map<string, Map<string, Known>>();
  private handler?: Handler;

  constructor(
    private readonly cluster: TestCluster,
    private readonly charts: ChartRepository,
    private readonly random: Random,
    private readonly options: DeploymentOptions = {},
  ) {}

  /** Creates what is new, updates what is different, then removes what is gone. */
  public async deploy(out: string): Promise<string[]> {
    const before = this.stacks;
    this.stacks = readAssembly(out);
    this.handler ??= this.startHandler(out);
    const done: string[] = [];
    for (const name of drawOrder(new Map(this.stacks.map((stack) => [stack.name, new Set(stack.after)])), this.random)) {
      const stack = this.stacks.find((one) => one.name === name)!;
      for (const id of drawOrder(dependencies(stack), this.random, this.options.first)) if (await this.apply(stack, id)) done.push(id);
      const old = before.find((one) => one.name === name);
      const gone = [...this.of(name).keys()].filter((id) => !(id in stack.resources));
      if (old) for (const id of drawOrder(reversed(dependencies(old)), this.random)) if (gone.includes(id)) await this.remove(name, id);
    }
    return done;
  }

  /** Deploys an app, does something with it, and destroys it whatever happens. */
  public async during<T>(out: string, work: () => Promise<T>): Promise<T> {
    try {
      await this.deploy(out);
      return await work();
    } finally {
      await this.destroy();
      this.stop();
    }
  }

  /** Destroys one stack or all. */
  public async destroy(only?: string): Promise<void> {
    await this.cluster.awaitTypes();
    const order = drawOrder(reversed(new Map(this.stacks.map((stack) => [stack.name, new Set(stack.after)]))), this.random);
    for (const name of order.filter((each) => only === undefined || each === only)) {
      const stack = this.stacks.find((one) => one.name === name)!;
      for (const id of drawOrder(reversed(dependencies(stack)), this.random, this.options.first)) await this.remove(name, id);
      this.known.delete(name);
    }
    this.stacks = this.stacks.filter(({ name }) => this.known.has(name));
  }

  /** Updates every manifest and patch to what it already is. */
  public async repeat(): Promise<void> {
    for (const stack of this.stacks) {
      for (const [id, { type, properties }] of this.of(stack.name)) {
        if (!isKubernetes(type) || type.endsWith('HelmChart')) continue;
        const event = { RequestType: 'Update' as const, ResourceType: type, LogicalResourceId: id };
        await this.handler!.handle({ ...event, ResourceProperties: properties, OldResourceProperties: properties });
      }
    }
  }

  public stop(): void {
    this.handler?.stop();
  }

  /** File with all that the handler, kubectl and helm printed. */
  public get log(): string {
    return this.handler!.log;
  }

  /** The manifests as they were deployed, each a stream of JSON objects. */
  public manifests(): string[] {
    const resources = [...this.known.values()].flatMap((stack) => [...stack.values()]);
    return resources
      .filter(({ type }) => type === 'Custom::AWSCDK-EKS-KubernetesResource')
      .map(({ properties }) => objectStream(properties));
  }

  /** The resources of a type, as they were deployed. */
  public deployed(type: string): { id: string; properties: Record<string, unknown> }[] {
    const resources = [...this.known.values()].flatMap((stack) => [...stack]);
    return resources.filter(([, known]) => known.type === type).map(([id, { properties }]) => ({ id, properties }));
  }

  private async apply(stack: AssemblyStack, id: string): Promise<boolean> {
    const { Type: type, Properties, DeletionPolicy } = stack.resources[id];
    const old = this.of(stack.name).get(id);
    const properties = this.prepared(scalarsAsText(this.functions().resolve(Properties ?? {}, stack)) as Record<string, unknown>);
    const changed = !old || JSON.stringify(old.properties) !== JSON.stringify(properties);
    let data = old?.data ?? {};
    if (changed && isKubernetes(type)) {
      const event = { RequestType: old ? ('Update' as const) : ('Create' as const), ResourceType: type, LogicalResourceId: id };
      const answer = await this.handler!.handle({
        ...event,
        ResourceProperties: this.charts.here(properties),
        OldResourceProperties: old && this.charts.here(old.properties),
      });
      data = answer.Data ?? {};
      this.options.afterEach?.(id);
    }
    if (type === 'Custom::AWSCDKCfnJson') data = { Value: JSON.parse(String(properties.Value)) as unknown };
    this.of(stack.name).set(id, { type, properties, data, retained: /^Retain/.test(DeletionPolicy ?? '') });
    return changed && isKubernetes(type);
  }

  private async remove(stack: string, id: string): Promise<void> {
    const old = this.of(stack).get(id);
    this.of(stack).delete(id);
    if (!old || old.retained || !isKubernetes(old.type)) return;
    const event = { RequestType: 'Delete' as const, ResourceType: old.type, LogicalResourceId: id };
    await this.handler!.handle({ ...event, ResourceProperties: this.charts.here(old.properties) });
    this.options.afterEach?.(id);
  }

  private prepared(properties: Record<string, unknown>): Record<string, unknown> {
    const { prepare } = this.options;
    if (!prepare || properties.Manifest === undefined) return properties;
    const objects = JSON.parse(String(properties.Manifest)) as KubernetesObject[];
    objects.forEach(prepare);
    return { ...properties, Manifest: JSON.stringify(objects) };
  }

  private functions(): IntrinsicFunctions {
    return new IntrinsicFunctions(this.stacks, (stack, id, attribute) => this.value(stack, id, attribute));
  }

  private value(stack: Stack, id: string, attribute?: string): unknown {
    if (attribute === undefined) return stack.template.Resources?.[id].Type === 'AWS::EC2::Subnet' ? awsId('subnet', stack, id) : undefined;
    if (attribute === 'OpenIdConnectIssuerUrl') return ISSUER;
    if (/SecurityGroupId$/.test(attribute)) return awsId('sg', stack, id);
    return this.known.get(stack.name)?.get(id)?.data[attribute];
  }

  private of(stack: string): Map<string, Known> {
    if (!this.known.has(stack)) this.known.set(stack, new Map());
    return this.known.get(stack)!;
  }

  private startHandler(out: string): Handler {
    const folder = join(this.cluster.folder, `deployment-${deployments++}`);
    mkdirSync(folder, { recursive: true });
    return new Handler(handlerCode(out, this.stacks), folder, this.cluster.kubeconfig);
  }
}

let deployments = 0;

/** The handler that the template itself names: a Python function among the assets. */
function handlerCode(out: string, stacks: AssemblyStack[]): string {
  for (const { name, resources } of stacks) {
    const found = Object.values(resources).find(isHandler);
    if (!found) continue;
    const { files } = JSON.parse(readFileSync(join(out, `${name}.assets.json`), 'utf8')) as Assets;
    return resolve(out, files[String(found.Properties.Code.S3Key).replace('.zip', '')].source.path);
  }
  throw new Error(`no stack in ${out} has the handler of Kubernetes resources`);
}

interface Assets {
  readonly files: Record<string, { readonly source: { readonly path: string } }>;
}

function isHandler({ Type, Properties }: Resource): boolean {
  return Type === 'AWS::Lambda::Function' && Properties.Handler === 'index.handler' && String(Properties.Runtime).startsWith('python');
}

function objectStream({ Manifest: manifest }: Record<string, unknown>): string {
  return (JSON.parse(String(manifest)) as unknown[]).map((object) => JSON.stringify(object)).join('\n');
}

/** An id as EC2 gives one: Karpenter's CRDs look at its form. */
function awsId(kind: string, stack: Stack, id: string): string {
  return `${kind}-${createHash('sha256').update(`${stack.name}/${id}`).digest('hex').slice(0, 17)}`;
}

/** CloudFormation hands every scalar to a custom resource as text. */
function scalarsAsText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scalarsAsText);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, scalarsAsText(each)]));
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
}
