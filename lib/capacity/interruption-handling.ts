import { Duration } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import { Construct, IDependable } from 'constructs';
import { CapacityBindOptions } from './capacity';
import { TERMINATION_HANDLER } from './chart-versions';
import { CAPACITY_TYPE_LABEL } from './node-labels';

/** Options of `InterruptionHandling.bind`. */
export interface InterruptionHandlingBindOptions extends CapacityBindOptions {
  /** The Spot nodes. */
  readonly nodes: IDependable;
}

/** Who drains Spot nodes of managed node groups. One choice, never two switches that can disagree. */
export abstract class InterruptionHandling {
  /**
   * EKS, and the AWS Node Termination Handler beside it on the Spot nodes (IMDS mode: no queue, no rules, no rights).
   *
   * EKS drains by itself on the rebalance recommendation and on the notice, best effort. The handler is a second chance at the
   * notice, drains before scheduled maintenance, which EKS does not, and leaves a Kubernetes event for each notice. It leaves
   * rebalance recommendations to EKS, which starts the replacement before it drains.
   */
  public static nodeTerminationHandler(): InterruptionHandling {
    return new NodeTerminationHandler();
  }

  /** EKS alone. */
  public static eksOnly(): InterruptionHandling {
    return new EksOnly();
  }

  /**
   * Defines the handler.
   *
   * @param scope where its resources go
   * @param options the cluster and its Spot nodes
   */
  public abstract bind(scope: Construct, options: InterruptionHandlingBindOptions): void;
}

class EksOnly extends InterruptionHandling {
  public bind(): void {
    // Nothing to define: EKS drains its managed node groups by itself.
  }
}

/** Values in the chart's own spelling; what is not stated here is the chart's default. Source: aws/aws-node-termination-handler v1.25.6, values.yaml. */
const VALUES = {
  enableSqsTerminationDraining: false,
  enableSpotInterruptionDraining: true,
  enableScheduledEventDraining: true,
  enableRebalanceMonitoring: false,
  enableRebalanceDraining: false,
  emitKubernetesEvents: true,
  // The pod's own grace period counts, in which a TaskManager may still end a checkpoint.
  podTerminationGracePeriod: -1,
  useHostNetwork: true,
  daemonsetNodeSelector: { [CAPACITY_TYPE_LABEL]: 'SPOT' },
  resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
};

class NodeTerminationHandler extends InterruptionHandling {
  public bind(scope: Construct, { cluster, nodes }: InterruptionHandlingBindOptions): void {
    const chart = new eks.HelmChart(scope, 'NodeTerminationHandler', {
      ...TERMINATION_HANDLER,
      cluster,
      release: 'aws-node-termination-handler',
      namespace: 'kube-system',
      createNamespace: false,
      wait: true,
      timeout: Duration.minutes(10),
      values: VALUES,
    });
    chart.node.addDependency(nodes);
  }
}
