import { CfnResource } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, IConstruct } from 'constructs';

/**
 * Refuses charts beside each other on one cluster, whoever defined them and in whatever order: the whole tree is looked through when it
 * is complete. Charts in other apps cannot be seen.
 *
 * @param scope who refuses
 * @param cluster on which
 * @param name what is defined here
 * @param charts names of the charts that it cannot live with
 */
export function refuseCharts(scope: Construct, cluster: eks.ICluster, name: string, charts: string[]): void {
  const others = (): IConstruct[] => scope.node.root.node.findAll().filter((one) => charts.includes(chartOn(one, cluster.clusterName)));
  scope.node.addValidation({
    validate: () =>
      others().map(
        (one) =>
          `${name} is on the same cluster as the chart '${chartOn(one, cluster.clusterName)}' of ${one.node.path}: allowed is one of them, because two that start or drain the same nodes work against each other; remove one`,
      ),
  });
}

/** Name of a chart on this cluster, of either EKS module; empty for all else. A token of a name is the same text wherever it is used. */
function chartOn(construct: IConstruct, clusterName: string): string {
  if (!CfnResource.isCfnResource(construct) || construct.cfnResourceType !== eks.HelmChart.RESOURCE_TYPE) return '';
  const { Chart, ClusterName } = (construct as unknown as { readonly _cfnProperties: Record<string, unknown> })._cfnProperties;
  return ClusterName === clusterName && typeof Chart === 'string' ? Chart : '';
}
