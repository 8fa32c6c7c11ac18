import { Stack } from 'aws-cdk-lib';
import { k8s } from 'cdk8s-plus-28';
import { ApplicationOverrides, messageOf, templateOf, testJob } from '../fixtures/apps';
import { kubernetesResources, objectsIn } from '../fixtures/kubernetes';

/** An application whose part `core` carries one more ConfigMap with so many bytes in it. */
function withBigMap(bytes: number): Stack {
  const customizeChart: ApplicationOverrides['customizeChart'] = (chart) => {
    if (chart.node.id === 'core') new k8s.KubeConfigMap(chart, 'Big', { metadata: { name: 'big' }, data: { file: 'x'.repeat(bytes) } });
  };
  return testJob({ customizeChart }).jobStack;
}

const bytesOfCore = (stack: Stack): number => {
  const core = Object.entries(kubernetesResources(templateOf(stack))).find(([id]) => id.endsWith('Core'))![1];
  return Buffer.byteLength(JSON.stringify(core.Properties.Manifest));
};

describe('a manifest of at most 100 kB', () => {
  test('is large enough for an application twice over', () => {
    expect(bytesOfCore(testJob().jobStack)).toBeLessThan(50_000);
  });

  test('is refused when it is larger, with path, size, limit and what to do', () => {
    const message = messageOf(() => templateOf(withBigMap(100_000)));
    expect(message).toMatch(/JobStack\/Prices\/Core/);
    expect(message).toMatch(/part 'core' has 1\d{5} bytes: allowed are 100000, because .*; move objects that customizeChart adds/);
  });

  test('is taken when it comes near', () => {
    expect(bytesOfCore(withBigMap(45_000))).toBeGreaterThan(90_000);
  });
});

describe('every object of a part', () => {
  const resources = kubernetesResources(templateOf(testJob().jobStack));

  test.each(Object.keys(resources))('of %s carries the label by which kubectl finds what to prune', (id) => {
    const label = resources[id].Properties.PruneLabel as string;
    expect(label).toMatch(/^[a-z0-9.-]+\/[A-Za-z0-9._-]{1,63}$/);
    for (const object of objectsIn(resources[id])) expect(object.metadata.labels).toHaveProperty([label], '');
  });

  test('carries the label of no other part', () => {
    const labels = Object.values(resources).map(({ Properties }) => Properties.PruneLabel as string);
    expect(new Set(labels).size).toBe(3);
    for (const [index, resource] of Object.values(resources).entries()) {
      const others = labels.filter((_, other) => other !== index);
      for (const object of objectsIn(resource)) for (const other of others) expect(object.metadata.labels).not.toHaveProperty([other]);
    }
  });

  test('is taken over when it is there already', () => {
    for (const { Properties } of Object.values(resources)) expect(Properties.Overwrite).toBe(true);
  });

  test('stays when the stack goes only if it is the namespace, where the pointers to checkpoints are', () => {
    const policies = Object.fromEntries(
      Object.entries(resources).map(([id, { DeletionPolicy }]) => [/[A-Z][a-z]+$/.exec(id)![0], DeletionPolicy]),
    );
    expect(policies).toEqual({ Namespace: 'Retain', Core: 'Delete', Autoscaling: 'Delete' });
  });
});
