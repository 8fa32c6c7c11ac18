import { FlinkScaling, StandaloneRuntime } from '../../../lib';
import { templateOf, testJob } from '../../fixtures/apps';
import { deploymentsOf, flinkOptions, kubernetesObjects, objectOf, selects } from '../../fixtures/kubernetes';

const objects = kubernetesObjects(templateOf(testJob().jobStack));
const { jobManager, taskManager } = deploymentsOf(objects);

describe('the autoscaler', () => {
  const autoscaler = objectOf(objects, 'HorizontalPodAutoscaler');

  test('is of the version that knows windows', () => {
    expect(autoscaler.apiVersion).toBe('autoscaling/v2');
  });

  test('scales the TaskManagers of this application', () => {
    const { apiVersion, kind, metadata } = taskManager;
    expect(autoscaler.spec.scaleTargetRef).toEqual({ apiVersion, kind, name: metadata.name });
    expect(autoscaler.metadata.namespace).toBe(metadata.namespace);
  });

  test('looks at CPU, of which the pods state a request', () => {
    expect(autoscaler.spec.metrics).toMatchObject([{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }]);
    expect(taskManager.spec.template.spec.containers[0].resources.requests.cpu).toBe('1000m');
  });

  // Source: Kubernetes, HorizontalPodAutoscaler behavior: 0 s up and 300 s down unless stated, and up to fourfold in 15 s.
  test('states both windows and both policies, for each change restarts the job', () => {
    const { scaleUp, scaleDown } = autoscaler.spec.behavior;
    expect(scaleUp.stabilizationWindowSeconds).toBeGreaterThanOrEqual(60);
    expect(scaleDown.stabilizationWindowSeconds).toBeGreaterThanOrEqual(300);
    expect(scaleUp.policies).toEqual([{ type: 'Percent', value: 100, periodSeconds: 120 }]);
    expect(scaleDown.policies).toEqual([{ type: 'Percent', value: 50, periodSeconds: 300 }]);
  });

  test('is a part of its own, so that another way of scaling removes it', () => {
    const resources = templateOf(testJob().jobStack).Resources;
    expect(Object.keys(resources).filter((id) => id.endsWith('Autoscaling'))).toHaveLength(1);
  });

  test('goes with Reactive Mode, or pods would come and the parallelism would stay', () => {
    expect(flinkOptions(objects)['scheduler-mode']).toBe('reactive');
  });

  test('takes the limits it is given', () => {
    const scaling = FlinkScaling.reactive({ min: 3, max: 7, cpuPercent: 45, scaleUpWindowSeconds: 30, scaleDownWindowSeconds: 1200 });
    const made = kubernetesObjects(templateOf(testJob({ runtime: new StandaloneRuntime({ scaling }) }).jobStack));
    const { spec } = objectOf(made, 'HorizontalPodAutoscaler');
    expect(spec).toMatchObject({ minReplicas: 3, maxReplicas: 7 });
    expect(spec.metrics[0].resource.target.averageUtilization).toBe(45);
    expect(spec.behavior).toMatchObject({ scaleUp: { stabilizationWindowSeconds: 30 }, scaleDown: { stabilizationWindowSeconds: 1200 } });
  });
});

describe('the disruption budget', () => {
  const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');

  /** Pods that may be evicted now. Source: Kubernetes, disruption controller: a percentage of maxUnavailable is rounded up. */
  function evictable(spec: any, healthy: number): number {
    const { maxUnavailable, minAvailable } = spec;
    const share = (value: number | string): number =>
      typeof value === 'number' ? value : Math.ceil((healthy * Number(value.replace('%', ''))) / 100);
    return minAvailable === undefined ? share(maxUnavailable as string) : healthy - share(minAvailable as string);
  }

  test('lets a drain pass, however few TaskManagers there are', () => {
    for (let pods = 1; pods <= 20; pods++) {
      for (const { spec } of budgets) expect([pods, evictable(spec, pods) >= 1]).toEqual([pods, true]);
    }
  });

  test('keeps half of them', () => {
    expect(evictable(budgets[0].spec, 10)).toBe(5);
  });

  test('does not hold for the only JobManager, which could never be moved', () => {
    for (const { spec } of budgets) {
      expect(selects(spec.selector.matchLabels as any, jobManager.spec.template.metadata.labels as any)).toBe(false);
      expect(selects(spec.selector.matchLabels as any, taskManager.spec.template.metadata.labels as any)).toBe(true);
    }
  });
});

describe('high availability', () => {
  // Source: Flink, Kubernetes HA services: these options, and this Role.
  test('has a directory, an id and a namespace of its own, and a fixed port', () => {
    expect(flinkOptions(objects)).toMatchObject({
      'high-availability.type': 'kubernetes',
      'high-availability.cluster-id': 'prices',
      'kubernetes.cluster-id': 'prices',
      'kubernetes.namespace': 'prices',
      'high-availability.jobmanager.port': 6123,
      'high-availability.storageDir': expect.stringMatching(/^s3p:\/\/.+\/ha\/prices$/),
    });
  });

  test('may touch ConfigMaps of its namespace, list its pods, and nothing else', () => {
    const role = objectOf(objects, 'Role');
    expect(role.rules).toHaveLength(2);
    expect(role.rules[1]).toEqual({ apiGroups: [''], resources: ['pods'], verbs: ['list'] });
    expect(role.rules[0]).toMatchObject({ apiGroups: [''], resources: ['configmaps'] });
    expect([...role.rules[0].verbs].sort()).toEqual(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']);
    expect(objects.filter(({ kind }) => /^ClusterRole/.test(kind as string))).toEqual([]);
  });

  test('is bound to the account of the pods', () => {
    const { roleRef, subjects } = objectOf(objects, 'RoleBinding');
    expect(roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: objectOf(objects, 'Role').metadata.name });
    const { serviceAccountName } = jobManager.spec.template.spec;
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: serviceAccountName, namespace: jobManager.metadata.namespace }]);
    expect(jobManager.spec.template.spec.automountServiceAccountToken).toBe(true);
  });

  test('a job that ends is not started again by Kubernetes', () => {
    expect(flinkOptions(objects)['execution.shutdown-on-application-finish']).toBe(false);
  });
});

test('the namespace admits only pods of the profile `restricted`', () => {
  const { metadata } = objectOf(objects, 'Namespace');
  expect(metadata.name).toBe(taskManager.metadata.namespace);
  for (const mode of ['enforce', 'warn', 'audit']) expect(metadata.labels[`pod-security.kubernetes.io/${mode}`]).toBe('restricted');
});
