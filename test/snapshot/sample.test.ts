import { stringify } from 'yaml';
import { TemplateSnapshotSerializer } from '../../lib/testing';
import { CfnTemplate } from '../fixtures/apps';
import { kubernetesObjects, KubernetesObject } from '../fixtures/kubernetes';
import { PROGRAMS, runSample, stacksIn, templateIn } from '../fixtures/sample';

// What a reviewer reads when a template moves: how many resources of which type, and the Kubernetes objects of the sample's job.
const { out } = runSample();
const [platform, job] = ['FlinkPlatform', 'PriceMaxima'].map((stack) => templateIn(out, stack));

/** Resources by type, with their number. */
function countsOf({ Resources }: CfnTemplate): string {
  const types = Object.values(Resources).map(({ Type }) => Type);
  return [...new Set(types)]
    .sort()
    .map((type) => `${types.filter((one) => one === type).length} ${type}`)
    .join('\n');
}

/** One object as YAML. Hashes of assets, checksums and long texts, which have tests of their own, do not stand in it. */
function yamlOf(object: KubernetesObject): string {
  const labels = Object.keys(object.metadata.labels as object).filter((key) => key.startsWith('cdk-flink-on-eks/prune-'));
  for (const label of labels) delete object.metadata.labels[label];
  for (const [name, text] of Object.entries((object.data ?? {}) as Record<string, string>)) {
    if (name !== 'config.yaml') object.data[name] = `(${text.split('\n')[0]} …)`;
    else object.data[name] = text.replace(/^(env\.java\.default-opts\.all:).*$/m, '$1 …');
  }
  return stringify(TemplateSnapshotSerializer.normalize(object), { lineWidth: 0 })
    .replace(/\$\{[^}]*\}/g, '<deployment>')
    .replace(/dkr\.ecr\.\S+:<asset>/g, 'dkr.ecr/<image>');
}

/** Machines that are objects; their lists of types, which the selector's tests hold, as numbers. */
function machinesOf(template: CfnTemplate): string[] {
  const machines = kubernetesObjects(template).filter(({ kind }) => /^(NodePool|(EC2)?NodeClass)$/.test(kind as string));
  for (const { spec } of machines) {
    for (const one of (spec.template?.spec.requirements ?? []) as { values: unknown }[])
      if ((one.values as string[]).length > 2) one.values = `(${(one.values as string[]).length})`;
  }
  const yaml = (object: KubernetesObject): string => stringify(TemplateSnapshotSerializer.normalize(object), { lineWidth: 0 });
  return machines.map((object) => `\n${yaml(object).replace(/\$\{[^}]*\}/g, '<deployment>')}`);
}

/** On which nodes the pods of the sample may run. */
function placesOf(template: CfnTemplate): string[] {
  const deployments = kubernetesObjects(template).filter(({ kind }) => kind === 'Deployment');
  return deployments.map(({ metadata, spec }) => `${metadata.name}: ${JSON.stringify(spec.template.spec.affinity.nodeAffinity)}`);
}

// The other kinds of capacity: what stands in each stack, the machines, and where the pods of the job go.
describe.each(PROGRAMS.filter((program) => program !== 'flink-on-spot' && program !== 'flink-in-a-blueprint'))('bin/%s', (program) => {
  const made = runSample({ program }).out;

  test.each(stacksIn(made))('%s', (stack) => {
    const template = templateIn(made, stack);
    const all = [countsOf(template), ...machinesOf(template), ...placesOf(template)];
    expect(`\n${all.join('\n')}`).toMatchSnapshot();
  });
});

test('resources of the platform', () => {
  expect(countsOf(platform)).toMatchSnapshot();
});

test('resources of the job', () => {
  expect(countsOf(job)).toMatchSnapshot();
});

test.each(kubernetesObjects(job).map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))('%s', (_, object) => {
  expect(`\n${yamlOf(object)}`).toMatchSnapshot();
});
