import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Templates } from '../../local/deployment-graph';
import { templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { CAPACITIES } from '../fixtures/capacities';
import { DeployedApp } from '../fixtures/deployed-app';
import { NEEDS, NeededPair, neededPairs, violationsOf } from '../fixtures/needs';
import { PROJECT, runSample, templateIn } from '../fixtures/sample';

/** A platform and a job in one stack, where nothing but dependencies keeps order; in the samples each has a stack of its own. */
function oneStack(capacity: keyof typeof CAPACITIES): Templates {
  const { stack, platform } = testPlatform({ capacity: CAPACITIES[capacity]() });
  testApplication(stack, platform);
  return { One: templateOf(stack) };
}

// A blueprint's cluster, nodes and add-ons are ordered by EKS Blueprints, not by this library.
const programs = readdirSync(join(PROJECT, 'bin'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((program) => program !== 'flink-in-a-blueprint');
const APPS: Record<string, () => Templates> = {
  ...Object.fromEntries(Object.keys(CAPACITIES).map((kind) => [`${kind} and a job in one stack`, () => oneStack(kind)])),
  ...Object.fromEntries(programs.map((program) => [`bin/${program}`, () => sample(program)])),
};

function sample(program: string): Templates {
  const { out, status, stderr } = runSample({ program });
  expect([status, stderr]).toEqual([0, '']);
  const stacks = readdirSync(out).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(stacks.map((file) => file.replace('.template.json', '')).map((stack) => [stack, templateIn(out, stack)]));
}

const made = new Map<string, DeployedApp>();
const appOf = (name: string): DeployedApp => made.get(name) ?? made.set(name, new DeployedApp(APPS[name]())).get(name)!;

describe.each(Object.keys(APPS))('%s', (name) => {
  test.each(NEEDS)('$title', (need) => {
    const app = appOf(name);
    expect(violationsOf(app.graph, neededPairs(app, [need]))).toEqual([]);
  });

  test('neither the cluster nor its nodes wait for more than they need', () => {
    const app = appOf(name);
    const before = (type: string): string[] => app.of(type).flatMap((key) => [...app.graph.before(key)]);
    const types = (keys: string[]): string[] => keys.map((key) => app.resource(key).Type);
    expect(types(before('AWS::EKS::Cluster')).filter((type) => /NatGateway|Route$|Custom::|Addon|Lambda/.test(type))).toEqual([]);
    expect(types(before('AWS::EKS::Nodegroup')).filter((type) => /Custom::|Addon|Lambda/.test(type))).toEqual([]);
  });
});

test('every need is met by somebody in one of the apps: none is an empty sentence', () => {
  const apps = Object.keys(APPS).map(appOf);
  const empty = NEEDS.filter(({ who, what }) => !apps.some((app) => who(app).some((key) => what(app, key).length > 0)));
  expect(empty.map(({ title }) => title)).toEqual([]);
});

/** Dependencies that no need asks for, and why they are harmless. */
const NOT_NEEDED: { readonly who: RegExp; readonly what: RegExp; readonly reason: string }[] = [
  {
    who: /KubectlProvider\w*(ServiceRole|AwsCliLayer)\w*$/,
    what: /PrivateSubnet\d(DefaultRoute|RouteTableAssociation)/,
    reason:
      'the CDK gives a dependency of the kubectl provider to all its parts; its functions need the way out, their roles and layers do not',
  },
];

// The seeded defects: the template without one of its dependencies, one after the other. Each must be missed by some need, or be implied by
// what is left, or stand above.
describe.each(Object.keys(CAPACITIES))('%s: a dependency that is taken out', (kind) => {
  const state = (): { app: DeployedApp; pairs: NeededPair[]; stated: [string, string][] } => {
    const app = appOf(`${kind} and a job in one stack`);
    const stated = app.graph.keys.flatMap((who) => app.graph.stated(who).map((what): [string, string] => [who, what]));
    return { app, pairs: neededPairs(app), stated };
  };
  const explained = ([who, what]: [string, string]): boolean => NOT_NEEDED.some((one) => one.who.test(who) && one.what.test(what));

  test('alone is noticed, unless what is left implies it', () => {
    const { app, pairs, stated } = state();
    const silent = stated.filter((one) => {
      const graph = app.graph.without([one]);
      return violationsOf(graph, pairs).length === 0 && !graph.before(one[0]).has(one[1]);
    });
    expect(stated.length).toBeGreaterThan(60);
    expect(silent.filter((one) => !explained(one))).toEqual([]);
    expect(silent.filter(explained).length).toBeGreaterThan(0);
  });

  test('together with all others of the one that waits is noticed', () => {
    const { app, pairs, stated } = state();
    const waiting = [...new Set(stated.map(([who]) => who))];
    const silent = waiting.filter((who) => {
      const own = stated.filter((one) => one[0] === who);
      const graph = app.graph.without(own);
      const lost = own.filter((one) => !explained(one) && !graph.before(who).has(one[1]));
      return lost.length > 0 && violationsOf(graph, pairs).length === 0;
    });
    expect(silent).toEqual([]);
  });
});
