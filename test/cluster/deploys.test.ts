import { delimiter, dirname } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as lib from '../../lib';
import { status } from '../../local/status/status';
import { waitFor } from '../../local/waiting';
import { inOrder, runningSums, sumsJar } from '../flink/deploys/running-sums';
import { contentsOf, isDerived } from './contents';
import { describeWithPods, PATIENCE, RealCluster } from './real-cluster';
import { RunningJob } from './running-job';

/** Deploys in a row, before a last one; `npm run test:cluster -- --deploys 10` makes ten on each line. */
const DEPLOYS = Number(process.env.CLUSTER_DEPLOYS ?? 1);
const LINES = process.env.CLUSTER_DEPLOYS === undefined ? [lib.FlinkVersion.V2_2] : [lib.FlinkVersion.V2_2, lib.FlinkVersion.V1_20];
/** More than a job reads at 50 a second while its pods are replaced; the last version reads the rest in a minute or so. */
const COUNT = 56_000 + 8_000 * DEPLOYS;
const IMAGES = { Stage: 'localhost/sums:stage', Step: 'localhost/sums:step' } as const;

/** What is different from deploy to deploy. */
interface Version {
  readonly image: keyof typeof IMAGES;
  /** Operators between the sums and the sink. */
  readonly stages: number;
  readonly interval: Duration;
  readonly rate?: number;
  readonly maxParallelism?: number;
  readonly suspended?: boolean;
  /** How long the deploy itself waits for the job. */
  readonly wait?: Duration;
}

// One life, step by step: each step begins where the one before has ended.
describeWithPods().each(LINES)('a job that is deployed again and again in real pods, $line', (flink) => {
  let real: RealCluster;
  // Long intervals: what is newer than the last known checkpoint is the hook's.
  const first: Version = { image: 'Stage', stages: 0, interval: Duration.seconds(60) };

  beforeAll(async () => {
    const jars = { [IMAGES.Stage]: sumsJar(flink.line, 'Stage'), [IMAGES.Step]: sumsJar(flink.line, 'Step') };
    real = await RealCluster.start(flink, jars);
    await real.deploy(application(first));
  }, 3 * PATIENCE);

  afterAll(async () => real?.stop(), PATIENCE);

  function application({ image, stages, interval, rate = 50, maxParallelism, suspended, wait = Duration.minutes(10) }: Version): string {
    const given = { name: 'sums', count: COUNT, rate, stages };
    return real.application('sums', {
      image: lib.FlinkImage.fromUri(IMAGES[image]),
      job: lib.FlinkJob.jar({ entryClass: 'RunningSums', args: Object.entries(given).flatMap(([name, value]) => [`--${name}`, String(value)]) }), // prettier-ignore
      checkpointing: { interval, minPause: Duration.seconds(1) },
      flink: { maxParallelism },
      deployment: { suspended, waitUntilRunning: suspended ? undefined : wait },
    });
  }

  test.each(Array.from({ length: DEPLOYS }, (_, index) => index + 1))(
    'deploy %i, of another image with other operators and options, goes on from a checkpoint that the pods took when they left',
    (number) => deploy(versionOf(number)),
    2 * PATIENCE,
  );

  // Destroyed at once, the pods lose their rights while they leave, and their last checkpoint may not be recorded.
  test.each([
    { what: 'destroyed', suspended: false },
    { what: 'suspended and then destroyed', suspended: true },
  ])(
    'an application that is $what leaves its namespace and its pointers, and the next of its name goes on from them',
    async ({ what, suspended }) => {
      const before = await real.running('sums');
      const known = await before.checkpoint();
      const leave = (): Promise<true> =>
        real.cluster.until('its pods are gone', () => real.cluster.objects('pods', 'sums').length === 0 || undefined);
      if (suspended) {
        await real.deploy(application({ ...versionOf(DEPLOYS), suspended }));
        await leave();
      }
      await real.destroyApplication();
      await leave();
      // Source: Flink, Kubernetes HA Services: one ConfigMap of the cluster, one of each job; the third is the start script's.
      const pointers = ['sums-cluster-config-map', `sums-${before.id}-config-map`, 'sums-deployed'];
      expect(contentsOf(real.cluster, 'sums').filter((name) => !isDerived(name))).toEqual(
        pointers.map((name) => `ConfigMap/${name}`).sort(),
      );
      const start = Date.now();
      await real.deploy(application(versionOf(DEPLOYS)));
      const after = await real.running('sums');
      real.figure(`deploy of what was ${what}: all tasks run again`, start);
      expect(after.id).toBe(before.id);
      expect(await after.restored()).toBeGreaterThanOrEqual(suspended ? known + 1 : known);
    },
    2 * PATIENCE,
  );

  test(
    'status says that it runs, in the version that was deployed',
    async () => {
      const { lines } = await waitFor('status is well', async () => look(({ well }) => well), { within: PATIENCE, every: 2_000 });
      expect(lines.join('\n')).toMatch(/Job +RUNNING\n[^]*Restored from +checkpoint \d+[^]*Pods run it +yes, all of them$/);
    },
    2 * PATIENCE,
  );

  test(
    'the sums are exact after all of them, and a last one that reads the rest quickly',
    async () => {
      // No fewer operators: Flink refuses to drop the state of one, be it empty.
      await deploy({ image: 'Stage', stages: DEPLOYS, interval: Duration.seconds(2), rate: 1_000 });
      const lines = await waitFor(
        'all sums are in the sink',
        async () => {
          const found = [...(await real.storage.lines('s3a://results/sums')).values()].flat();
          return { done: found.length >= COUNT ? found : undefined, seen: `${found.length} of ${COUNT}` };
        },
        { within: 2 * PATIENCE, every: 1_000 },
      );
      expect(inOrder(lines)).toEqual(runningSums(COUNT));
    },
    4 * PATIENCE,
  );

  test(
    'another maximum parallelism is refused by the pod, the deploy fails, and status says why and what to do',
    async () => {
      const version = { ...first, maxParallelism: 64, wait: Duration.minutes(1) };
      await expect(real.deploy(application(version))).rejects.toThrow(/[Tt]imeout/);
      const refused = ({ lines }: Seen): boolean => lines.some((line) => line.includes("MAX_PARALLELISM was '128' and is '64'"));
      const { well } = await waitFor('status says the refusal', async () => look(refused), { within: PATIENCE, every: 2_000 });
      expect(well).toBe(false);
    },
    2 * PATIENCE,
  );

  async function deploy(version: Version): Promise<void> {
    const before = await real.running('sums');
    const known = await before.checkpoint();
    const start = Date.now();
    await real.deploy(application(version));
    const after = await newGraph(version.interval);
    real.figure(`deploy of ${version.image} with ${version.stages}: all tasks run again`, start);
    expect(after.id).toBe(before.id);
    const stages = Array.from({ length: version.stages }, (_, index) => `${version.image} ${index + 1}`);
    expect(after.operators.match(/\b(Stage|Step) \d+/g)).toEqual(stages);
    expect(await after.restored()).toBeGreaterThan(known);
  }

  function versionOf(number: number): Version {
    return { image: number % 2 === 0 ? 'Stage' : 'Step', stages: number, interval: Duration.seconds(60 + number) };
  }

  function newGraph(interval: Duration): Promise<RunningJob> {
    return waitFor(
      'the new graph runs',
      async () => {
        const job = await real.running('sums');
        const seen = await job.interval();
        return { done: seen === interval.toMilliseconds() ? job : undefined, seen: `interval ${seen}` };
      },
      { within: 2 * PATIENCE, every: 500 },
    );
  }

  type Seen = ReturnType<typeof status>;

  /** What `npx cdk-flink-on-eks status` prints, with the kubectl that the CDK ships. */
  function look(enough: (seen: Seen) => boolean): { done?: Seen; seen: string } {
    const { PATH, KUBECONFIG } = process.env;
    Object.assign(process.env, { PATH: `${dirname(real.kubectl)}${delimiter}${PATH}`, KUBECONFIG: real.cluster.kubeconfig });
    try {
      const seen = status(['--application', 'sums']);
      return { done: enough(seen) ? seen : undefined, seen: seen.lines.join('\n') };
    } finally {
      process.env.PATH = PATH;
      if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = KUBECONFIG;
    }
  }
});
