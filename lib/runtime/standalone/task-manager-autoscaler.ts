import { Chart } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { FlinkJobSpec } from '../flink-job-spec';
import { applicationLabels, componentName, FlinkComponent } from './flink-labels';
import { AutoscalerSpec } from './flink-scaling';

/**
 * Draws the HorizontalPodAutoscaler of the TaskManagers. Each change of their number restarts the job, so both windows and both
 * policies are stated: Kubernetes' own would triple the TaskManagers within a minute.
 */
export function drawAutoscaler(chart: Chart, job: FlinkJobSpec, spec: AutoscalerSpec): void {
  const name = componentName(job, FlinkComponent.TASK_MANAGER);
  new k8s.KubeHorizontalPodAutoscalerV2(chart, 'Autoscaler', {
    metadata: { name, labels: applicationLabels(job.name) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: spec.min,
      maxReplicas: spec.max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: spec.cpuPercent } } }],
      behavior: {
        scaleUp: rules(spec.scaleUpWindowSeconds, { type: 'Percent', value: 100, periodSeconds: 120 }),
        scaleDown: rules(spec.scaleDownWindowSeconds, { type: 'Percent', value: 50, periodSeconds: 300 }),
      },
    },
  });
}

function rules(stabilizationWindowSeconds: number, policy: k8s.HpaScalingPolicyV2): k8s.HpaScalingRulesV2 {
  return { stabilizationWindowSeconds, selectPolicy: 'Max', policies: [policy] };
}
