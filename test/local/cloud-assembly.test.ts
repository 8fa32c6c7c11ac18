import { join } from 'node:path';
import { chooseApplication, readCloudAssembly } from '../../local/cloud-assembly';
import { IntrinsicFunctions, Stack } from '../../local/intrinsic-functions';

const FOLDER = join(__dirname, '..', 'fixtures', 'local', 'assembly');

describe('the cloud assembly', () => {
  const [application] = readCloudAssembly(FOLDER);

  test('gives name and release of each application from the labels', () => {
    expect(readCloudAssembly(FOLDER).map(({ name, version }) => [name, version])).toEqual([['price-maxima', '1.20.5']]);
  });

  test('gives the options with values of another stack in place', () => {
    expect(application.options).toMatchObject({
      'execution.checkpointing.dir': 's3p://flinkplatform-platformstate9a1b2c3d/checkpoints/price-maxima',
      'execution.checkpointing.interval': '30 s',
      'pipeline.max-parallelism': '128',
      'web.submit.enable': 'false',
    });
  });

  test('gives the arguments of both containers', () => {
    expect(application.taskManagerArguments).toEqual([
      'taskmanager',
      '-Dtaskmanager.host=$(POD_IP)',
      '-Dtaskmanager.resource-id=$(POD_NAME)',
    ]);
    expect(application.jobManagerArguments.slice(-8)).toEqual([
      '--stream-arn',
      'arn:aws:kinesis:us-east-1:000000000000:stream/pricemaxima-ticksstream5e6f7a8b',
      '--stream-region',
      'us-east-1',
      '--stream-initial-position',
      'TRIM_HORIZON',
      '--output',
      's3a://pricemaxima-results1c2d3e4f/price-maxima',
    ]);
  });

  test('gives the buckets and the streams that are named, with the shards of the template', () => {
    expect(application.buckets).toEqual(['flinkplatform-platformstate9a1b2c3d', 'pricemaxima-results1c2d3e4f']);
    expect(application.streams.map(({ name, shards }) => [name, shards])).toEqual([['pricemaxima-ticksstream5e6f7a8b', 3]]);
  });

  test('says what to do when there is no assembly, or not the application', () => {
    expect(() => readCloudAssembly('nowhere')).toThrow(/'nowhere' is no synthesized CDK app.*cdk synth/);
    expect(() => chooseApplication([application], 'other', 'cdk.out')).toThrow(/no Flink application 'other'.*price-maxima/);
    expect(() => chooseApplication([application, { ...application, name: 'b' }], undefined, 'x')).toThrow(
      /--application, of price-maxima, b/,
    );
    expect(chooseApplication([application], undefined, 'x').name).toBe('price-maxima');
  });
});

describe('intrinsic functions', () => {
  const template = {
    Resources: { Data: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'named' } }, Queue: { Type: 'AWS::SQS::Queue' } },
    Parameters: { Stage: { Default: 'test' } },
    Mappings: { Zones: { 'eu-west-1': { first: 'eu-west-1a' } } },
    Conditions: { IsTest: { 'Fn::Equals': [{ Ref: 'Stage' }, 'test'] }, IsOther: { 'Fn::Not': [{ Condition: 'IsTest' }] } },
    Outputs: { Out: { Value: { 'Fn::Sub': '${Queue.Arn}' }, Export: { Name: { 'Fn::Join': ['-', ['Jobs', 'queue']] } } } },
  };
  const stack: Stack = { name: 'Jobs', region: 'eu-west-1', account: '111122223333', template };
  const functions = new IntrinsicFunctions([stack]);

  test.each<[string, unknown, unknown]>([
    ['Ref of a bucket with a name', { Ref: 'Data' }, 'named'],
    ['Ref of a parameter', { Ref: 'Stage' }, 'test'],
    ['pseudo parameters', { 'Fn::Sub': '${AWS::Partition}-${AWS::AccountId}-${AWS::Region}' }, 'aws-111122223333-eu-west-1'],
    [
      'Fn::Sub with values, literals and attributes',
      { 'Fn::Sub': ['${a}/${!b}/${Queue.Arn}', { a: 'x' }] },
      'x/${b}/arn:aws:sqs:eu-west-1:111122223333:jobs-queue',
    ],
    ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['Fn::Select of Fn::GetAZs', { 'Fn::Select': ['2', { 'Fn::GetAZs': '' }] }, 'eu-west-1c'],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['Zones', { Ref: 'AWS::Region' }, 'first'] }, 'eu-west-1a'],
    [
      'Fn::If',
      [{ 'Fn::If': ['IsTest', 1, 2] }, { 'Fn::If': ['IsOther', 1, 2] }, { 'Fn::If': ['IsOther', 1, { Ref: 'AWS::NoValue' }] }],
      [1, 2],
    ],
    ['Fn::ImportValue by a computed name', { 'Fn::ImportValue': 'Jobs-queue' }, 'arn:aws:sqs:eu-west-1:111122223333:jobs-queue'],
    ['Fn::Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
  ])('%s', (_, value, expected) => {
    expect(functions.resolve(value, stack)).toEqual(expected);
  });

  test('fails for what it does not know, and names the stack', () => {
    expect(() => functions.resolve({ 'Fn::Transform': {} }, stack)).toThrow(/stack Jobs: .*Fn::Transform/);
    expect(() => functions.resolve({ 'Fn::ImportValue': 'x' }, stack)).toThrow(/stack Jobs imports 'x'/);
    expect(() => functions.resolve({ Ref: 'Gone' }, stack)).toThrow(/Ref of 'Gone'/);
  });
});
