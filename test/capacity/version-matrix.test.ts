import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as lib from '../../lib';
import { CfnTemplate, messageOf, onlyResource, resourcesOf, templateOf, testPlatform } from '../fixtures/apps';
import { textOf } from '../fixtures/kubernetes';
import { PROJECT } from '../fixtures/sample';

const SUPPORTED = ['1.33', '1.34', '1.35', '1.36'];
const page = readFileSync(join(PROJECT, 'docs', 'versions.md'), 'utf8');

/** Least Karpenter for each Kubernetes. Typed in from aws/karpenter-provider-aws v1.14.1, website, upgrading/compatibility.md. */
const LEAST_KARPENTER: Record<string, string> = { '1.33': '1.5', '1.34': '1.6', '1.35': '1.9', '1.36': '1.13' };

function platformOf(version: string, capacity: lib.ICapacity): CfnTemplate {
  return templateOf(testPlatform({ capacity, kubernetesVersion: eks.KubernetesVersion.of(version) }).stack);
}

function chart(template: CfnTemplate, name: string): Record<string, any> {
  return Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart')).find(({ Properties }) => Properties.Chart === name)!
    .Properties;
}

/** Whether a version of two or three numbers is another one or later. */
function isAtLeast(version: string, least: string): boolean {
  const [[a, b], [c, d]] = [version, least].map((one) => one.split('.').map(Number));
  return a > c || (a === c && b >= d);
}

describe.each(SUPPORTED)('Kubernetes %s', (version) => {
  test('has a Karpenter that knows it, and CRDs of the same release', () => {
    const template = platformOf(version, new lib.KarpenterCapacity());
    expect(onlyResource(template, 'AWS::EKS::Cluster').Properties.Version).toBe(version);
    const { Version } = chart(template, 'karpenter');
    expect(isAtLeast(Version as string, LEAST_KARPENTER[version])).toBe(true);
    expect(chart(template, 'karpenter-crd').Version).toBe(Version);
    expect(page).toContain(`| Karpenter, both charts | ${Version}:`);
  });

  // Source: cluster-autoscaler/README.md, Releases: "We recommend using Cluster Autoscaler with the Kubernetes control plane version for which
  // it was meant"; the minor versions are equal.
  test('has a Cluster Autoscaler of its own minor version', () => {
    const template = platformOf(version, new lib.ManagedNodeGroupCapacity());
    const { Values, Version } = chart(template, 'cluster-autoscaler');
    const { image } = JSON.parse(textOf(Values)) as { image: { tag: string } };
    expect(image.tag).toMatch(new RegExp(`^v${version.replace('.', '\\.')}\\.\\d+$`));
    expect(page).toContain(image.tag);
    expect(page).toContain(`chart ${Version}`);
  });
});

test('versions before and after those are refused with the list', () => {
  for (const version of ['1.32', '1.37']) {
    const message = messageOf(() => platformOf(version, new lib.ManagedNodeGroupCapacity()));
    expect(message).toContain(`kubernetesVersion is '${version}': allowed are ${SUPPORTED.join(', ')}`);
  }
});

// Source: Kubernetes, version skew policy, kubectl: one minor version older or newer than the API server.
test.each([
  ['1.33', false],
  ['1.34', false],
  ['1.35', true],
  ['1.36', true],
])('kubectl 1.36 of the default layer talks to Kubernetes %s: %s', (version, passes) => {
  const { dependencies } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies).filter((name) => /kubectl/.test(name))).toEqual(['@aws-cdk/lambda-layer-kubectl-v36']);
  const make = (): unknown => testPlatform({ kubectlLayer: undefined, kubernetesVersion: eks.KubernetesVersion.of(version) });
  if (passes) expect(make).not.toThrow();
  else expect(messageOf(make)).toMatch(/allowed is one minor version of skew; give 'kubectlLayer'/);
});

// That chart 0.27.6 brings handler 1.25.6, the chart itself says: test/capacity/charts.test.ts.
test('the termination handler is of the chart that is tested', () => {
  const { Version, Repository } = chart(platformOf('1.36', new lib.ManagedNodeGroupCapacity()), 'aws-node-termination-handler');
  expect([Version, Repository]).toEqual(['0.27.6', 'oci://public.ecr.aws/aws-ec2/helm/aws-node-termination-handler']);
  expect(page).toContain('| Node Termination Handler | v1.25.6, chart 0.27.6 |');
});

// Source: Helm repositories of the projects: two artefacts in Amazon ECR Public, one index on GitHub Pages.
test('charts come from the repositories of their projects', () => {
  const of = (template: CfnTemplate): string[] =>
    Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart')).map(
      ({ Properties }) => `${Properties.Release} ${Properties.Repository}`,
    );
  expect(of(platformOf('1.36', new lib.KarpenterCapacity())).sort()).toEqual([
    'karpenter oci://public.ecr.aws/karpenter/karpenter',
    'karpenter-crd oci://public.ecr.aws/karpenter/karpenter-crd',
  ]);
  expect(of(platformOf('1.36', new lib.ManagedNodeGroupCapacity())).sort()).toEqual([
    'aws-node-termination-handler oci://public.ecr.aws/aws-ec2/helm/aws-node-termination-handler',
    'cluster-autoscaler https://kubernetes.github.io/autoscaler',
  ]);
});
