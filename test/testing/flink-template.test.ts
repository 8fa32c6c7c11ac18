import { Bucket } from 'aws-cdk-lib/aws-s3';
import { JsonPatch } from 'cdk8s';
import { FlinkScaling, PlacementProfile, StandaloneRuntime } from '../../lib';
import { FlinkDisruption, FlinkTemplate } from '../../lib/testing';
import { messageOf, testJob } from '../fixtures/apps';

// Written by hand as CloudFormation and Kubernetes document them, so that nothing here comes from the library under test.
const labels = (component: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'flink',
  'app.kubernetes.io/instance': 'prices',
  'app.kubernetes.io/component': component,
});

function workload(component: string, spec: object = {}): Record<string, any> {
  const container = {
    name: component,
    image: 'flink:2.2',
    args: [component],
    resources: { requests: { cpu: '500m', memory: '2Gi', 'ephemeral-storage': '1536Mi' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `prices-${component}`, namespace: 'team', labels: labels(component) },
    spec: { template: { metadata: { labels: labels(component) }, spec: { containers: [container], ...spec } } },
  };
}

const affinity = (...terms: object[]): object => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const onDemand = affinity({ matchExpressions: [{ key: 'eks.amazonaws.com/capacityType', operator: 'In', values: ['ON_DEMAND'] }] });

const GOOD = {
  'execution.checkpointing.interval': '30 s',
  'execution.checkpointing.dir': 's3p://bucket/checkpoints',
  'high-availability.type': 'kubernetes',
  'high-availability.storageDir': 's3p://bucket/ha',
  'restart-strategy.type': 'exponential-delay',
};

interface Parts {
  readonly options?: Record<string, string | undefined>;
  readonly jobManager?: object;
  readonly taskManager?: object;
  readonly more?: object[];
  readonly resources?: object;
}

function template({ options = {}, jobManager = onDemand, taskManager = {}, more = [], resources = {} }: Parts = {}): FlinkTemplate {
  const entries = Object.entries({ ...GOOD, ...options }).filter(([, value]) => value !== undefined);
  const yaml = entries.map(([key, value]) => `${key}: ${value}\n`).join('');
  const objects = [
    { kind: 'ServiceAccount', metadata: { name: 'prices', labels: labels(''), annotations: { 'eks.amazonaws.com/role-arn': 'ROLE' } } },
    { kind: 'ConfigMap', metadata: { name: 'prices-configuration', labels: labels('') }, data: { 'config.yaml': yaml } },
    workload('jobmanager', jobManager),
    workload('taskmanager', taskManager),
    ...more,
  ];
  const [before, after] = JSON.stringify(objects).split('ROLE');
  const manifest = { 'Fn::Join': ['', [before, { 'Fn::GetAtt': ['Role', 'Arn'] }, after]] };
  return FlinkTemplate.fromJson({
    Resources: { Core: { Type: 'Custom::AWSCDK-EKS-KubernetesResource', Properties: { Manifest: manifest } }, ...resources },
  });
}

const prices = (parts?: Parts): ReturnType<FlinkTemplate['application']> => template(parts).application('prices');

describe('a template', () => {
  test('knows its applications', () => {
    expect(template().applicationNames).toEqual(['prices']);
  });

  test('names those it has when another is asked for', () => {
    expect(messageOf(() => template().application('price'))).toBe("the stack has no Flink application 'price': allowed are prices");
    expect(messageOf(() => FlinkTemplate.fromJson({ Resources: {} }).application('price'))).toMatch(/it has none; give the stack in which/);
  });

  test('shows what CloudFormation fills in as a placeholder, within text and outside of it', () => {
    const Manifest = {
      'Fn::Join': ['', ['[{"kind":"A","spec":{"text":"a \\"b\\" ', { Ref: 'Name' }, '","number":', { Ref: 'Count' }, '}}]']],
    };
    const { objects } = FlinkTemplate.fromJson({
      Resources: { A: { Type: 'Custom::AWSCDK-EKS-KubernetesResource', Properties: { Manifest } } },
    });
    expect(objects).toEqual([{ kind: 'A', spec: { text: 'a "b" ${Name}', number: '${Count}' } }]);
  });
});

describe('an application', () => {
  // Source: FLIP-366: config.yaml is YAML 1.2; nested keys are joined with a dot; numbers come back as Java prints them.
  test('has the options as Flink will read them', () => {
    const options = { a: '1.10', b: '"1.10"', c: '1e3', d: 'true', e: '"x: #y"', f: '7', g: '{ h: 1, i: [2, z] }' };
    expect(prices({ options }).options).toEqual({
      ...GOOD,
      a: '1.1',
      b: '1.10',
      c: '1000.0',
      d: 'true',
      e: 'x: #y',
      f: '7',
      'g.h': '1',
      'g.i': '[2, z]',
    });
  });

  test('has pods with their numbers', () => {
    const scaler = {
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'x', labels: labels('') },
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'prices-taskmanager' }, minReplicas: 2, maxReplicas: 9 },
    };
    const { jobManager, taskManager, namespace } = prices({ more: [scaler] });
    expect([namespace, jobManager.image, jobManager.arguments]).toEqual(['team', 'flink:2.2', ['jobmanager']]);
    expect([jobManager.cpu, jobManager.memory.toMebibytes(), jobManager.ephemeralStorage.toMebibytes()]).toEqual([0.5, 2048, 1536]);
    expect([jobManager.minReplicas, jobManager.maxReplicas, taskManager.minReplicas, taskManager.maxReplicas]).toEqual([1, 1, 2, 9]);
    expect(jobManager.terminationGracePeriod.toSeconds()).toBe(30);
  });

  test('has a placement', () => {
    const spec = { nodeSelector: { disk: 'ssd' }, ...onDemand, tolerations: [{ key: 't', operator: 'Exists' }] };
    expect(prices({ jobManager: spec }).jobManager.placement).toEqual({
      required: [
        { key: 'disk', operator: 'In', values: ['ssd'] },
        { key: 'eks.amazonaws.com/capacityType', operator: 'In', values: ['ON_DEMAND'] },
      ],
      preferred: [],
      tolerations: [{ key: 't', operator: 'Exists' }],
      shapes: [],
    });
  });

  // Source: Kubernetes, NodeSelector: expressions of a term and, terms or; an empty term matches nothing.
  test.each([
    [{}, {}, true],
    [{ nodeSelector: { a: '1' } }, { a: '1' }, true],
    [{ nodeSelector: { a: '1' } }, { a: '2' }, false],
    [affinity({}), { a: '1' }, false],
    [affinity({ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }), {}, true],
    [affinity({ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }), { a: '1' }, false],
    [affinity({ matchExpressions: [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'DoesNotExist' }] }), { a: '' }, true], // prettier-ignore
    [affinity({ matchExpressions: [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'DoesNotExist' }] }), { a: '', b: '' }, false], // prettier-ignore
    [affinity({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['4'] }] }), { a: '5' }, true],
    [affinity({ matchExpressions: [{ key: 'a', operator: 'Lt', values: ['4'] }] }), { a: '5' }, false],
    [affinity({ matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] }, { matchExpressions: [{ key: 'b', operator: 'Exists' }] }), { b: '' }, true], // prettier-ignore
  ])('with %j on a node %j: %s', (spec, node, expected) => {
    expect(prices({ taskManager: spec }).taskManager.canRunOn(node as unknown as Record<string, string>)).toBe(expected);
  });

  test('says so when its role is elsewhere', () => {
    expect(messageOf(() => prices().permissions)).toMatch(
      /role of application 'prices' is not in this stack: allowed is .*; give the stack with the role/,
    );
  });
});

describe('surviving a Spot interruption', () => {
  const survive = (parts: Parts): string => messageOf(() => prices(parts).survives(FlinkDisruption.SPOT_INTERRUPTION));

  test('is granted when all holds', () => {
    expect(() => prices().survives(FlinkDisruption.SPOT_INTERRUPTION)).not.toThrow();
  });

  const budget = (spec: object): object => ({
    kind: 'PodDisruptionBudget',
    metadata: { name: 'tight', labels: labels('') },
    spec: { selector: { matchLabels: { 'app.kubernetes.io/component': 'taskmanager' } }, ...spec },
  });

  test.each<[string, Parts, RegExp]>([
    ['no checkpoints', { options: { 'execution.checkpointing.interval': undefined } }, /'execution\.checkpointing\.interval' is not set/],
    [
      'checkpoints on a pod',
      { options: { 'execution.checkpointing.dir': 'file:///tmp' } },
      /'execution\.checkpointing\.dir' is 'file:\/\/\/tmp'/,
    ],
    ['checkpoints nowhere', { options: { 'execution.checkpointing.dir': undefined } }, /'execution\.checkpointing\.dir' is not set/],
    ['checkpoints in the JobManager', { options: { 'execution.checkpointing.storage': 'jobmanager' } }, /storage' is jobmanager/],
    ['no restarts', { options: { 'restart-strategy.type': 'none' } }, /'restart-strategy\.type' is none/],
    ['an older name of it', { options: { 'restart-strategy.type': undefined, 'restart-strategy': 'off' } }, /'restart-strategy' is off/],
    ['a long farewell', { taskManager: { terminationGracePeriodSeconds: 121 } }, /121 s to leave: allowed are 120/],
    ['a budget of none', { more: [budget({ maxUnavailable: '0%' })] }, /PodDisruptionBudget 'tight' lets no TaskManager go/],
    ['a budget that keeps all', { more: [budget({ minAvailable: 1 })] }, /PodDisruptionBudget 'tight'/],
    [
      'a JobManager on Spot without HA',
      { jobManager: {}, options: { 'high-availability.type': 'none' } },
      /'high-availability\.type' is none/,
    ],
  ])('is refused with %s', (_, parts, reason) => {
    const lines = survive(parts).split('\n');
    expect(lines[0]).toBe("application 'prices' would not survive a Spot interruption:");
    expect(lines.slice(1)).toEqual([expect.stringMatching(reason)]);
    expect(lines[1]).toMatch(/: allowed (is|are) .*; (set|use|lower|raise)/);
  });

  test.each<[string, Parts]>([
    ['older names of options', { options: { 'execution.checkpointing.dir': undefined, 'state.checkpoints.dir': 's3a://b/c' } }],
    ['exactly the notice', { taskManager: { terminationGracePeriodSeconds: 120 } }],
    ['a budget that lets one go', { more: [budget({ maxUnavailable: 1 })] }],
    ['no HA but a JobManager on On-Demand', { options: { 'high-availability.type': 'none' } }],
    ['a place that a deployment names', { options: { 'execution.checkpointing.dir': '"${Place}"' } }],
  ])('is granted with %s', (_, parts) => {
    expect(() => prices(parts).survives(FlinkDisruption.SPOT_INTERRUPTION)).not.toThrow();
  });
});

describe('surviving the loss of the JobManager', () => {
  test.each<[Parts, RegExp | undefined]>([
    [{}, undefined],
    [{ options: { 'high-availability.type': 'none' } }, /'high-availability\.type' is none: allowed is kubernetes/],
    [{ options: { 'high-availability.storageDir': undefined } }, /'high-availability\.storageDir' is not set/],
  ])('%j', (parts, reason) => {
    const survive = (): void => prices(parts).survives(FlinkDisruption.JOB_MANAGER_LOSS);
    if (reason) expect(survive).toThrow(reason);
    else expect(survive).not.toThrow();
  });
});

// The same words about what this library defines.
describe('an application of this library', () => {
  const runtime = new StandaloneRuntime({ scaling: FlinkScaling.reactive({ min: 2, max: 6 }) });
  const { jobStack, application } = testJob({ runtime, flink: { maxParallelism: 64 } });
  application.writeTo(Bucket.fromBucketName(jobStack, 'Results', 'results'), 'prices');
  const found = FlinkTemplate.fromStack(jobStack).application('prices');

  test('survives both disruptions and holds no wildcard', () => {
    for (const disruption of [FlinkDisruption.SPOT_INTERRUPTION, FlinkDisruption.JOB_MANAGER_LOSS]) found.survives(disruption);
    found.hasNoWildcards();
  });

  test('is read as it was written', () => {
    expect([found.namespace, found.options['pipeline.max-parallelism'], found.taskManager.minReplicas, found.taskManager.maxReplicas]).toEqual(['prices', '64', 2, 6]); // prettier-ignore
    expect([found.jobManager.canRunOnSpot, found.taskManager.canRunOnSpot]).toEqual([false, true]);
    expect(found.permissions.allows('s3:PutObject', 'arn:${AWS::Partition}:s3:::results/prices/part')).toBe(true);
    expect(found.permissions.allows('s3:PutObject', 'arn:${AWS::Partition}:s3:::results/other/part')).toBe(false);
  });

  test('fails the assertion when customizeChart breaks it', () => {
    const { jobStack: stack } = testJob({
      jobManager: { placement: PlacementProfile.spot() },
      customizeChart: (chart) => {
        for (const object of chart.apiObjects.filter(({ kind }) => kind === 'ConfigMap')) {
          const yaml = (object.toJson() as any).data['config.yaml'] as string;
          object.addJsonPatch(JsonPatch.replace('/data/config.yaml', yaml.replace(/^high-availability.type.*$/m, '')));
        }
      },
    });
    const survive = (): void => FlinkTemplate.fromStack(stack).application('prices').survives(FlinkDisruption.SPOT_INTERRUPTION);
    expect(survive).toThrow(/'high-availability\.type' is not set/);
  });
});
