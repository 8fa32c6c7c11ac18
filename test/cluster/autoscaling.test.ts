import { KubernetesObject } from '../fixtures/kubernetes';
import { FlinkScaling, StandaloneRuntime } from '../../lib';
import { platformWith } from './apps';
import { clusterFixture } from './cluster-fixture';
import { roomyNodes } from './nodes';

const fixture = clusterFixture(roomyNodes());
const MINUTES = 60_000;

/** With no windows, or the test would wait the ten minutes that a job is given; the policies are the defaults. */
const out = (properties: Record<string, string> = {}, min = 2): string =>
  platformWith([
    {
      name: 'prices',
      properties,
      runtime: new StandaloneRuntime({
        scaling: FlinkScaling.reactive({ min, max: 6, cpuPercent: 60, scaleUpWindowSeconds: 0, scaleDownWindowSeconds: 0 }),
      }),
    },
  ]);

const replicas = (): number => fixture.cluster.object('deployment', 'prices-taskmanager', 'prices').spec.replicas as number;
const autoscaler = (): KubernetesObject => fixture.cluster.object('horizontalpodautoscaler', 'prices-taskmanager', 'prices');
const current = (): number => autoscaler().status.currentReplicas as number;
const utilization = (): number | undefined =>
  autoscaler().status.currentMetrics?.[0]?.resource?.current?.averageUtilization as number | undefined;

/** What each TaskManager uses, of its request of one CPU: kwok takes it from the annotation, and a real metrics server from kwok. */
let usage: string;
function withUsage({ kind, metadata, spec }: KubernetesObject): void {
  if (kind === 'Deployment' && metadata.name === 'prices-taskmanager')
    spec.template.metadata.annotations['kwok.x-k8s.io/usage-cpu'] = usage;
}

test(
  'the autoscaler reads what the pods use, stays in its behaviour, and a deploy meanwhile does not take its number away',
  async () => {
    const { cluster } = fixture;
    const deployment = fixture.deployment({ prepare: withUsage });
    usage = '500m';
    await deployment.during(out(), async () => {
      await cluster.until('it reads the metric', () => (utilization() === 50 ? true : undefined));
      expect(replicas()).toBe(2);
      // 180 % where 60 % are wanted is three times as many; the policy lets their number double in two minutes, and no more.
      usage = '1800m';
      await deployment.deploy(out({ 'metrics.latency.interval': '10 s' }));
      expect(await cluster.until('there are more', () => (replicas() >= 4 ? replicas() : undefined))).toBe(4);
      await deployment.deploy(out({ 'metrics.latency.interval': '20 s' }));
      expect(replicas()).toBeGreaterThanOrEqual(4);
      await deployment.repeat();
      expect(replicas()).toBeGreaterThanOrEqual(4);
    });
  },
  12 * MINUTES,
);

test(
  'half of the TaskManagers may go at once, and no more, though the least number would let more go',
  async () => {
    const { cluster } = fixture;
    const deployment = fixture.deployment({ prepare: withUsage });
    usage = '600m';
    await deployment.during(out({}, 1), async () => {
      // As wanted: it stays with as many as somebody gives it. Those that it made itself in the last five minutes would not count.
      cluster.must(['scale', 'deployment', 'prices-taskmanager', '--namespace=prices', '--replicas=4']);
      await cluster.until('it reads the metric of four', () => (utilization() === 60 && current() === 4 ? true : undefined));
      usage = '60m';
      await deployment.deploy(out({ 'metrics.latency.interval': '10 s' }, 1));
      expect(await cluster.until('there are fewer', () => (replicas() <= 2 ? replicas() : undefined))).toBe(2);
    });
  },
  12 * MINUTES,
);
