import * as k8s from 'cdk8s-plus-28/lib/imports/k8s';
import { HighAvailability } from '../../configuration';
import { FlinkEvictionConfig } from '../../interruption';
import { FlinkJobSpec } from '../flink-job-spec';
import { ManifestParts } from '../flink-runtime';
import { drawHighAvailabilityRole, drawNetworkPolicy, drawServiceAccount } from './application-access';
import { applicationLabels } from './flink-labels';
import { configurationName } from './flink-pod';
import { AutoscalerSpec } from './flink-scaling';
import { drawJobManager } from './job-manager';
import { startFiles } from './job-manager-start';
import { drawTaskManagers } from './task-manager';
import { drawAutoscaler } from './task-manager-autoscaler';

/** What the AWS half of the runtime hands to the Kubernetes half. */
export interface StandaloneDetails {
  readonly serviceAccountAnnotations: Record<string, string>;
  readonly autoscaler?: AutoscalerSpec;
  /** Number of TaskManagers, when no autoscaler decides it. */
  readonly replicas?: number;
  /** JobManagers beside the one that leads. */
  readonly standbyJobManagers: number;
  readonly eviction: FlinkEvictionConfig;
  readonly highAvailability: HighAvailability;
}

/** Draws all objects of a standalone application. */
export function renderStandalone(charts: ManifestParts, job: FlinkJobSpec, details: StandaloneDetails): void {
  const { core, autoscaling } = charts;
  drawServiceAccount(core, job, details.serviceAccountAnnotations);
  if (details.highAvailability.usesConfigMaps) drawHighAvailabilityRole(core, job);
  drawNetworkPolicy(core, job);
  new k8s.KubeConfigMap(core, 'Configuration', {
    metadata: { name: configurationName(job), labels: applicationLabels(job.name) },
    data: { 'config.yaml': job.configYaml, 'log4j-console.properties': job.logging, ...files(details) },
  });
  drawJobManager(core, job, details);
  drawTaskManagers(core, job, details);
  if (autoscaling && details.autoscaler) drawAutoscaler(autoscaling, job, details.autoscaler);
}

function files({ eviction: { hook }, highAvailability }: StandaloneDetails): Record<string, string> {
  return { ...(hook && { [hook.fileName]: hook.script }), ...startFiles(highAvailability) };
}
