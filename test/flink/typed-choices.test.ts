import { App, Duration, Size, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as lib from '../../lib';
import { ApplicationTemplate } from '../../local/application-template';
import { chooseApplication, readCloudAssembly } from '../../local/cloud-assembly';
import { LocalRun } from '../../local/local-run';
import { buildSample } from '../../local/sample-job';
import { testApp, testPlatform } from '../fixtures/apps';
import { describeWithTools, PATIENCE, resultsOf, TEST_OPTIONS } from './sample';
import { expectedMaxima, knownTick, sorted } from './window-maxima';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const TICKS = 1_000;
const GENERATOR = ['--source', 'generator', '--ticks', String(TICKS), '--rate', '500', '--start', String(START), '--spacing-ms', '20'];

interface Choice {
  readonly title: string;
  readonly version: lib.FlinkVersion;
  readonly flink: lib.FlinkOptions;
  /** What the JobManager says of the job. Source: Flink REST API, `/jobs/:jobid/checkpoints/config`. */
  readonly says: Record<string, unknown>;
}

const none = lib.HighAvailability.none();
const changelog = { materializationInterval: Duration.seconds(3) };
const CHOICES: Choice[] = [
  {
    title: 'changelog over RocksDB, without high availability',
    version: lib.FlinkVersion.V1_20,
    flink: { highAvailability: none, changelog },
    says: { state_backend: 'EmbeddedRocksDBStateBackend', state_changelog_enabled: true, changelog_storage: 'filesystem' },
  },
  {
    title: 'changelog over RocksDB, without high availability',
    version: lib.FlinkVersion.V2_2,
    flink: { highAvailability: none, changelog },
    says: { state_backend: 'EmbeddedRocksDBStateBackend', state_changelog_enabled: true, changelog_storage: 'filesystem' },
  },
  {
    title: 'ForSt',
    version: lib.FlinkVersion.V2_2,
    flink: { stateBackend: lib.StateBackend.forSt({ cacheReserve: Size.mebibytes(64) }) },
    says: { state_backend: 'ForStStateBackend', state_changelog_enabled: false },
  },
];

/** What each choice makes of an application, as a deployment would have it. */
function templateOf({ version, flink }: Choice): ApplicationTemplate {
  const app: App = testApp();
  const { platform } = testPlatform({}, app);
  const stack = new Stack(app, 'Job');
  const application = new lib.FlinkApplication(stack, 'Choices', {
    name: 'choices',
    platform,
    version,
    flink,
    image: lib.FlinkImage.fromUri(`flink:${version.imageTag}`),
    job: lib.FlinkJob.jar({ entryClass: 'flinkonspot.PriceMaxima', args: GENERATOR }),
    jobManager: { memory: Size.mebibytes(1024) },
    taskManager: { memory: Size.mebibytes(1536) },
  });
  application.writeTo(new s3.Bucket(stack, 'Results'), 'choices');
  return chooseApplication(readCloudAssembly(app.synth().directory), 'choices', app.outdir);
}

describeWithTools().each(CHOICES)('$title on Flink $version.line', (choice) => {
  let jar: string;
  beforeAll(async () => {
    jar = (await buildSample({ line: choice.version.line, generator: true }, () => undefined)).jar;
  }, 600_000);

  test(
    'starts, takes checkpoints and gives the right results',
    async () => {
      const application = templateOf(choice);
      const run = await LocalRun.start({ application, jar, taskManagers: 1, uiPort: 0, testOptions: TEST_OPTIONS, log: () => undefined });
      try {
        const expected = expectedMaxima(Array.from({ length: TICKS }, (_, i) => knownTick(i, START, 20)));
        expect(sorted(await resultsOf(run, expected.length))).toEqual(expected);
        const { address } = run.cluster.rest;
        const { jobs } = (await (await fetch(`${address}/jobs`)).json()) as { jobs: { id: string }[] };
        expect(await (await fetch(`${address}/jobs/${jobs[0].id}/checkpoints/config`)).json()).toMatchObject(choice.says);
        expect((await run.cluster.rest.checkpoints()).completed).toBeGreaterThan(0);
      } finally {
        await run.stop();
      }
    },
    2 * PATIENCE,
  );
});
