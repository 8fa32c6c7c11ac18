/** A resource of a template, as far as its order matters. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
}

/** Templates of an app, by the name of the stack. */
export type Templates = Record<string, { readonly Resources: Record<string, TemplateResource> }>;

/** The longest way through a deployment. */
export interface CriticalPath {
  readonly seconds: number;
  /** Keys of the resources, the first to be created first. */
  readonly path: string[];
}

/**
 * In which order CloudFormation creates the resources of an app, and deletes them the other way round: each after what it refers to (`Ref`,
 * `Fn::GetAtt`, `Fn::Sub`) or depends on. A stack that imports a value comes after the whole stack that exports it, as `cdk` deploys them.
 * Source: CloudFormation user guide, DependsOn attribute.
 */
export class DeploymentGraph {
  /** Resources by `stack/logical id`. */
  public readonly resources = new Map<string, TemplateResource>();
  private readonly edges = new Map<string, Set<string>>();
  private readonly known = new Map<string, Set<string>>();

  constructor(templates: Templates) {
    for (const [stack, { Resources }] of Object.entries(templates)) {
      for (const [id, resource] of Object.entries(Resources)) this.resources.set(`${stack}/${id}`, resource);
    }
    for (const key of this.resources.keys()) this.edges.set(key, new Set([...this.referred(key), ...this.stated(key)]));
  }

  /** What the `DependsOn` of a resource states. */
  public stated(key: string): string[] {
    return this.inStackOf(key, [this.resources.get(key)?.DependsOn ?? []].flat());
  }

  /** The same deployment had these dependencies not been stated: pairs of the one that waits and the one it waits for. */
  public without(pairs: [string, string][]): DeploymentGraph {
    const graph = new DeploymentGraph({});
    this.resources.forEach((resource, key) => graph.resources.set(key, resource));
    this.edges.forEach((others, key) => graph.edges.set(key, others));
    for (const waiting of new Set(pairs.map(([key]) => key))) {
      const dropped = pairs.filter(([key]) => key === waiting).map(([, other]) => other);
      const left = this.stated(waiting).filter((other) => !dropped.includes(other));
      graph.edges.set(waiting, new Set([...this.referred(waiting), ...left]));
    }
    return graph;
  }

  /** Keys of all resources. */
  public get keys(): string[] {
    return [...this.resources.keys()];
  }

  /** What a resource names itself. */
  public directly(key: string): string[] {
    return [...(this.edges.get(key) ?? [])];
  }

  /** All that is there before a resource is created, and is still there until it is deleted. */
  public before(key: string): Set<string> {
    const found = this.known.get(key);
    if (found) return found;
    const all = new Set<string>();
    this.known.set(key, all);
    for (const other of this.directly(key)) {
      all.add(other);
      this.before(other).forEach((one) => all.add(one));
    }
    return all;
  }

  /** The longest chain of resources that wait for each other, up to the last of `ends`. */
  public criticalPath(seconds: (type: string) => number, ends: string[] = this.keys): CriticalPath {
    const paths = new Map<string, CriticalPath>();
    const pathTo = (key: string): CriticalPath => {
      const found = paths.get(key);
      if (found) return found;
      const longest = latest(this.directly(key).map(pathTo));
      const path = { seconds: longest.seconds + seconds(this.resources.get(key)!.Type), path: [...longest.path, key] };
      paths.set(key, path);
      return path;
    };
    return latest(ends.map(pathTo));
  }

  private referred(key: string): string[] {
    const { ids, stacks } = mentionedIn(this.resources.get(key)?.Properties);
    const imported = stacks.flatMap((stack) => this.keys.filter((other) => other.startsWith(`${stack}/`)));
    return [...this.inStackOf(key, ids), ...imported].filter((other) => other !== key);
  }

  private inStackOf(key: string, ids: string[]): string[] {
    return ids.map((id) => `${key.split('/')[0]}/${id}`).filter((other) => this.resources.has(other));
  }
}

function latest(paths: CriticalPath[]): CriticalPath {
  return paths.reduce((longest, one) => (one.seconds > longest.seconds ? one : longest), { seconds: 0, path: [] });
}

/** Logical ids and stacks that a value of a template names. */
export function mentionedIn(value: unknown): { ids: string[]; stacks: string[] } {
  if (typeof value !== 'object' || value === null) return { ids: [], stacks: [] };
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Sub': text, 'Fn::ImportValue': name } = value as Record<string, unknown>;
  const ids: string[] = [];
  if (typeof Ref === 'string') ids.push(Ref);
  if (attribute !== undefined) ids.push(String([attribute].flat()[0]).split('.')[0]);
  if (text !== undefined) ids.push(...[...String([text].flat()[0]).matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map(([, id]) => id));
  const stacks = typeof name === 'string' ? [name.split(':')[0]] : [];
  const deeper = Object.values(value).map(mentionedIn);
  return { ids: [...ids, ...deeper.flatMap((one) => one.ids)], stacks: [...stacks, ...deeper.flatMap((one) => one.stacks)] };
}
