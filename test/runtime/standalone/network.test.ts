import { templateOf, testJob } from '../../fixtures/apps';
import { deploymentsOf, kubernetesObjects, objectOf, selects } from '../../fixtures/kubernetes';

const objects = kubernetesObjects(templateOf(testJob().jobStack));
const { jobManager, taskManager } = deploymentsOf(objects);
const labels = [jobManager, taskManager].map(({ spec }) => spec.template.metadata.labels as Record<string, string>);

// Source: Flink's ports, pinned in the issue: data 6121, TaskManager RPC 6122, JobManager RPC 6123, blob 6124, query service 6126, REST 8081.
const INTERNAL = [6121, 6122, 6123, 6124, 6126, 8081];

describe('who may talk to the pods', () => {
  const { spec } = objectOf(objects, 'NetworkPolicy');

  test('the policy holds for both kinds of pods', () => {
    expect(spec.policyTypes).toEqual(['Ingress']);
    for (const one of labels) expect(selects(spec.podSelector.matchLabels as any, one)).toBe(true);
  });

  test("only the application's own pods, on Flink's ports and no other", () => {
    expect(spec.ingress).toHaveLength(1);
    const [{ from, ports }] = spec.ingress;
    expect(from).toHaveLength(1);
    expect(Object.keys(from[0] as object)).toEqual(['podSelector']);
    for (const one of labels) expect(selects(from[0].podSelector.matchLabels as any, one)).toBe(true);
    expect(ports.map(({ port }: any) => port as number).sort()).toEqual(INTERNAL);
    for (const { protocol, endPort } of ports) expect([protocol, endPort]).toEqual(['TCP', undefined]);
  });

  test('pods without the name of the application are not let in', () => {
    const { matchLabels } = spec.ingress[0].from[0].podSelector;
    expect(selects(matchLabels as any, { 'app.kubernetes.io/name': 'flink', 'app.kubernetes.io/instance': 'other' })).toBe(false);
  });

  test('every port of the containers is in the policy, and nothing else is open', () => {
    const open = [jobManager, taskManager].flatMap(({ spec: { template } }) => template.spec.containers[0].ports as any[]);
    expect([...new Set(open.map(({ containerPort }) => containerPort as number))].sort()).toEqual(INTERNAL);
  });
});

describe('metrics', () => {
  const watched = kubernetesObjects(templateOf(testJob({ observability: { metricsNamespace: 'monitoring' } }).jobStack));

  test('are read on 9249 by pods of the one namespace that was named', () => {
    const [, metrics, ...rest] = objectOf(watched, 'NetworkPolicy').spec.ingress;
    expect(rest).toEqual([]);
    expect(metrics).toEqual({
      from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
      ports: [{ port: 9249, protocol: 'TCP' }],
    });
  });

  test('have a port in both containers only then', () => {
    const portsOf = (all: any[]): number[] =>
      Object.values(deploymentsOf(all)).flatMap(({ spec }) =>
        spec.template.spec.containers[0].ports.map(({ containerPort }: any) => containerPort),
      );
    expect(portsOf(watched).filter((port) => port === 9249)).toHaveLength(2);
    expect(portsOf(objects)).not.toContain(9249);
  });
});

describe('Services', () => {
  const services = objects.filter(({ kind }) => kind === 'Service');

  // A Service of type NodePort or LoadBalancer would put an interface without a password on the network.
  test('are reachable inside the cluster only', () => {
    expect(services.length).toBeGreaterThan(0);
    for (const { spec } of services) {
      expect(spec.type).toBe('ClusterIP');
      expect([spec.externalIPs, spec.loadBalancerIP]).toEqual([undefined, undefined]);
      for (const { nodePort } of spec.ports) expect(nodePort).toBeUndefined();
    }
    expect(objects.filter(({ kind }) => kind === 'Ingress')).toEqual([]);
  });

  test('lead to the JobManager, by names of ports that its container has', () => {
    const ports = Object.fromEntries(
      jobManager.spec.template.spec.containers[0].ports.map(({ name, containerPort }: any) => [name, containerPort]),
    );
    for (const { spec } of services) {
      expect(selects(spec.selector as any, labels[0])).toBe(true);
      expect(selects(spec.selector as any, labels[1])).toBe(false);
      for (const { port, targetPort } of spec.ports) expect(ports[targetPort as string]).toBe(port);
    }
  });

  test('one of them is the REST API on 8081, by the name that the outputs and the local tools use', () => {
    expect(objectOf(services, 'Service', 'prices-rest').spec.ports).toMatchObject([{ port: 8081 }]);
  });
});

// Source: Flink configuration reference, web.*: true by default.
test.each(['web.submit.enable', 'web.cancel.enable', 'web.rescale.enable'])('%s is off: the REST API asks for no password', (key) => {
  expect(objectOf(objects, 'ConfigMap').data['config.yaml']).toMatch(new RegExp(`^${key.replace(/\./g, '\\.')}: false$`, 'm'));
});
