import { Lazy } from 'aws-cdk-lib';
import { App, Chart } from 'cdk8s';
import { Construct, IDependable } from 'constructs';
import { ApplicationName } from './configuration';
import { FlinkApplicationProps } from './flink-application-props';
import { drawNamespace, FlinkJobSpec, FlinkNamespace, IBoundFlinkRuntime } from './runtime';

/** What the Kubernetes half of an application is made from. */
export interface ApplicationManifests {
  readonly name: ApplicationName;
  readonly namespace: FlinkNamespace;
  readonly bound: IBoundFlinkRuntime;
  /** All that the objects need; asked for once, at synthesis, when every verb has been called. */
  readonly job: () => FlinkJobSpec;
  readonly props: FlinkApplicationProps;
}

/**
 * Defines the custom resources of an application: one for the namespace, one for each part of the runtime, and one that waits
 * when that is asked for. Which exist follows from props alone; what is in them is drawn once, at synthesis.
 */
export function defineManifests(scope: Construct, application: ApplicationManifests): void {
  const { name, bound, props } = application;
  const draw = drawOnce(application);
  let previous: IDependable[] = [props.platform.ready, ...bound.prerequisites, ...defineNamespace(scope, application)];
  for (const part of bound.parts) {
    const manifest = props.platform.applyManifest(scope, pascal(part), {
      name: part,
      logicalId: name.logicalId(part),
      after: previous,
      draw: () => draw()[part],
    });
    previous = [manifest];
  }
  awaitRunning(scope, application, previous);
}

function defineNamespace(scope: Construct, { name, namespace, props }: ApplicationManifests): IDependable[] {
  if (!namespace.isOwn) return [];
  const draw = (): Chart => {
    const chart = new Chart(new App(), 'namespace', { disableResourceNameHashes: true });
    drawNamespace(chart, namespace.nameFor(props.name));
    props.customizeChart?.(chart);
    return chart;
  };
  // Kept when the application is removed: Flink's HA pointers to the last checkpoint are ConfigMaps in it.
  return [
    props.platform.applyManifest(scope, 'Namespace', { name: 'namespace', logicalId: name.logicalId('namespace'), keep: true, draw }),
  ];
}

/** An app of its own: charts cannot live under a CDK scope, and two applications must not share names. */
function drawOnce({ namespace, bound, job, props }: ApplicationManifests): () => Record<string, Chart> {
  let charts: Record<string, Chart> | undefined;
  return () => {
    if (charts) return charts;
    const app = new App();
    const options = { namespace: namespace.nameFor(props.name), disableResourceNameHashes: true };
    charts = Object.fromEntries(bound.parts.map((part) => [part, new Chart(app, part, options)]));
    bound.render(charts, job());
    Object.values(charts).forEach((chart) => props.customizeChart?.(chart));
    return charts;
  };
}

function awaitRunning(scope: Construct, { name, bound, job, namespace, props }: ApplicationManifests, after: IDependable[]): void {
  const { waitUntilRunning, suspended } = props.deployment ?? {};
  if (!waitUntilRunning || suspended) return;
  const running = bound.whenRunning(() => job().checksum);
  const value = props.platform.awaitValue(scope, 'Running', {
    ...running,
    objectName: Lazy.string({ produce: running.objectName }),
    objectNamespace: namespace.nameFor(props.name),
    timeout: waitUntilRunning,
    logicalId: name.logicalId('running'),
  });
  value.node.addDependency(...after);
}

function pascal(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1);
}
