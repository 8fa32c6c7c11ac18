import { TemplateSnapshotSerializer } from '../../lib/testing';
import { templateOf, testJob } from '../fixtures/apps';

const HASH = 'a7f3'.repeat(16);

const template = (hash: string, provider: string, layer: string): Record<string, unknown> => ({
  Resources: {
    Code: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${hash}.zip` }, Layers: [{ Ref: layer }], MemorySize: 128 } },
    [`CodeCurrentVersion0A1B2C3D${hash.slice(0, 32)}`]: { Type: 'AWS::Lambda::Version', Properties: {} },
    Custom: {
      Type: 'Custom::AWSCDK-EKS-KubernetesResource',
      Properties: {
        ServiceToken: { 'Fn::GetAtt': [provider, 'Arn'] },
        Manifest: `[{"image":"1.dkr.ecr.x/y:${hash}","labels":{"cdk-flink-on-eks/checksum":"${hash.slice(0, 16)}"}}]`,
      },
    },
  },
});

test('two releases that differ in hashes, tokens and layers look alike', () => {
  const [one, two] = [template(HASH, 'ProviderA', 'LayerA'), template('b'.repeat(64), 'ProviderB', 'LayerB')].map((each) =>
    TemplateSnapshotSerializer.normalize(each),
  );
  expect(one).toEqual(two);
  expect(JSON.stringify(one)).not.toMatch(/[0-9a-f]{16}|Provider|LayerA/);
});

test('what a user wrote stays', () => {
  const other = structuredClone(template(HASH, 'ProviderA', 'LayerA')) as any;
  other.Resources.Code.Properties.MemorySize = 256;
  const [one, two] = [template(HASH, 'ProviderA', 'LayerA'), other].map((each) => TemplateSnapshotSerializer.normalize(each));
  expect(one).not.toEqual(two);
  expect(other.Resources.Code.Properties.Code.S3Key).toBe(`${HASH}.zip`);
});

describe('as a serializer', () => {
  const serializer = new TemplateSnapshotSerializer();
  expect.addSnapshotSerializer(serializer);

  test('takes templates and nothing else', () => {
    expect([{}, [], null, 'text', { Resources: {} }, { Resources: { A: 1 } }].map((value) => serializer.test(value))).toEqual(
      Array(6).fill(false),
    );
    expect(serializer.test(templateOf(testJob().jobStack))).toBe(true);
  });

  test('prints as the runner does, once normalized', () => {
    const one = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { Key: `x/${HASH}` } } } };
    expect(one).toMatchInlineSnapshot(`
{
  "Resources": {
    "Bucket": {
      "Properties": {
        "Key": "x/<asset>",
      },
      "Type": "AWS::S3::Bucket",
    },
  },
}
`);
  });
});
