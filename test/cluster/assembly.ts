import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from '../../local/intrinsic-functions';
import { CfnResourceJson } from '../fixtures/apps';

/** A stack of a synthesized app, with the order that its template allows. */
export interface AssemblyStack extends Stack {
  readonly resources: Record<string, Resource>;
  /** Names of the stacks that must be there before. */
  readonly after: string[];
}

export interface Resource extends CfnResourceJson {
  readonly Metadata?: Record<string, unknown>;
}

/** Reads the stacks of a cloud assembly. Templates only: account and region are those of the tests. */
export function readAssembly(folder: string): AssemblyStack[] {
  if (!existsSync(join(folder, 'manifest.json'))) throw new Error(`${folder} is no cloud assembly`);
  const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    artifacts: Record<string, { type: string; dependencies?: string[]; properties?: Record<string, string> }>;
  };
  const isStack = (id: string): boolean => artifacts[id].type === 'aws:cloudformation:stack';
  return Object.keys(artifacts)
    .filter(isStack)
    .map((id) => {
      const template = JSON.parse(readFileSync(join(folder, artifacts[id].properties!.templateFile), 'utf8')) as Stack['template'];
      return {
        name: id,
        region: 'us-east-1',
        account: '111122223333',
        template,
        resources: (template.Resources ?? {}) as Record<string, Resource>,
        after: (artifacts[id].dependencies ?? []).filter(isStack),
      };
    });
}

/**
 * What each resource of a stack waits for, as CloudFormation sees it: DependsOn, Ref, Fn::GetAtt and the names in Fn::Sub.
 * Source: AWS CloudFormation, DependsOn attribute.
 */
export function dependencies({ resources }: AssemblyStack): Map<string, Set<string>> {
  const found = Object.entries(resources).map(([id, resource]) => {
    const names = [...[resource.DependsOn ?? []].flat(), ...references(resource.Properties)];
    return [id, new Set(names.filter((name) => name in resources && name !== id))] as const;
  });
  return new Map(found);
}

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]];
    if (key !== 'Fn::Sub') return references(argument);
    const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
    return [...text.matchAll(/\$\{([^!][^}.]*)/g)].map(([, name]) => name).concat(references(argument));
  });
}

/** A number from 0 to 1 at each call, the same row for the same seed (mulberry32). */
export type Random = () => number;
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * One of the orders that the dependencies allow, each step drawn from all that may come next.
 *
 * @param first comes as early as it can: with nothing before it but what it says that it needs
 */
export function drawOrder(dependenciesOf: Map<string, Set<string>>, random: Random, first?: string): string[] {
  const needed = first === undefined || !dependenciesOf.has(first) ? new Set<string>() : withAncestors(first, dependenciesOf);
  const left = new Map([...dependenciesOf].map(([id, needs]) => [id, new Set(needs)]));
  const order: string[] = [];
  while (left.size > 0) {
    const ready = [...left].filter(([, needs]) => needs.size === 0).map(([id]) => id);
    if (ready.length === 0) throw new Error(`a circle of dependencies among ${[...left.keys()].join(', ')}`);
    const early = ready.filter((id) => needed.has(id));
    const choice = early.length > 0 ? early : ready;
    const next = choice[Math.floor(random() * choice.length)];
    left.delete(next);
    left.forEach((needs) => needs.delete(next));
    order.push(next);
  }
  return order;
}

function withAncestors(id: string, dependenciesOf: Map<string, Set<string>>, found = new Set<string>()): Set<string> {
  if (!found.has(id)) {
    found.add(id);
    dependenciesOf.get(id)?.forEach((need) => withAncestors(need, dependenciesOf, found));
  }
  return found;
}

/** The dependencies seen from the other end: what must be gone before. */
export function reversed(dependenciesOf: Map<string, Set<string>>): Map<string, Set<string>> {
  const turned = new Map([...dependenciesOf.keys()].map((id) => [id, new Set<string>()]));
  dependenciesOf.forEach((needs, id) => needs.forEach((need) => turned.get(need)?.add(id)));
  return turned;
}
