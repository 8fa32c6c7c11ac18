import { Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

/** Something installed on a cluster: a Helm chart, or an EKS add-on. */
interface Installed {
  readonly kind: 'chart' | 'EKS add-on';
  readonly name: string;
  readonly path: string;
}

interface Conflict {
  readonly one: string;
  readonly other: string;
  readonly why: string;
  readonly fix: string;
}

/** Sources: Karpenter, "Migrating from Cluster Autoscaler"; Karpenter, "Disruption", interruption; metrics-server, README. */
const CONFLICTS: Conflict[] = [
  {
    one: 'chart karpenter',
    other: 'chart cluster-autoscaler',
    why: 'both start and end nodes for the same pods',
    fix: 'remove one, whichever comes first',
  },
  {
    one: 'chart karpenter',
    other: 'chart aws-node-termination-handler',
    why: 'both drain a node at the same notice',
    fix: "remove the handler and set 'interruptionHandling' of Karpenter",
  },
  {
    one: 'chart metrics-server',
    other: 'EKS add-on metrics-server',
    why: 'both register the one metrics API of the cluster',
    fix: 'remove the chart',
  },
];

/**
 * Refuses, at synthesis and so in any order, two controllers on one cluster that work against each other, and one that is there twice.
 *
 * @param scope whose validation it becomes
 * @param cluster whose stack is looked through
 */
export function refuseConflicts(scope: Construct, cluster: IConstruct): void {
  scope.node.addValidation({ validate: () => conflictsIn(Stack.of(cluster)) });
}

function conflictsIn(stack: Stack): string[] {
  const all = stack.node.findAll().flatMap(installed);
  const of = (title: string): Installed[] => all.filter(({ kind, name }) => `${kind} ${name}` === title);
  const fighting = CONFLICTS.filter(({ one, other }) => of(one).length > 0 && of(other).length > 0).map(
    ({ one, other, why, fix }) =>
      `${one} (${of(one)[0].path}) is installed beside ${other} (${of(other)[0].path}): allowed is one of them, because ${why}; ${fix}`,
  );
  const titles = [...new Set(all.map(({ kind, name }) => `${kind} ${name}`))];
  const twice = titles
    .filter((title) => ALONE.includes(title) || title.startsWith('EKS add-on'))
    .filter((title) => of(title).length > 1)
    .map((title) => {
      const paths = of(title).map(({ path }) => path);
      return `${title} is installed ${paths.length} times (${paths.join(', ')}): allowed is once, because the cluster has one; remove one`;
    });
  return [...fighting, ...twice];
}

/** Charts that a cluster has once. */
const ALONE = ['karpenter', 'cluster-autoscaler', 'aws-node-termination-handler', 'metrics-server'].map((name) => `chart ${name}`);

/** Name of the chart that a construct installs. Both EKS modules have a construct HelmChart with these members. */
export function chartOf(node: IConstruct): string | undefined {
  const { chart } = node as unknown as { readonly chart?: unknown };
  return 'atomic' in node && typeof chart === 'string' ? chart : undefined;
}

function installed(node: IConstruct): Installed[] {
  const { path } = node.node;
  const { addonName, cfnResourceType } = node as unknown as Record<string, unknown>;
  const chart = chartOf(node);
  if (chart !== undefined) return [{ kind: 'chart', name: chart, path }];
  if (cfnResourceType === 'AWS::EKS::Addon') return [{ kind: 'EKS add-on', name: String(addonName), path }];
  return [];
}
