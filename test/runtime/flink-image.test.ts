import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { FlinkImage, FlinkImageAssetOptions, FlinkVersion, ICapacity, InstanceSelector, KarpenterCapacity } from '../../lib';
import { ApplicationOverrides, templateOf, testApp, testJob } from '../fixtures/apps';
import { deploymentsOf, kubernetesObjects } from '../fixtures/kubernetes';

const SAMPLE = join(__dirname, '..', '..', 'sample', 'price-maxima');

function imagesOf(props: ApplicationOverrides): string[] {
  return Object.values(deploymentsOf(kubernetesObjects(templateOf(testJob(props).jobStack)))).map(
    ({ spec }) => spec.template.spec.containers[0].image as string,
  );
}

/** The image that Docker is asked to build, as the cloud assembly says it. */
function assetOf(options?: FlinkImageAssetOptions, version?: FlinkVersion, capacity?: ICapacity): Record<string, any> {
  const { app, jobStack } = testJob({ image: FlinkImage.fromAsset(SAMPLE, options), version }, testApp(), capacity);
  const manifest = JSON.parse(readFileSync(join(app.synth().directory, `${jobStack.artifactId}.assets.json`), 'utf8')) as {
    dockerImages: object;
  };
  const [image] = Object.values(manifest.dockerImages);
  return image.source as Record<string, any>;
}

test('an image that is built stands in both Deployments, in the registry of the account, under the hash of its directory', () => {
  const [jobManager, taskManager] = imagesOf({ image: FlinkImage.fromAsset(SAMPLE) });
  expect(taskManager).toBe(jobManager);
  expect(jobManager).toMatch(/\.dkr\.ecr\..*:[0-9a-f]{64}$/);
});

test('an image is built for the processors of the nodes and with the Flink of the application', () => {
  expect(assetOf()).toMatchObject({ platform: 'linux/amd64', dockerBuildArgs: { FLINK_VERSION: '2.2.1' } });
  expect(assetOf({}, FlinkVersion.of('1.20.1')).dockerBuildArgs).toEqual({ FLINK_VERSION: '1.20.1' });
});

test('an image is built as the caller wants it', () => {
  const arm = InstanceSelector.of({ vcpu: 4, memoryGib: 16, architecture: ec2.InstanceArchitecture.ARM_64 });
  const capacity = new KarpenterCapacity({ spotInstanceTypes: arm.instanceTypes, onDemandInstanceTypes: arm.instanceTypes });
  const options = { platform: Platform.LINUX_ARM64, buildArgs: { FLINK_VERSION: '2.2.0', KINESIS: 'streams' } };
  const source = assetOf(options, undefined, capacity);
  expect(source).toMatchObject({ platform: 'linux/arm64', dockerBuildArgs: { FLINK_VERSION: '2.2.0', KINESIS: 'streams' } });
});

test('an image from ECR is named by tag or digest', () => {
  const repository = ecr.Repository.fromRepositoryName(new Stack(testApp(), 'Stack'), 'Repository', 'prices');
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(imagesOf({ image: FlinkImage.fromEcr(repository, '7') })[0]).toMatch(/\/prices:7$/);
  expect(imagesOf({ image: FlinkImage.fromEcr(repository, digest) })[0]).toMatch(new RegExp(`/prices@${digest}$`));
});

test('an image of any registry is taken as it is', () => {
  expect(imagesOf({ image: FlinkImage.fromUri('registry.example:5000/team/prices:7') })).toEqual(
    Array(2).fill('registry.example:5000/team/prices:7'),
  );
});

describe('the version of an image', () => {
  const problems = (uri: string, version = FlinkVersion.V2_2): string[] =>
    FlinkImage.fromUri(uri).bind(new Stack(testApp(), 'Stack'), version).problems;

  test.each(['flink:1.20.5-scala_2.12-java17', 'flink:2.3.0', 'mirror.example/library/flink:1.20'])('%s is not 2.2', (uri) => {
    expect(problems(uri)).toHaveLength(1);
  });

  test.each(['flink:2.2.0-scala_2.12-java21', 'flink:2.2', 'our-flink:1.20', 'registry.example/flink-jobs:1.20.5', 'flink@sha256:00'])(
    '%s is, or nothing is known of it',
    (uri) => {
      expect(problems(uri)).toEqual([]);
    },
  );
});
