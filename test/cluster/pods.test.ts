import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as lib from '../../lib';
import { buildSample } from '../../local/sample-job';
import { waitFor } from '../../local/waiting';
import { KubernetesObject } from '../fixtures/kubernetes';
import { describeWithPods, PATIENCE, RealCluster, SPOT_INSTANCES } from './real-cluster';
import { RealNode } from './real-nodes';
import { RunningJob } from './running-job';
import { KubectlResult } from './test-cluster';

const IMAGE = 'localhost/price-maxima:test';

describeWithPods()('an application in real pods', () => {
  let real: RealCluster;

  beforeAll(async () => {
    const { jar } = await buildSample({ generator: true }, () => undefined);
    real = await RealCluster.start(lib.FlinkVersion.V2_2, { [IMAGE]: jar });
    // One for each of the three TaskManagers: two that leave together may cost two restarts (docs/spot-loss.md).
    await real.startSpot('spot-d');
    await real.deploy(
      real.application('prices', {
        image: lib.FlinkImage.fromUri(IMAGE),
        job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: ['--source', 'generator'] }),
        // The job grows to two slots after a checkpoint; and still long enough to tell the hook's from the next.
        checkpointing: { interval: Duration.minutes(1) },
      }),
    );
  }, 3 * PATIENCE);

  afterAll(async () => real?.stop(), PATIENCE);

  test(
    'the job runs, as a user with no rights on a root that nobody writes, and writes its pointers',
    async () => {
      const job = await running();
      const [{ metadata }] = pods('jobmanager');
      const exec = (...command: string[]): KubectlResult =>
        real.cluster.kubectl(['exec', metadata.name as string, '--namespace=prices', '--', ...command]);
      expect(exec('id', '-u').stdout.trim()).toBe('9999');
      expect(exec('touch', '/opt/flink/lib/x').stderr).toMatch(/Read-only file system/);
      expect(exec('cat', '/proc/1/status').stdout).toMatch(/CapEff:\t0{16}\n[^]*NoNewPrivs:\t1\nSeccomp:\t2\n/);
      // Source: Flink, Kubernetes HA Services: one ConfigMap of the cluster, one of each job.
      const names = (): string[] => real.cluster.objects('configmaps', 'prices').map((each) => each.metadata.name as string);
      expect(names()).toEqual(expect.arrayContaining(['prices-cluster-config-map', `prices-${job.id}-config-map`, 'prices-deployed']));
      expect(real.cluster.object('configmap', 'prices-deployed', 'prices').data).toMatchObject({ jobId: job.id, MAX_PARALLELISM: '128' });
      expect(JSON.stringify(real.cluster.object('configmap', 'prices-cluster-config-map', 'prices').data)).toContain(job.host);
    },
    2 * PATIENCE,
  );

  test(
    'a JobManager that is killed comes back with the job, from the newest checkpoint',
    async () => {
      const before = await running();
      const checkpoint = await before.checkpoint();
      const start = Date.now();
      processOf('on-demand', 'StandaloneApplicationClusterEntryPoint').forEach((pid) => process.kill(pid, 'SIGKILL'));
      await waitFor('the JobManager has gone', async () => ({ done: await before.isGone(), seen: 'it answers' }), { within: PATIENCE });
      const after = await running();
      real.figure('JobManager killed: all tasks run again', start);
      expect(after.id).toBe(before.id);
      expect(await after.restored()).toBeGreaterThanOrEqual(checkpoint);
    },
    2 * PATIENCE,
  );

  test(
    'a Spot notice: cordon, checkpoint, one restart, and the instance can go',
    async () => {
      const before = await running();
      const restores = await before.restores();
      expect(new Set(pods('taskmanager').map(({ spec }) => spec.nodeName as string)).size).toBe(3);
      const leaving = pods('taskmanager').find(({ metadata }) => before.workers.includes(metadata.name as string))!;
      const node = real.nodes.get(leaving.spec.nodeName as string)!;
      const said = real.follow('prices', leaving.metadata.name as string);
      const start = Date.now();
      // Source: Amazon EC2, Spot Instance interruption notices. Half of the two minutes.
      const end = start + 60_000;
      writeFileSync(
        join(node.ready.folder, 'spot-instance-action'),
        JSON.stringify({ action: 'terminate', time: new Date(end).toISOString() }),
      );
      await real.cluster.until('the node is cordoned', () => (nodeObjectOf(node).spec.unschedulable ? true : undefined));
      real.figure('Spot notice: node cordoned', start);
      const checkpoint = await waitFor(
        'the hook has a checkpoint',
        async () => {
          const id = /checkpoint-before-leaving: checkpoint (\d+)(, which was under way,)? is complete/.exec(said())?.[1];
          return Promise.resolve({ done: id === undefined ? undefined : Number(id), seen: said().split('\n').slice(-2).join(' ') });
        },
        { within: PATIENCE },
      );
      real.figure('Spot notice: checkpoint complete', start);
      const after = await running((job) => !job.workers.includes(leaving.metadata.name as string));
      real.figure('Spot notice: all tasks run again', start);
      expect(await after.restored()).toBeGreaterThanOrEqual(checkpoint);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now())));
      await node.kill();
      real.nodes.delete(node.ready.name);
      // It took nothing with it: the job goes on where it was.
      expect((await running()).workers).not.toContain(leaving.metadata.name);
      expect((await after.restores()) - restores).toBe(1);
    },
    3 * PATIENCE,
  );

  test(
    'a node that is lost without notice costs a restart from the newest checkpoint',
    async () => {
      const before = await running();
      const checkpoint = await before.checkpoint();
      const [worker] = pods('taskmanager').filter(({ metadata }) => before.workers.includes(metadata.name as string));
      const node = real.nodes.get(worker.spec.nodeName as string)!;
      const gone = SPOT_INSTANCES.find((name) => !real.nodes.has(name));
      if (gone !== undefined) await real.startSpot(gone);
      const start = Date.now();
      await node.kill();
      real.nodes.delete(node.ready.name);
      const after = await running((job) => !job.workers.includes(worker.metadata.name as string));
      real.figure('node lost without notice: all tasks run again', start);
      expect(await after.restored()).toBeGreaterThanOrEqual(checkpoint);
    },
    3 * PATIENCE,
  );

  const pods = (component: 'jobmanager' | 'taskmanager'): KubernetesObject[] => real.pods('prices', component);

  const running = (also?: (job: RunningJob) => boolean): Promise<RunningJob> => real.running('prices', also);

  function nodeObjectOf(node: RealNode): KubernetesObject {
    return real.cluster.objects('nodes').find(({ metadata }) => metadata.name === node.ready.name)!;
  }
});

/** Processes of a node by what is in their command line, as this machine numbers them. */
function processOf(node: string, text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text) &&
          new RegExp(`/flinktest\\d+-${node}/`).test(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
