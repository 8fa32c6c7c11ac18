import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlinkScaling, StandaloneRuntime } from '../../lib';
import { platformWith, synthesizeSample } from './apps';
import { clusterFixture } from './cluster-fixture';
import { contentsOf, intentOf, isDerived, settledPods } from './contents';
import { Deployment } from './deployment';
import { roomyNodes } from './nodes';
import { PROJECT } from './places';

const fixture = clusterFixture(roomyNodes());
const MINUTES = 60_000;

/** What an application consists of, but for its pods. Written down here; the names are those of the documentation. */
const CORE = [
  'ConfigMap/prices-configuration',
  'Deployment/prices-jobmanager',
  'Deployment/prices-taskmanager',
  'NetworkPolicy/prices',
  'PodDisruptionBudget/prices-taskmanager',
  'Role/prices-high-availability',
  'RoleBinding/prices-high-availability',
  'Service/prices-jobmanager',
  'Service/prices-rest',
  'ServiceAccount/prices',
];

async function deployed<T>(out: string, then: (deployment: Deployment) => Promise<T>): Promise<T> {
  const deployment = fixture.deployment();
  try {
    return await deployment.during(out, () => then(deployment));
  } finally {
    fixture.cluster.kubectl(['delete', 'namespace', 'prices', 'quotes', 'price-maxima', '--ignore-not-found', '--timeout=90s']);
  }
}

/** Objects that somebody wrote, without those that controllers derive from them. */
const written = (namespace: string): string[] => contentsOf(fixture.cluster, namespace).filter((name) => !isDerived(name));

const pods = (namespace: string): Promise<string[]> => settledPods(fixture.cluster, namespace);

test(
  'deploying again what is there changes nothing',
  async () => {
    await deployed(platformWith([{ name: 'prices' }]), async (deployment) => {
      const look = async (): Promise<unknown> => {
        const ids = await pods('prices');
        const kinds =
          'deployments,configmaps,services,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,roles,rolebindings,serviceaccounts';
        return { ids, objects: intentOf(fixture.cluster.objects(kinds, 'prices')) };
      };
      expect(written('prices')).toEqual([...CORE, 'HorizontalPodAutoscaler/prices-taskmanager'].sort());
      const before = await look();
      await deployment.repeat();
      expect(await look()).toEqual(before);
    });
  },
  15 * MINUTES,
);

test(
  'a changed option restarts its own application and no other',
  async () => {
    const apps = (properties: Record<string, string>) => platformWith([{ name: 'prices', properties }, { name: 'quotes' }]);
    await deployed(apps({}), async (deployment) => {
      const before = { prices: await pods('prices'), quotes: await pods('quotes') };
      const changed = await deployment.deploy(apps({ 'metrics.latency.interval': '30 s' }));
      expect(changed.every((id) => id.startsWith('FlinkPrices'))).toBe(true);
      const after = { prices: await pods('prices'), quotes: await pods('quotes') };
      expect(after.prices.filter((id) => before.prices.includes(id))).toEqual([]);
      expect(after.quotes).toEqual(before.quotes);
    });
  },
  15 * MINUTES,
);

test(
  'an autoscaler that is no longer wanted goes, and its number of TaskManagers with it',
  async () => {
    const fixed = new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: 3, spare: 1 }) });
    await deployed(platformWith([{ name: 'prices' }]), async (deployment) => {
      await pods('prices');
      await deployment.deploy(platformWith([{ name: 'prices', runtime: fixed }]));
      expect(written('prices')).toEqual([...CORE].sort());
      // Three slots are asked for and one to spare, with one slot a TaskManager.
      expect(fixture.cluster.object('deployment', 'prices-taskmanager', 'prices').spec.replicas).toBe(4);
    });
  },
  15 * MINUTES,
);

describe('an application that is destroyed', () => {
  /** As Flink writes them. Source: Flink, Kubernetes HA Services; label `type` is Flink's own. */
  const PAINTED = ['prices-cluster-config-map', 'prices-00000000000000000000000000000000-config-map'];
  const labels = { app: 'prices', 'configmap-type': 'high-availability', type: 'flink-native-kubernetes' };

  test(
    'leaves its namespace and the pointers to its checkpoints, and nothing else',
    async () => {
      const { cluster } = fixture;
      await deployed(platformWith([{ name: 'prices' }, { name: 'quotes' }]), async (deployment) => {
        for (const name of PAINTED)
          cluster.must(
            ['create', '--filename=-'],
            JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'prices', labels } }),
          );
        const before = await pods('quotes');
        await deployment.destroy('Job-prices');
        const left = (): string[] => contentsOf(cluster, 'prices');
        await cluster.until('prices is gone', () => left().length === PAINTED.length || undefined);
        expect(left()).toEqual(PAINTED.map((name) => `ConfigMap/${name}`).sort());
        expect(await pods('quotes')).toEqual(before);
        await deployment.deploy(platformWith([{ name: 'prices' }, { name: 'quotes' }]));
        // A deploy under the same name finds them as they were.
        expect(written('prices')).toEqual(
          [...CORE, 'HorizontalPodAutoscaler/prices-taskmanager', ...PAINTED.map((name) => `ConfigMap/${name}`)].sort(),
        );
      });
    },
    15 * MINUTES,
  );

  test(
    'is forgotten by the command of the README',
    async () => {
      const { cluster } = fixture;
      const command = /^kubectl (delete namespace \S+)$/m.exec(readFileSync(join(PROJECT, 'README.md'), 'utf8'))![1];
      await deployed(synthesizeSample('flink-on-spot'), async (deployment) => {
        await deployment.destroy('PriceMaxima');
        const namespaces = (): string[] => cluster.objects('namespaces').map(({ metadata }) => metadata.name as string);
        const before = namespaces();
        expect(before).toContain('price-maxima');
        cluster.must([...command.split(' '), '--timeout=90s']);
        expect(namespaces()).toEqual(before.filter((name) => name !== 'price-maxima'));
      });
    },
    15 * MINUTES,
  );
});
