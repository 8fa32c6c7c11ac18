import { FlinkScaling, HighAvailability, StandaloneRuntime } from '../../../lib';
import { templateOf, testJob } from '../../fixtures/apps';
import { deploymentsOf, flinkOptions, KubernetesObject, kubernetesObjects } from '../../fixtures/kubernetes';

// Source: Flink, standalone on Kubernetes without HA: all processes find the JobManager by the name of its service.
test('without high availability the service leads to the JobManager, and the pods may touch no ConfigMap', () => {
  const objects = kubernetesObjects(templateOf(testJob({ flink: { highAvailability: HighAvailability.none() } }).jobStack));
  const options = flinkOptions(objects);
  expect(options).toMatchObject({ 'high-availability.type': 'none', 'jobmanager.rpc.address': 'prices-jobmanager' });
  expect(Object.keys(options).filter((key) => key.startsWith('kubernetes.'))).toEqual([]);
  expect(objects.filter(({ kind }) => kind === 'Role' || kind === 'RoleBinding')).toEqual([]);
  expect(objects.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === 'prices-jobmanager')).toHaveLength(1);
  expect(JSON.stringify(deploymentsOf(objects))).toContain('-Djobmanager.rpc.address=prices-jobmanager');
});

test('without high availability every start is the first: nothing is chosen, and the image starts as it is', () => {
  const pod = (highAvailability: HighAvailability): KubernetesObject =>
    deploymentsOf(kubernetesObjects(templateOf(testJob({ flink: { highAvailability } }).jobStack))).jobManager.spec.template
      .spec as KubernetesObject;
  const { initContainers, containers } = pod(HighAvailability.none()) as { initContainers?: object; containers: KubernetesObject[] };
  expect(initContainers).toBeUndefined();
  expect(containers[0].command).toBeUndefined();
  const [, id] = /--job-id,([0-9a-f]{32}),/.exec((containers[0].args as string[]).join())!;
  expect(containers[0].readinessProbe.exec.command[2]).toContain(id);
  expect(pod(HighAvailability.kubernetes()).initContainers).toHaveLength(1);
});

// Source: Flink, JobManagerOptions.
test('region failover runs the default scheduler with a fixed number of TaskManagers', () => {
  const runtime = new StandaloneRuntime({ scaling: FlinkScaling.fixedWithRegionFailover({ parallelism: 4, spare: 2 }) });
  const objects = kubernetesObjects(templateOf(testJob({ runtime }).jobStack));
  expect(flinkOptions(objects)).toMatchObject({
    'jobmanager.scheduler': 'Default',
    'jobmanager.execution.failover-strategy': 'region',
    'parallelism.default': 4,
  });
  expect(flinkOptions(objects)).not.toHaveProperty('scheduler-mode');
  expect(JSON.stringify(deploymentsOf(objects))).toContain('"replicas":6');
});
