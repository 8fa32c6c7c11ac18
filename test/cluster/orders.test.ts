import { readFileSync } from 'node:fs';
import { KubernetesObject } from '../fixtures/kubernetes';
import { autoModeTypes, platformWith, synthesizeSample } from './apps';
import { readAssembly, seeded } from './assembly';
import { clusterFixture } from './cluster-fixture';
import { contentsOf, intentOf, settledPods } from './contents';
import { Deployment, isKubernetes } from './deployment';
import { roomyNodes } from './nodes';
import { TestCluster } from './test-cluster';

/** Orders for each app; eight in all by default, fifty each with `npm run test:cluster -- --orders 50`. */
const ORDERS = process.env.CLUSTER_ORDERS === undefined ? undefined : Number(process.env.CLUSTER_ORDERS);
const SEED = Number(process.env.CLUSTER_SEED ?? Date.now() % 1_000_000);

/** An app, and what its cluster has before anything of the app comes. */
interface App {
  readonly title: string;
  readonly orders: number;
  readonly namespaces: string[];
  readonly out: () => string;
  /** Files or manifests of types that EKS itself brings. */
  readonly types?: string[];
}

const ticks = ['generated-ticks'];
const APPS: App[] = [
  { title: 'the sample', orders: 2, namespaces: ['price-maxima'], out: () => synthesizeSample('flink-on-spot') },
  { title: 'the sample on Karpenter', orders: 2, namespaces: ticks, out: () => synthesizeSample('flink-on-karpenter') },
  {
    title: 'the sample on Auto Mode',
    orders: 1,
    namespaces: ticks,
    out: () => synthesizeSample('flink-on-auto-mode'),
    types: autoModeTypes(),
  },
  { title: 'the sample on existing nodes', orders: 1, namespaces: ticks, out: () => synthesizeSample('flink-on-existing-nodes') },
  {
    title: 'the sample in a blueprint',
    orders: 1,
    namespaces: ticks,
    out: () => synthesizeSample('flink-in-a-blueprint'),
  },
  {
    title: 'two applications on one platform',
    orders: 1,
    namespaces: ['prices', 'quotes'],
    out: () => platformWith([{ name: 'prices' }, { name: 'quotes' }]),
  },
];

const fixture = clusterFixture(roomyNodes());
beforeAll(() => void process.stderr.write(`cluster: orders are drawn from seed ${SEED}; CLUSTER_SEED=${SEED} draws them again\n`));

describe.each(APPS)('$title', ({ title, orders, namespaces, out, types = [] }) => {
  let folder: string;
  beforeAll(() => {
    folder = out();
    for (const file of types) fixture.cluster.must(['create', `--filename=${file}`]);
  }, 60_000);
  afterAll(() => {
    for (const file of types) fixture.cluster.must(['delete', `--filename=${file}`]);
  });

  const number = APPS.findIndex((app) => app.title === title);
  const runs = Array.from({ length: ORDERS ?? orders }, (_, index) => SEED + 1000 * number + index);
  test.each(runs)(
    'order %i creates everything, a repeat changes nothing, and deleting in another order leaves the namespaces only',
    (seed) => createAndDelete(seed, { then: changesNothing }),
    600_000,
  );

  // Eight random orders find a missing dependency by luck. This finds every one: nothing else is there yet when the resource comes.
  test('each Kubernetes resource can come when only what it waits for is there', async () => {
    const resources = readAssembly(folder).flatMap(({ resources: all }) =>
      Object.entries(all).filter(([, { Type }]) => isKubernetes(Type)),
    );
    expect(resources.length).toBeGreaterThanOrEqual(namespaces.length * 2);
    for (const [first] of resources) await createAndDelete(SEED, { first });
  }, 1_800_000);

  /** Ids, generations and wishes of every object that was deployed, and the ids of the pods. */
  async function state(deployment: Deployment): Promise<unknown> {
    const pods: string[][] = [];
    for (const namespace of namespaces) pods.push(await settledPods(fixture.cluster, namespace));
    return { pods, objects: deployment.manifests().map((manifest) => intentOf(deployedObjects(manifest))) };
  }

  async function changesNothing(deployment: Deployment): Promise<void> {
    const before = await state(deployment);
    await deployment.repeat();
    expect(await state(deployment)).toEqual(before);
  }

  interface Run {
    /** Resource that comes as early as it may. */
    readonly first?: string;
    readonly then?: (deployment: Deployment) => Promise<void>;
  }

  async function createAndDelete(seed: number, { first, then }: Run): Promise<void> {
    const { cluster, charts } = fixture;
    const done: string[] = [];
    const deployment = new Deployment(cluster, charts, seeded(seed), { first, afterEach: (id) => void done.push(id) });
    try {
      await deployment.deploy(folder);
      deployment.manifests().forEach(deployedObjects);
      await then?.(deployment);
      await deployment.destroy();
    } catch (error) {
      throw new Error(`seed ${seed}, ${first ? `${first} early, ` : ''}after ${done.join(', ')}: ${(error as Error).message}`);
    } finally {
      deployment.stop();
    }
    for (const namespace of namespaces)
      await cluster.until(`namespace ${namespace} is empty`, () => contentsOf(cluster, namespace).length === 0 || undefined);
    expect(releases(cluster)).toEqual([]);
    expect(warnings(deployment)).toEqual([]);
    cluster.must(['delete', 'namespace', ...namespaces, '--timeout=180s']);
  }
});

/**
 * What kubectl or the server found to say against an object. Two warnings are of none: helm's client watches anew where a connection broke,
 * and kubectl looks for objects to prune among Endpoints, too.
 */
function warnings({ log }: Deployment): string[] {
  return readFileSync(log, 'utf8').match(/Warning: (?!watch ended|v1 Endpoints is deprecated).*/g) ?? [];
}

/** The objects of a manifest as the server has them; all of them are there. */
function deployedObjects(manifest: string): KubernetesObject[] {
  const { items, ...one } = JSON.parse(fixture.cluster.must(['get', '--filename=-', '--output=json'], manifest)) as KubernetesObject;
  return (items as KubernetesObject[] | undefined) ?? [one as KubernetesObject];
}

/** Names of the Helm releases that are left: each keeps its state in a Secret. */
function releases(cluster: TestCluster): string[] {
  return cluster
    .objects('secrets', 'kube-system')
    .filter(({ type }) => type === 'helm.sh/release.v1')
    .map(({ metadata }) => metadata.name as string);
}
