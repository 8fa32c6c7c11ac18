import { Stack } from 'aws-cdk-lib';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { KinesisSource } from '../lib';
import { templateOf, testApplication, testPlatform } from './fixtures/apps';
import { Statement, statementsOf } from './fixtures/iam';
import { flinkOptions, kubernetesObjects, KubernetesObject, objectOf, selects, startEnvironment } from './fixtures/kubernetes';

// Two applications of one platform whose names begin alike, each with a stream and a place for results.
const { app, platform } = testPlatform();
const results = 'shared-results';
const stacks = ['prices', 'prices-eu'].map((name) => {
  const stack = new Stack(app, name);
  const application = testApplication(stack, platform, { name }, 'Job');
  const arn = `arn:aws:kinesis:eu-west-1:111122223333:stream/${name}-ticks`;
  application.readFrom(KinesisSource.fromStream(kinesis.Stream.fromStreamArn(stack, 'Ticks', arn)));
  application.writeTo(s3.Bucket.fromBucketName(stack, 'Results', results), name);
  return stack;
});
const templates = stacks.map(templateOf);
const [first, second] = templates.map(kubernetesObjects);
const policies = templates.map((template) => statementsOf(template, /Policy$/));

const keyOf = ({ kind, metadata }: KubernetesObject): string => `${metadata.namespace ?? ''}/${kind}/${metadata.name}`;

describe('two applications on one platform do not meet', () => {
  test('in a namespace or by the name of an object', () => {
    const names = new Set(first.map(keyOf));
    expect(second.map(keyOf).filter((key) => names.has(key))).toEqual([]);
    const namespaces = [first, second].map((objects) => new Set(objects.map(({ metadata }) => metadata.namespace ?? metadata.name)));
    expect(namespaces.map((set) => [...set])).toEqual([['prices'], ['prices-eu']]);
  });

  test('by an id or a directory that Flink keeps something under', () => {
    const keys = ['kubernetes.cluster-id', 'high-availability.cluster-id', 'kubernetes.namespace', 'execution.checkpointing.dir'];
    keys.push('execution.checkpointing.savepoint-dir', 'high-availability.storageDir');
    for (const key of keys) {
      const [a, b] = [first, second].map((objects) => flinkOptions(objects)[key]);
      expect([key, typeof a, a === b]).toEqual([key, 'string', false]);
    }
  });

  test('by the id of a job or of a resource in CloudFormation', () => {
    const ids = templates.map(({ Resources }) => Object.keys(Resources).filter((id) => id.startsWith('FlinkPrices')));
    expect(ids[0].filter((id) => ids[1].includes(id))).toEqual([]);
    const jobs = [first, second].map((objects) => startEnvironment(objectOf(objects, 'Deployment', 'jobmanager')).JOB_ID);
    expect(jobs[0]).not.toBe(jobs[1]);
  });

  test('by a selector, even if they were in one namespace', () => {
    const selectorsOf = (objects: KubernetesObject[]): Record<string, string>[] =>
      objects.flatMap(({ kind, spec }) => {
        if (kind === 'Service') return [spec.selector as Record<string, string>];
        if (kind === 'NetworkPolicy') return [spec.podSelector.matchLabels, spec.ingress[0].from[0].podSelector.matchLabels];
        return spec?.selector ? [spec.selector.matchLabels as Record<string, string>] : [];
      });
    const pods = second
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ spec }) => spec.template.metadata.labels as Record<string, string>);
    expect(selectorsOf(first)).toHaveLength(7);
    for (const selector of selectorsOf(first)) for (const labels of pods) expect(selects(selector, labels)).toBe(false);
  });
});

/** Whether a statement of S3 or Kinesis allows an action on an ARN; `*` stands for any text. Source: IAM, resource element. */
function allows({ actions, resources }: Statement, action: string, arn: string): boolean {
  const matches = (pattern: string): boolean =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(arn);
  return actions.includes(action) && resources.some(matches);
}

describe('the rights of an application', () => {
  const state = (prefix: string, name: string): string => {
    const bucket = policies[0].flatMap(({ resources }) => resources).find((resource) => resource.endsWith('/checkpoints/prices/*'))!;
    return bucket.replace('checkpoints/prices/*', `${prefix}/${name}/object`);
  };
  const own = ['checkpoints', 'savepoints', 'ha'];

  test.each(own)("reach its own %s and not the neighbour's", (prefix) => {
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      const may = (index: number, name: string): boolean =>
        policies[index].some((statement) => allows(statement, action, state(prefix, name)));
      expect([may(0, 'prices'), may(0, 'prices-eu'), may(1, 'prices-eu'), may(1, 'prices')]).toEqual([true, false, true, false]);
    }
  });

  test("reach its own results and stream, and not the neighbour's", () => {
    const pairs: [string, (name: string) => string][] = [
      ['s3:PutObject', (name) => `arn:\${AWS::Partition}:s3:::${results}/${name}/part`],
      ['kinesis:GetRecords', (name) => `arn:aws:kinesis:eu-west-1:111122223333:stream/${name}-ticks`],
    ];
    for (const [action, arn] of pairs) {
      const may = (index: number, name: string): boolean => policies[index].some((statement) => allows(statement, action, arn(name)));
      expect([may(0, 'prices'), may(0, 'prices-eu'), may(1, 'prices-eu'), may(1, 'prices')]).toEqual([true, false, true, false]);
    }
  });

  test('have no wildcard in an action, and in a resource only the end of a prefix', () => {
    for (const { actions, resources, Effect } of policies.flat()) {
      expect(Effect).toBe('Allow');
      for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      for (const resource of resources) expect(resource).toMatch(/^[^*?]+[^*?/]\/\*$|^[^*?]+$/);
    }
  });

  test('let it list only what it may read: every listing has a condition on the prefix', () => {
    const listing = policies.flat().filter(({ actions }) => actions.includes('s3:ListBucket'));
    expect(listing).toHaveLength(4);
    for (const { Condition } of listing) {
      const prefixes = Condition!.StringLike['s3:prefix'] as string[];
      for (const prefix of prefixes) expect(prefix).toMatch(/^[a-z-]+(\/[a-z-]+)?(\/\*)?$/);
      expect(prefixes).not.toContain('*');
    }
  });

  test('are a role of its own for each', () => {
    const arns = [first, second].map(
      (objects) => objectOf(objects, 'ServiceAccount').metadata.annotations['eks.amazonaws.com/role-arn'] as string,
    );
    expect(new Set(arns).size).toBe(2);
  });
});
