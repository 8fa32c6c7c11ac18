import { readFileSync } from 'node:fs';
import { Duration, Stack } from 'aws-cdk-lib';
import { Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { FlinkApplication, FlinkImage, FlinkJob, FlinkLogging, FlinkNamespace, KinesisSource, LogLevel } from '../lib';
import { ApplicationOverrides, messageOf, templateOf, testApp, testApplication, testJob, testPlatform, warningsOf } from './fixtures/apps';
import {
  deploymentsOf,
  flinkOptions,
  kubernetesObjects,
  kubernetesResources,
  objectOf,
  objectsIn,
  startEnvironment,
} from './fixtures/kubernetes';

describe('an application with nothing but what must be said', () => {
  const { jobStack, application } = testJob();
  const template = templateOf(jobStack);

  test('is at most three Kubernetes resources: its namespace, its core, its autoscaler', () => {
    const kinds = Object.values(kubernetesResources(template)).map((resource) => objectsIn(resource).map(({ kind }) => kind as string));
    expect(kinds).toHaveLength(3);
    expect(kinds[0]).toEqual(['Namespace']);
    expect(kinds[2]).toEqual(['HorizontalPodAutoscaler']);
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('Custom::AWSCDK-EKS'))).toHaveLength(3);
  });

  test('creates namespace, core and autoscaler in this order', () => {
    const [namespace, core, autoscaling] = Object.entries(kubernetesResources(template));
    expect(core[1].DependsOn).toContain(namespace[0]);
    expect(autoscaling[1].DependsOn).toContain(core[0]);
  });

  test('tells its name, its namespace and the id of its job', () => {
    expect([application.applicationName, application.namespace]).toEqual(['prices', 'prices']);
    expect(startEnvironment(deploymentsOf(kubernetesObjects(template)).jobManager).JOB_ID).toBe(application.jobId);
  });

  test('gives the commands that show its pods and open its UI, with names that exist', () => {
    const outputs = Object.values(template.Outputs!).map(({ Value }) => String(Value));
    const service = /service\/([\w-]+)/.exec(outputs.join())![1];
    expect(objectOf(kubernetesObjects(template), 'Service', service).metadata.namespace).toBe('prices');
    const selector = /--selector (\S+)=(\w+)/.exec(outputs[0])!;
    for (const { spec } of Object.values(deploymentsOf(kubernetesObjects(template)))) {
      expect(spec.template.metadata.labels[selector[1]]).toBe(selector[2]);
    }
  });

  test('has no warnings', () => {
    expect(warningsOf(application)).toEqual([]);
  });
});

describe('a deploy restarts exactly what changed', () => {
  const checksums = (props: ApplicationOverrides): string[] =>
    Object.values(deploymentsOf(kubernetesObjects(templateOf(testJob(props).jobStack)))).map(
      ({ spec }) => spec.template.metadata.labels['cdk-flink-on-eks/checksum'] as string,
    );
  const [before] = checksums({});

  test('both pod templates carry one checksum that Kubernetes takes as a label', () => {
    expect(checksums({})).toEqual([before, before]);
    expect(before).toMatch(/^[0-9a-f]{8,63}$/);
  });

  test.each<[string, ApplicationOverrides]>([
    ['an option', { properties: { 'heartbeat.timeout': '13 s' } }],
    ['the parallelism', { flink: { maxParallelism: 256 } }],
    ['the image', { image: FlinkImage.fromUri('flink:2.2.1-scala_2.12-java21') }],
    ['an argument', { job: FlinkJob.jar({ entryClass: 'com.example.Prices', args: ['--fast'] }) }],
    ['the class', { job: FlinkJob.jar({ entryClass: 'com.example.Prices2' }) }],
    ['the logging', { observability: { logging: FlinkLogging.console({ level: LogLevel.DEBUG }) } }],
    ['the checkpoint interval', { checkpointing: { interval: Duration.seconds(20) } }],
  ])('%s changes it in both', (_, props) => {
    const [jobManager, taskManager] = checksums(props);
    expect(jobManager).not.toBe(before);
    expect(taskManager).toBe(jobManager);
  });

  test('a source changes it, and the same source again does not', () => {
    const made = (): string => {
      const { jobStack, application } = testJob();
      application.readFrom(new KinesisSource(jobStack, 'Ticks'));
      return deploymentsOf(kubernetesObjects(templateOf(jobStack))).jobManager.spec.template.metadata.labels['cdk-flink-on-eks/checksum'];
    };
    expect(made()).not.toBe(before);
    expect(made()).toBe(made());
  });

  test('a neighbour is left alone: its resources do not change by a byte', () => {
    const neighbour = (properties: Record<string, string>): string => {
      const { app, platform } = testPlatform();
      const stack = new Stack(app, 'Jobs');
      testApplication(stack, platform, { name: 'changed', properties }, 'Changed');
      testApplication(stack, platform, { name: 'neighbour' }, 'Neighbour');
      const all = kubernetesResources(templateOf(stack));
      return JSON.stringify(Object.entries(all).filter(([id]) => id.startsWith('FlinkNeighbour')));
    };
    const quiet = neighbour({});
    expect(quiet.length).toBeGreaterThan(1000);
    expect(neighbour({ 'heartbeat.timeout': '13 s' })).toBe(quiet);
  });
});

test('two syntheses in one process give the same bytes', () => {
  const synthesize = (): string[] => {
    const { jobStack, stack, application } = testJob({ deployment: { waitUntilRunning: Duration.minutes(5) } });
    application.readFrom(new KinesisSource(jobStack, 'Ticks'));
    return [jobStack, stack].map((one) => JSON.stringify(templateOf(one)));
  };
  expect(synthesize()).toEqual(synthesize());
});

describe('a renamed construct changes nothing on the cluster', () => {
  /** All Kubernetes resources of a stack, to the byte: logical ids, properties, dependencies and policies. */
  function bytes(id: string, nested = false): string {
    const { app, platform } = testPlatform();
    const stack = new Stack(app, 'Jobs');
    const scope = nested ? new Construct(stack, 'Inner') : stack;
    const stream = new KinesisSource(stack, 'Ticks');
    const application = testApplication(scope as Stack, platform, { deployment: { waitUntilRunning: Duration.minutes(5) } }, id);
    application.readFrom(stream);
    const all = Object.entries(templateOf(stack).Resources).filter(([, { Type }]) => Type.startsWith('Custom::AWSCDK-EKS'));
    expect(all).toHaveLength(4);
    return JSON.stringify(all);
  }
  const before = bytes('Prices');

  test('another id', () => {
    expect(bytes('Renamed')).toBe(before);
  });

  test('another scope of the same stack', () => {
    expect(bytes('Prices', true)).toBe(before);
  });

  test('the logical id of a role or policy on which a resource depends does not move either', () => {
    expect(before).toContain('"DependsOn"');
    expect(before).not.toContain('"Prices');
  });
});

describe('stacks', () => {
  test('platform and application in two stacks, with a stream in a third, make no cycle', () => {
    const { app, jobStack, application } = testJob();
    const streams = new Stack(app, 'Streams');
    application.readFrom(new KinesisSource(streams, 'Ticks'));
    expect(() => app.synth()).not.toThrow();
    expect(jobStack.dependencies.map(({ stackName }) => stackName).sort()).toEqual(['PlatformStack', 'Streams']);
  });

  test('platform and application may share one', () => {
    const { stack, platform } = testPlatform();
    testApplication(stack, platform);
    const core = Object.entries(kubernetesResources(templateOf(stack))).find(([id]) => id.endsWith('Core'))![1];
    const types = core.DependsOn!.map((id) => templateOf(stack).Resources[id].Type);
    expect(types).toEqual(expect.arrayContaining(['AWS::EKS::Nodegroup', 'AWS::EKS::Addon']));
  });

  test('an app with all feature flags that the CDK recommends gives the same Kubernetes objects', () => {
    const flags = JSON.parse(readFileSync(require.resolve('aws-cdk-lib/recommended-feature-flags.json'), 'utf8')) as object;
    // Flags change how stacks refer to each other, which is inside the placeholders.
    const objects = (context: object): string =>
      JSON.stringify(kubernetesObjects(templateOf(testJob({}, testApp({ ...context })).jobStack))).replace(/\$\{[^}]*\}/g, '$');
    expect(objects(flags)).toBe(objects({}));
  });
});

describe('names', () => {
  test('one name twice on a platform is refused, with both paths', () => {
    const { jobStack, platform } = testJob();
    expect(messageOf(() => testApplication(jobStack, platform, {}, 'Again'))).toMatch(
      /^JobStack\/Again: name 'prices' is taken by JobStack\/Prices on the same platform.*give one of the two another name/,
    );
  });

  test('one name on two platforms is not', () => {
    const app = testApp();
    const first = testJob({}, app);
    const other = testPlatform({}, testApp());
    expect(() => testApplication(new Stack(other.app, 'Jobs'), other.platform, { name: first.application.applicationName })).not.toThrow();
  });

  test('a namespace that two applications share is warned about at the second', () => {
    const { jobStack, platform } = testJob({ namespace: FlinkNamespace.existing('team') });
    const second = testApplication(jobStack, platform, { name: 'volumes', namespace: FlinkNamespace.existing('team') }, 'Volumes');
    expect(warningsOf(second).join()).toMatch(/team.*JobStack\/Prices/s);
  });

  test('namespaces of their own are not warned about', () => {
    const { jobStack, platform } = testJob();
    expect(warningsOf(testApplication(jobStack, platform, { name: 'volumes' }, 'Volumes'))).toEqual([]);
  });

  test('a namespace that is there already is not made, and the objects go into it', () => {
    const objects = kubernetesObjects(templateOf(testJob({ namespace: FlinkNamespace.existing('team') }).jobStack));
    expect(objects.filter(({ kind }) => kind === 'Namespace')).toEqual([]);
    expect(new Set(objects.map(({ metadata }) => metadata.namespace as string))).toEqual(new Set(['team']));
    expect(flinkOptions(objects)['kubernetes.namespace']).toBe('team');
    expect(objectOf(objects, 'RoleBinding').subjects[0].namespace).toBe('team');
  });
});

describe('escape hatches', () => {
  test('customizeChart sees every part once, by its name, and what it does is in the manifest', () => {
    const seen: string[] = [];
    const customizeChart = (chart: Chart): void => {
      seen.push(chart.node.id);
      const deployment = chart.apiObjects.find(({ kind, name }) => kind === 'Deployment' && name === 'prices-taskmanager');
      deployment?.addJsonPatch(JsonPatch.add('/spec/template/spec/priorityClassName', 'high'));
    };
    const { app, jobStack } = testJob({ customizeChart });
    const objects = kubernetesObjects(templateOf(jobStack));
    app.synth();
    expect(seen.sort()).toEqual(['autoscaling', 'core', 'namespace']);
    expect(deploymentsOf(objects).taskManager.spec.template.spec.priorityClassName).toBe('high');
  });

  test("a user's option reaches Flink", () => {
    const objects = kubernetesObjects(templateOf(testJob({ properties: { 'taskmanager.debug.memory.log': 'true' } }).jobStack));
    expect(flinkOptions(objects)['taskmanager.debug.memory.log']).toBe(true);
  });

  test('grants go to the role of the pods', () => {
    const { jobStack, application } = testJob();
    expect(application.grantPrincipal).toHaveProperty('roleArn');
    expect(application).toBeInstanceOf(FlinkApplication);
    expect(jobStack.resolve((application.grantPrincipal as any).roleArn)).toEqual({
      'Fn::GetAtt': [expect.stringContaining('Role'), 'Arn'],
    });
  });
});

describe('waiting for the job', () => {
  const { jobStack } = testJob({ deployment: { waitUntilRunning: Duration.minutes(7) } });
  const template = templateOf(jobStack);
  const [id, waiting] = Object.entries(template.Resources).find(([, { Type }]) => Type === 'Custom::AWSCDK-EKS-KubernetesObjectValue')!;

  test('asks for a ready JobManager of this very version, after all else is there', () => {
    const { metadata, spec } = deploymentsOf(kubernetesObjects(template)).jobManager;
    const { Properties, DependsOn } = waiting;
    expect(Properties).toMatchObject({ ObjectType: 'pods', ObjectNamespace: metadata.namespace, TimeoutSeconds: 420 });
    const wanted = Object.fromEntries(
      String(Properties.ObjectName)
        .replace('--selector=', '')
        .split(',')
        .map((one) => one.split('=')),
    );
    expect(spec.template.metadata.labels).toMatchObject(wanted);
    expect(Object.keys(wanted)).toContain('cdk-flink-on-eks/checksum');
    expect(DependsOn).toContain(Object.keys(kubernetesResources(template)).find((one) => one.endsWith('Autoscaling')));
    expect(id).toMatch(/Running$/);
  });

  test('is not done unless it is asked for', () => {
    expect(JSON.stringify(templateOf(testJob().jobStack))).not.toContain('KubernetesObjectValue');
  });
});
