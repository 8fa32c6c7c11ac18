import { Size } from 'aws-cdk-lib';
import * as lib from '../../../lib';
import { templateOf, testJob } from '../../fixtures/apps';
import {
  deploymentsOf,
  flinkOptions,
  kubernetesObjects,
  KubernetesObject,
  mebibytes,
  objectOf,
  selects,
  startEnvironment,
} from '../../fixtures/kubernetes';

const objects = kubernetesObjects(templateOf(testJob().jobStack));
const { jobManager, taskManager } = deploymentsOf(objects);
const both: [string, KubernetesObject][] = [
  ['JobManager', jobManager],
  ['TaskManager', taskManager],
];
const podOf = (deployment: KubernetesObject): any => deployment.spec.template.spec;
const containerOf = (deployment: KubernetesObject): any => podOf(deployment).containers[0];

describe.each(both)('the pods of the %s', (name, deployment) => {
  const pod = podOf(deployment);
  const container = containerOf(deployment);

  // Source: Kubernetes, Pod Security Standards, profile Restricted: every field it names.
  test('pass Pod Security `restricted`', () => {
    expect(pod.containers).toHaveLength(1);
    expect([pod.hostNetwork, pod.hostPID, pod.hostIPC]).toEqual([undefined, undefined, undefined]);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    expect(container.securityContext.privileged).toBeUndefined();
    expect(container.securityContext.capabilities.add).toBeUndefined();
    expect(container.ports.filter(({ hostPort }: any) => hostPort !== undefined)).toEqual([]);
    const kinds = pod.volumes.flatMap((volume: object) => Object.keys(volume).filter((key) => key !== 'name'));
    const allowed = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
    for (const kind of kinds) expect(allowed).toContain(kind);
  });

  // Source: apache/flink-docker, Dockerfile: user and group flink, 9999; the group of mounted volumes lets it read its token.
  test("run as the official image's user", () => {
    expect(pod.securityContext).toMatchObject({ runAsUser: 9999, runAsGroup: 9999, fsGroup: 9999 });
  });

  test('have a read-only root file system, and a size for every place that can be written', () => {
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    const writable = container.volumeMounts.filter(({ readOnly }: any) => !readOnly).map(({ name: volume }: any) => volume as string);
    expect(writable.length).toBeGreaterThan(0);
    for (const volume of pod.volumes.filter(({ name: volume }: any) => writable.includes(volume as string))) {
      expect(mebibytes(volume.emptyDir.sizeLimit as string)).toBeGreaterThan(0);
    }
  });

  test('can write where Flink writes: its temporary directory, its logs, /tmp', () => {
    const writable = container.volumeMounts.filter(({ readOnly }: any) => !readOnly).map(({ mountPath }: any) => mountPath as string);
    for (const directory of [flinkOptions(objects)['io.tmp.dirs'], '/opt/flink/log', '/tmp']) expect(writable).toContain(directory);
  });

  test('ask for all the disk that their directories may fill', () => {
    const sum = pod.volumes.reduce((mib: number, { emptyDir }: any) => mib + (emptyDir ? mebibytes(emptyDir.sizeLimit as string) : 0), 0);
    const { requests, limits } = container.resources;
    expect([mebibytes(requests['ephemeral-storage'] as string), mebibytes(limits['ephemeral-storage'] as string)]).toEqual([sum, sum]);
  });

  test('have exactly the memory that Flink is told to use', () => {
    const told = flinkOptions(objects)[`${name.toLowerCase()}.memory.process.size`] as string;
    const mib = Number(/^(\d+)m$/.exec(told)![1]);
    const { requests, limits } = container.resources;
    expect([mebibytes(requests.memory as string), mebibytes(limits.memory as string)]).toEqual([mib, mib]);
  });

  test('have no CPU limit, since throttling delays heartbeats', () => {
    expect(container.resources.limits.cpu).toBeUndefined();
    expect(container.resources.requests.cpu).toMatch(/^\d+m$/);
  });

  test('get their options from the ConfigMap of this application', () => {
    const mount = container.volumeMounts.find(({ mountPath }: any) => mountPath === '/opt/flink/conf');
    const volume = pod.volumes.find(({ name: one }: any) => one === mount.name);
    expect(mount.readOnly).toBe(true);
    expect(volume.configMap.name).toBe(objectOf(objects, 'ConfigMap').metadata.name);
  });

  test('are selected by their Deployment and by that one only', () => {
    const other = name === 'JobManager' ? taskManager : jobManager;
    expect(selects(deployment.spec.selector.matchLabels as any, deployment.spec.template.metadata.labels as any)).toBe(true);
    expect(selects(other.spec.selector.matchLabels as any, deployment.spec.template.metadata.labels as any)).toBe(false);
  });

  test('are replaced all at once', () => {
    expect(deployment.spec.strategy).toEqual({ type: 'Recreate' });
  });

  // Source: EC2, Spot Instance interruption notices: two minutes.
  test('are gone before a Spot Instance is', () => {
    expect(pod.terminationGracePeriodSeconds).toBeLessThanOrEqual(110);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
  });

  test('have three probes that ask different things, and time to start', () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    const texts = [startupProbe, livenessProbe, readinessProbe].map((probe) => JSON.stringify(probe));
    expect(texts.every(Boolean)).toBe(true);
    expect(new Set(texts).size).toBe(3);
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(300);
    expect(livenessProbe.periodSeconds * livenessProbe.failureThreshold).toBeGreaterThanOrEqual(60);
  });

  test('listen on the ports that Flink is told to use', () => {
    const told = Object.entries(flinkOptions(objects)).filter(([key]) => /(rpc|server|data|query-service|rest)\.port$/.test(key));
    const known = told.map(([, port]) => Number(port));
    for (const { containerPort } of container.ports) expect(known).toContain(containerPort);
  });

  test('tolerate nothing without a reason', () => {
    for (const { key } of pod.tolerations ?? []) expect(key).toBeTruthy();
  });
});

describe('where pods run', () => {
  const requirement = (deployment: KubernetesObject): unknown =>
    podOf(deployment).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions;

  // Source: EKS user guide, managed node groups, capacity types.
  test('a JobManager on On-Demand Instances, a TaskManager on Spot Instances', () => {
    const key = 'eks.amazonaws.com/capacityType';
    expect(requirement(jobManager)).toEqual([{ key, operator: 'In', values: ['ON_DEMAND'] }]);
    expect(requirement(taskManager)).toEqual([{ key, operator: 'In', values: ['SPOT'] }]);
  });

  // Source: Kubernetes, taint-based evictions: 300 s unless stated.
  test.each([
    ['TaskManager', taskManager],
    ['JobManager', jobManager],
  ])('a %s leaves a vanished node after seconds, not after five minutes', (_, deployment) => {
    for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
      const toleration = podOf(deployment).tolerations.find((one: any) => one.key === key);
      expect(toleration).toMatchObject({ operator: 'Exists', effect: 'NoExecute' });
      expect(toleration.tolerationSeconds).toBeLessThanOrEqual(30);
    }
  });

  test('TaskManagers spread over zones and nodes, but never wait for it', () => {
    const spread = podOf(taskManager).topologySpreadConstraints as any[];
    expect(spread.map(({ topologyKey }) => topologyKey as string)).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
    for (const { whenUnsatisfiable, labelSelector } of spread) {
      expect(whenUnsatisfiable).toBe('ScheduleAnyway');
      expect(selects(labelSelector.matchLabels as any, taskManager.spec.template.metadata.labels as any)).toBe(true);
    }
    expect(podOf(taskManager).affinity.podAntiAffinity).toBeUndefined();
  });
});

describe('how many pods there are', () => {
  test('one JobManager', () => {
    expect(jobManager.spec.replicas).toBe(1);
  });

  test('the number of TaskManagers is not stated, or every deploy would undo the autoscaler', () => {
    expect(taskManager.spec).not.toHaveProperty('replicas');
  });

  test('a fixed parallelism states it: TaskManagers for its slots, and the spare ones', () => {
    const runtime = new lib.StandaloneRuntime({ scaling: lib.FlinkScaling.fixed({ parallelism: 3, spare: 1 }) });
    const drawn = kubernetesObjects(templateOf(testJob({ runtime }).jobStack));
    expect(deploymentsOf(drawn).taskManager.spec.replicas).toBe(4);
  });
});

describe('what the processes are told', () => {
  const args = containerOf(jobManager).args as string[];

  // Source: Flink, Application Mode, arguments of standalone-job.
  test('the JobManager starts the class under an id that is the same at every deploy', () => {
    expect(args[0]).toBe('standalone-job');
    expect(args[args.indexOf('--job-classname') + 1]).toBe('com.example.Prices');
    expect(startEnvironment(jobManager).JOB_ID).toMatch(/^[0-9a-f]{32}$/);
  });

  test('both find their own address, which Kubernetes fills in', () => {
    for (const [, deployment] of both) {
      const names = containerOf(deployment).env.map(({ name, valueFrom }: any) => [name, valueFrom.fieldRef.fieldPath]);
      expect(names).toEqual([
        ['POD_IP', 'status.podIP'],
        ['POD_NAME', 'metadata.name'],
      ]);
    }
    expect(args).toContain('-Djobmanager.rpc.address=$(POD_IP)');
    expect(containerOf(taskManager).args).toContain('-Dtaskmanager.host=$(POD_IP)');
  });

  test('the job is asked whether it runs under the very id it is started with', () => {
    const file = '/opt/flink/start/job-id';
    expect(JSON.stringify(containerOf(jobManager).readinessProbe)).toContain(
      `/jobs/%s/status HTTP/1.0\\\\r\\\\n\\\\r\\\\n' \\"$(<${file})\\"`,
    );
  });
});

describe('other sizes', () => {
  const sized = testJob({
    jobManager: { memory: Size.gibibytes(3), cpu: 1.5 },
    taskManager: { memory: Size.gibibytes(6), taskSlots: 2, guaranteed: true, workDirectory: Size.gibibytes(20) },
  });
  const changed = kubernetesObjects(templateOf(sized.jobStack));
  const pods = deploymentsOf(changed);

  test('reach the pod and Flink alike', () => {
    expect(flinkOptions(changed)).toMatchObject({ 'taskmanager.memory.process.size': '6144m', 'jobmanager.memory.process.size': '3072m' });
    expect(containerOf(pods.taskManager).resources.limits).toEqual({ cpu: '2000m', memory: '6144Mi', 'ephemeral-storage': '20992Mi' });
    expect(containerOf(pods.jobManager).resources.requests).toMatchObject({ cpu: '1500m', memory: '3072Mi' });
  });

  test('`guaranteed` makes pods of class Guaranteed: every limit is the request', () => {
    const { requests, limits } = containerOf(pods.taskManager).resources;
    expect(limits).toEqual(requests);
  });
});
