import { Stack, Token } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Below these lies the state of all applications. */
const ROOTS = ['checkpoints/', 'savepoints/', 'ha/'];

/**
 * Lifecycle rules of a given bucket that would expire or archive live state, where the app knows them. Source: Amazon S3, lifecycle
 * configuration; Flink, incremental checkpoints refer to files of any age.
 *
 * @param bucket that is there already
 */
export function lifecycleProblems(bucket: s3.IBucket): string[] {
  const resource = bucket.node.defaultChild;
  if (!(resource instanceof s3.CfnBucket)) return [];
  const { rules = [] } = (Stack.of(resource).resolve(resource.lifecycleConfiguration) ?? {}) as { rules?: Record<string, unknown>[] };
  return rules.filter(touchesState).map((rule) => {
    const { id = 'without a name', prefix = '' } = rule as { id?: string; prefix?: string };
    return `its lifecycle rule '${id}' expires or moves objects below '${prefix}': allowed are rules that leave checkpoints/, savepoints/ and ha/ alone, because incremental checkpoints refer to files of any age; give the rule a prefix of its own, or use another bucket`;
  });
}

function touchesState({ status, prefix = '', ...rule }: Record<string, unknown>): boolean {
  const live = ['expirationInDays', 'expirationDate', 'transition', 'transitions'].some((key) => rule[key] !== undefined);
  if (status !== 'Enabled' || !live || typeof prefix !== 'string') return false;
  return ROOTS.some((root) => root.startsWith(prefix) || prefix.startsWith(root));
}

/**
 * What a bucket in another account or region needs, which no synthesis can see.
 *
 * @param scope where it is used
 * @param bucket that is there already
 */
export function elsewhereWarnings(scope: Construct, bucket: s3.IBucket): string[] {
  const own = Stack.of(scope);
  const differs = (one: string, other: string): boolean => ![one, other].some((each) => Token.isUnresolved(each)) && one !== other;
  const { account, region } = bucket.env;
  if (differs(account, own.account)) {
    return [
      `the state bucket belongs to account ${account}, the platform to ${own.account}: a role of this account gets in only where the bucket's own policy lets it; allow it there`,
    ];
  }
  if (differs(region, own.region)) {
    return [
      `the state bucket is in ${region}, the platform in ${own.region}: each checkpoint crosses regions, which costs and slows it; use a bucket in ${own.region}`,
    ];
  }
  return [];
}
