import { KubernetesObject } from '../fixtures/kubernetes';
import { platformWith } from './apps';
import { clusterFixture } from './cluster-fixture';
import { Deployment } from './deployment';
import { roomyNodes } from './nodes';
import { ISSUER } from './test-cluster';

const fixture = clusterFixture(roomyNodes());
let deployment: Deployment;
beforeAll(async () => {
  deployment = fixture.deployment();
  await deployment.deploy(platformWith([{ name: 'prices', observability: { metricsNamespace: 'monitoring' } }, { name: 'quotes' }]));
}, 600_000);
afterAll(() => deployment?.stop());

/** Objects of the applications as they were deployed. */
const drawn = (): KubernetesObject[] =>
  deployment.manifests().flatMap((text) => text.split('\n').map((line) => JSON.parse(line) as KubernetesObject));

describe('the server', () => {
  test('takes every object, with no field that it does not know and no warning', () => {
    // As new ones: `kubectl apply` sends nothing for what is there as it is, and the server does not warn of it again.
    const create = (object: KubernetesObject): { status: number; stderr: string } =>
      fixture.cluster.kubectl(
        ['create', '--dry-run=server', '--validate=strict', '--filename=-'],
        JSON.stringify({ ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-again` } }),
      );
    for (const object of drawn()) {
      const { status, stderr } = create(object);
      expect([object.kind, object.metadata.name, stderr, status]).toEqual([object.kind, object.metadata.name, '', 0]);
    }
    const misspelt = { ...drawn().find(({ kind }) => kind === 'Deployment')!, specs: 1 };
    expect(create(misspelt).stderr).toContain('unknown field "specs"');
  });

  test('enforces Pod Security restricted in the namespace, and our pods pass it', async () => {
    const { cluster } = fixture;
    const running = await cluster.until('pods are made', () => {
      const pods = cluster.objects('pods', 'prices');
      return pods.length >= 2 ? pods : undefined;
    });
    expect(running.length).toBeGreaterThanOrEqual(2);
    for (const [name, breach] of Object.entries(BREACHES)) {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'breach', namespace: 'prices' }, spec: podSpec(breach) };
      const { status, stderr } = cluster.kubectl(['create', '--dry-run=server', '--filename=-'], JSON.stringify(pod));
      expect([name, status !== 0, /violates PodSecurity "restricted/.test(stderr)]).toEqual([name, true, true]);
    }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'ours', namespace: 'prices' }, spec: podSpec((spec) => spec) };
    expect(cluster.kubectl(['create', '--dry-run=server', '--filename=-'], JSON.stringify(pod)).stderr).toBe('');
  });
});

/** Each takes one thing away that the profile asks for. Source: Kubernetes, Pod Security Standards, Restricted. */
const BREACHES: Record<string, (spec: KubernetesObject) => void> = {
  'runs as root': (spec) => (spec.securityContext = { ...spec.securityContext, runAsUser: 0 }),
  'may run as root': (spec) => (spec.securityContext = { ...spec.securityContext, runAsNonRoot: false }),
  'no seccomp profile': (spec) => delete spec.securityContext.seccompProfile,
  'may escalate': (spec) => (spec.containers[0].securityContext.allowPrivilegeEscalation = true),
  'keeps capabilities': (spec) => delete spec.containers[0].securityContext.capabilities,
  'host network': (spec) => (spec.hostNetwork = true),
  'host path': (spec) => spec.volumes.push({ name: 'host', hostPath: { path: '/' } }),
};

function podSpec(change: (spec: KubernetesObject) => unknown): KubernetesObject {
  const spec = structuredClone(
    drawn().find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'prices-taskmanager')!.spec.template.spec,
  ) as KubernetesObject;
  change(spec);
  return spec;
}

describe('what the pods may do', () => {
  const may = (verb: string, resource: string, namespace = 'prices'): boolean => {
    const who = ['--as=system:serviceaccount:prices:prices', '--as-group=system:serviceaccounts', '--as-group=system:authenticated'];
    return fixture.cluster.kubectl(['auth', 'can-i', verb, resource, `--namespace=${namespace}`, ...who]).stdout.trim() === 'yes';
  };
  const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

  /** Source: Flink, Kubernetes HA Services, prerequisites; `deletecollection` is not among them. */
  test('exactly what high availability needs in their own namespace', () => {
    expect(VERBS.filter((verb) => may(verb, 'configmaps'))).toEqual(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']);
  });

  /** A new JobManager waits until the TaskManagers of the version before are gone. */
  test('a look at the pods of their own namespace', () => {
    expect(VERBS.filter((verb) => may(verb, 'pods'))).toEqual(['list']);
  });

  test('nothing with any other kind of object', () => {
    const rights = (account: string): string[] => {
      const who = [`--as=system:serviceaccount:prices:${account}`, '--as-group=system:serviceaccounts', '--as-group=system:authenticated'];
      const list = fixture.cluster.must(['auth', 'can-i', '--list', '--no-headers', '--namespace=prices', ...who]);
      return list.split('\n').map((line) => line.trim().replace(/ +/g, ' '));
    };
    const everybody = rights('default');
    expect(everybody).toContain('selfsubjectreviews.authentication.k8s.io [] [] [create]');
    expect(rights('prices').filter((right) => !everybody.includes(right))).toEqual([
      'configmaps [] [] [get list watch create update patch delete]',
      'pods [] [] [list]',
    ]);
  }, 600_000);

  test('nothing in the namespace of another application, in kube-system or in the cluster', () => {
    for (const namespace of ['quotes', 'kube-system', 'default'])
      expect([namespace, VERBS.filter((verb) => may(verb, 'configmaps', namespace) || may(verb, 'pods', namespace))]).toEqual([
        namespace,
        [],
      ]);
    expect(['nodes', 'namespaces', 'persistentvolumes'].filter((kind) => may('list', kind))).toEqual([]);
  });
});

describe('the role of the service account', () => {
  interface Trust {
    readonly Statement: {
      Effect: string;
      Action: string;
      Principal: { Federated: string };
      Condition: Record<string, Record<string, string>>;
    }[];
  }

  const role = (): { id: string; policy: Trust } => {
    const roles = deployment.deployed('AWS::IAM::Role').map(({ id, properties: { AssumeRolePolicyDocument: policy } }) => ({
      id,
      policy: typeof policy === 'string' ? (JSON.parse(policy) as Trust) : (policy as Trust),
    }));
    const found = roles.filter(({ policy }) => JSON.stringify(policy).includes('system:serviceaccount:prices:prices'));
    expect(found).toHaveLength(1);
    return found[0];
  };
  const trust = (): Trust => role().policy;

  /** As STS does: issuer without its scheme names the provider and the condition keys. Source: IAM, OIDC federation condition keys. */
  function admits({ Statement: statements }: Trust, { iss, aud, sub }: Claims): boolean {
    const provider = iss.replace('https://', '');
    const values: Record<string, string[]> = { [`${provider}:aud`]: aud, [`${provider}:sub`]: [sub] };
    return statements.some(({ Effect, Action, Condition, ...rest }) => {
      expect([Effect, Action, Object.keys(Condition), Object.keys(rest)]).toEqual([
        'Allow',
        'sts:AssumeRoleWithWebIdentity',
        ['StringEquals'],
        ['Principal'],
      ]);
      const conditions = Object.entries(Condition.StringEquals);
      return conditions.length > 0 && conditions.every(([key, value]) => values[key]?.includes(value));
    });
  }

  interface Claims {
    readonly iss: string;
    readonly aud: string[];
    readonly sub: string;
  }

  /** The claims of a token that this server makes. */
  function token(account: string, namespace: string, audience: string): Claims {
    fixture.cluster.kubectl(['create', 'serviceaccount', account, `--namespace=${namespace}`]);
    const text = fixture.cluster.must(['create', 'token', account, `--namespace=${namespace}`, `--audience=${audience}`]);
    return JSON.parse(Buffer.from(text.split('.')[1], 'base64url').toString()) as Claims;
  }

  test('admits a token of our own account and no other', () => {
    const sts = 'sts.amazonaws.com';
    const ours = token('prices', 'prices', sts);
    expect(ours.iss).toBe(ISSUER);
    expect(admits(trust(), ours)).toBe(true);
    expect(admits(trust(), token('default', 'prices', sts))).toBe(false);
    expect(admits(trust(), token('prices', 'quotes', sts))).toBe(false);
    expect(admits(trust(), token('prices', 'prices', 'https://kubernetes.default.svc'))).toBe(false);
    expect(admits(trust(), { ...ours, iss: 'https://oidc.eks.us-east-1.amazonaws.com/id/ANOTHER' })).toBe(false);
  });

  test('is the one that the account names', () => {
    const account = fixture.cluster.object('serviceaccount', 'prices', 'prices');
    // The ARN of a test ends with the role's logical id.
    expect(account.metadata.annotations['eks.amazonaws.com/role-arn']).toMatch(new RegExp(`^arn:aws:iam:.*-${role().id.toLowerCase()}$`));
  });
});

/** No policy engine runs here, so the labels are evaluated: whom the policies let in, by the rules of Kubernetes. */
describe('the network policies', () => {
  const PORTS = [6121, 6122, 6123, 6124, 6126, 8081];

  interface From {
    readonly namespace: string;
    readonly labels: Record<string, string>;
  }

  function admitted(to: KubernetesObject, from: From, port: number): boolean {
    const policies = fixture.cluster
      .objects('networkpolicies', to.metadata.namespace as string)
      .filter(({ spec }) => matches(spec.podSelector, to.metadata.labels) && spec.policyTypes.includes('Ingress'));
    expect(policies).toHaveLength(1);
    return policies.some(({ metadata, spec }) =>
      (spec.ingress as any[]).some(
        ({ from: peers, ports }) =>
          ports.some((one: any) => one.port === port) && peers.some((peer: any) => isPeer(peer, from, metadata.namespace)),
      ),
    );
  }

  function isPeer({ podSelector, namespaceSelector }: any, { namespace, labels }: From, own: string): boolean {
    const there = namespaceSelector ? matches(namespaceSelector, { 'kubernetes.io/metadata.name': namespace }) : namespace === own;
    return there && (podSelector === undefined || matches(podSelector, labels));
  }

  /** A selector that asks for nothing takes everything. Source: Kubernetes, `LabelSelector`. */
  function matches({ matchLabels = {}, matchExpressions = [] }: any, labels: Record<string, string>): boolean {
    expect(matchExpressions).toEqual([]);
    return Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  }

  const podsOf = (namespace: string): Promise<KubernetesObject[]> =>
    fixture.cluster.until('pods are there', () => {
      const pods = fixture.cluster.objects('pods', namespace);
      return pods.length >= 2 ? pods : undefined;
    });

  test('let the pods of one application talk to each other, and nobody else', async () => {
    const [prices, quotes] = [await podsOf('prices'), await podsOf('quotes')];
    for (const to of prices) {
      for (const from of prices)
        expect(PORTS.every((port) => admitted(to, { namespace: 'prices', labels: from.metadata.labels }, port))).toBe(true);
      for (const from of quotes)
        expect(PORTS.some((port) => admitted(to, { namespace: 'quotes', labels: from.metadata.labels }, port))).toBe(false);
      expect(PORTS.some((port) => admitted(to, { namespace: 'prices', labels: { app: 'other' } }, port))).toBe(false);
      expect(PORTS.some((port) => admitted(to, { namespace: 'monitoring', labels: prices[0].metadata.labels }, port))).toBe(false);
      expect(admitted(to, { namespace: 'monitoring', labels: {} }, 9249)).toBe(true);
      expect(admitted(to, { namespace: 'default', labels: {} }, 9249)).toBe(false);
    }
    for (const to of quotes) expect(admitted(to, { namespace: 'monitoring', labels: {} }, 9249)).toBe(false);
  });
});

describe('when a node is drained', () => {
  test('the disruption budget lets half of the TaskManagers go, and a drain of any node ends', async () => {
    const { cluster } = fixture;
    const budget = (): KubernetesObject => cluster.object('poddisruptionbudget', 'prices-taskmanager', 'prices');
    // Two TaskManagers, half of them rounded up: one may go.
    await cluster.until('the budget is counted', () =>
      budget().status.expectedPods === 2 && budget().status.disruptionsAllowed === 1 ? true : undefined,
    );
    for (const node of cluster.objects('nodes').map(({ metadata }) => metadata.name as string)) {
      cluster.must(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=90s']);
      cluster.must(['uncordon', node]);
    }
  }, 600_000);
});
