import { Size } from 'aws-cdk-lib';
import { ApplicationOverrides } from '../fixtures/apps';
import { KubernetesObject } from '../fixtures/kubernetes';
import { AutoModeCapacity, ExistingCapacity, FlinkScaling, KarpenterCapacity, PlacementProfile, StandaloneRuntime } from '../../lib';
import { autoModeTypes, platformWith } from './apps';
import { clusterFixture } from './cluster-fixture';
import { Deployment } from './deployment';
import { FakeNode } from './fake-node';
import { karpenterNodes, managedNodes, roomyNodes } from './nodes';

const fixture = clusterFixture([]);
const MINUTES = 60_000;

/** What EKS runs on every node before any pod of ours. Source: requests of the EKS add-ons vpc-cni and kube-proxy. */
const DAEMONS = [
  { name: 'aws-node', cpu: '50m' },
  { name: 'kube-proxy', cpu: '100m' },
];
beforeAll(() => fixture.cluster.must(['create', '--filename=-'], DAEMONS.map(daemonSet).join('\n')));

/** Deploys an application, then brings the nodes that its own template describes. */
async function onNodesOf(out: string, nodes: (deployment: Deployment) => FakeNode[], then: () => Promise<void>): Promise<void> {
  const { cluster } = fixture;
  const deployment = fixture.deployment();
  // Charts wait for their pods, and those need machines; they go before the nodes come that are tested.
  const first = roomyNodes(2, 1);
  cluster.addFakeNodes(first);
  try {
    await deployment.during(out, async () => {
      const made = nodes(deployment);
      cluster.addFakeNodes(made);
      cluster.must(['delete', 'node', ...first.map(({ name }) => name)]);
      // A spread that is only preferred counts when all nodes are there: pods that waited take the first that comes.
      cluster.must(['delete', 'pods', '--all', '--namespace=prices', '--grace-period=0', '--force']);
      await then();
    });
  } finally {
    cluster.kubectl(['delete', 'node', '--all']);
    cluster.kubectl(['delete', 'namespace', 'prices', '--timeout=180s']);
  }
}

const three = { runtime: new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: 3, spare: 0 }) }) };
const one = { runtime: new StandaloneRuntime({ scaling: FlinkScaling.fixed({ parallelism: 1, spare: 0 }) }) };
const prices = (props: ApplicationOverrides): string => platformWith([{ name: 'prices', ...props }]);

/** Where the pods of a component are, by name of the node; `undefined` for one that found no node. */
async function places(component: string, count: number): Promise<(KubernetesObject | undefined)[]> {
  const { cluster } = fixture;
  const pods = await cluster.until(`${count} pods of ${component} are placed, or found no place`, () => {
    const found = cluster
      .objects('pods', 'prices')
      .filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === component && !metadata.deletionTimestamp);
    return found.length === count && found.every(decided) ? found : undefined;
  });
  const nodes = cluster.objects('nodes');
  return pods.map(({ spec }) => nodes.find(({ metadata }) => metadata.name === spec.nodeName));
}

/** The scheduler has found a node that still is there, or has said that there is none. */
function decided({ spec, status }: KubernetesObject): boolean {
  if (spec.nodeName) return !/^(on-demand|spot)-\d$/.test(spec.nodeName as string);
  return (status.conditions ?? []).some(
    ({ type, reason }: Record<string, string>) => type === 'PodScheduled' && reason === 'Unschedulable',
  );
}

const labels = (nodes: (KubernetesObject | undefined)[], key: string): string[] =>
  nodes.map((node) => node?.metadata.labels[key] as string).sort();
const CAPACITY = 'eks.amazonaws.com/capacityType';
const ZONE = 'topology.kubernetes.io/zone';

describe('on managed node groups', () => {
  const groups = { ON_DEMAND: 'm5.large', SPOT: 'm5.xlarge' };

  test(
    'the JobManager is on On-Demand and the TaskManagers are on Spot, each in a zone of its own',
    async () => {
      await onNodesOf(
        prices(three),
        // Two in each zone: nodes alone would not tell zones apart.
        (deployment) => managedNodes(deployment, { ON_DEMAND: 2, SPOT: 6 }, groups),
        async () => {
          expect(labels(await places('jobmanager', 1), CAPACITY)).toEqual(['ON_DEMAND']);
          const taskManagers = await places('taskmanager', 3);
          expect(labels(taskManagers, CAPACITY)).toEqual(['SPOT', 'SPOT', 'SPOT']);
          expect(labels(taskManagers, ZONE)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
        },
      );
    },
    15 * MINUTES,
  );

  test(
    'with no Spot node the TaskManagers wait, whatever room there is on On-Demand',
    async () => {
      await onNodesOf(
        prices(three),
        (deployment) => managedNodes(deployment, { ON_DEMAND: 6, SPOT: 0 }, groups),
        async () => {
          expect(labels(await places('jobmanager', 1), CAPACITY)).toEqual(['ON_DEMAND']);
          expect(await places('taskmanager', 3)).toEqual([undefined, undefined, undefined]);
        },
      );
    },
    15 * MINUTES,
  );

  // The largest default Spot group is of 8 vCPU; its nodes leave 29,317 MiB, of which the termination handler takes 64.
  const LARGEST = 29_317 - 64;
  const sized = (mebibytes: number): ApplicationOverrides => ({ ...one, taskManager: { memory: Size.mebibytes(mebibytes), taskSlots: 1 } });

  test(
    'the largest TaskManager that is said to fit does',
    async () => {
      await onNodesOf(
        prices(sized(LARGEST)),
        (deployment) => managedNodes(deployment, { ON_DEMAND: 1, SPOT: 1 }, { ...groups, SPOT: 'm5.2xlarge' }),
        async () => {
          expect(labels(await places('taskmanager', 1), CAPACITY)).toEqual(['SPOT']);
          // One more mebibyte is refused at synthesis, and rightly so: nothing would take it.
          expect(() => prices(sized(LARGEST + 1))).toThrow(/taskManager fits no node it may use.*29254 MiB/s);
          const more = JSON.stringify([
            { op: 'replace', path: '/spec/template/spec/containers/0/resources', value: { requests: { memory: `${LARGEST + 1}Mi` } } },
          ]);
          fixture.cluster.must(['patch', 'deployment', 'prices-taskmanager', '--namespace=prices', '--type=json', `--patch=${more}`]);
          await fixture.cluster.until('the larger one waits', () => {
            const [pod] = fixture.cluster
              .objects('pods', 'prices')
              .filter(({ spec }) => spec.containers[0].resources.requests.memory === `${LARGEST + 1}Mi`);
            return pod && decided(pod) && !pod.spec.nodeName ? true : undefined;
          });
        },
      );
    },
    15 * MINUTES,
  );
});

describe('on nodes that somebody else has made', () => {
  const KIND = 'example.com/machines';
  const labelled = (kind: string): Record<string, string> => ({ [KIND]: kind });
  const taints = [{ key: 'example.com/for', value: 'flink', effect: 'NoSchedule' }];
  const capacity = new ExistingCapacity({
    onDemand: { labels: labelled('lasting'), tolerations: taints },
    spot: { labels: labelled('fleeting'), tolerations: taints },
  });
  const existing = (props: ApplicationOverrides): string => platformWith([{ name: 'prices', ...props }], { capacity });
  const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
  const nodes = (kind: string): FakeNode[] => zones.map((zone) => ({ name: `${kind}-${zone}`, zone, labels: labelled(kind), taints }));
  const fallback = { ...three, taskManager: { placement: PlacementProfile.spotWithFallback() } };

  test.each([
    { what: 'the TaskManagers are on Spot', props: three, there: ['lasting', 'fleeting'], on: 'fleeting' },
    { what: 'with a fallback, too, while there is Spot', props: fallback, there: ['lasting', 'fleeting'], on: 'fleeting' },
    { what: 'with a fallback and no Spot they are on On-Demand', props: fallback, there: ['lasting'], on: 'lasting' },
  ])(
    '$what',
    async ({ props, there, on }) => {
      await onNodesOf(
        existing(props),
        // Some are nobody's, with no taint that would keep pods away.
        () => [...there.flatMap(nodes), ...zones.map((zone) => ({ name: `other-${zone}`, zone }))],
        async () => {
          expect(labels(await places('jobmanager', 1), KIND)).toEqual(['lasting']);
          const taskManagers = await places('taskmanager', 3);
          expect(labels(taskManagers, KIND)).toEqual([on, on, on]);
          expect(labels(taskManagers, ZONE)).toEqual(zones);
        },
      );
    },
    15 * MINUTES,
  );

  test(
    'in one zone they are all there',
    async () => {
      const props = { ...three, taskManager: { placement: PlacementProfile.spot().inZone('us-east-1b') } };
      await onNodesOf(
        existing(props),
        () => [...nodes('lasting'), ...nodes('fleeting')],
        async () => expect(labels(await places('taskmanager', 3), ZONE)).toEqual(['us-east-1b', 'us-east-1b', 'us-east-1b']),
      );
    },
    15 * MINUTES,
  );
});

describe.each([
  { title: 'Karpenter', capacity: new KarpenterCapacity(), types: [] },
  { title: 'EKS Auto Mode', capacity: new AutoModeCapacity(), types: autoModeTypes() },
])('on $title', ({ capacity, types }) => {
  beforeAll(() => types.forEach((file) => fixture.cluster.must(['create', `--filename=${file}`])));
  afterAll(() => types.forEach((file) => fixture.cluster.must(['delete', `--filename=${file}`])));

  test(
    'the JobManager is on On-Demand and the TaskManagers are on Spot, each in a zone of its own',
    async () => {
      await onNodesOf(
        platformWith([{ name: 'prices', ...three }], { capacity }),
        (deployment) => karpenterNodes(deployment, 6, 'm5.xlarge'),
        async () => {
          expect(labels(await places('jobmanager', 1), 'karpenter.sh/capacity-type')).toEqual(['on-demand']);
          const taskManagers = await places('taskmanager', 3);
          expect(labels(taskManagers, 'karpenter.sh/capacity-type')).toEqual(['spot', 'spot', 'spot']);
          expect(labels(taskManagers, ZONE)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
        },
      );
    },
    15 * MINUTES,
  );
});

function daemonSet({ name, cpu }: { name: string; cpu: string }): string {
  const labelled = { app: name };
  const container = { name, image: name, resources: { requests: { cpu } } };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: labelled },
      template: {
        metadata: { labels: labelled },
        spec: { priorityClassName: 'system-node-critical', tolerations: [{ operator: 'Exists' }], containers: [container] },
      },
    },
  });
}
