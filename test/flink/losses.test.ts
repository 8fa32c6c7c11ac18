import { buildDrillJob, synthesizeDrill } from '../../local/drill/drill-job';
import { DrillCluster } from '../../local/drill/drill-cluster';
import { manyLosses } from '../../local/drill/kills';
import { describeWithTools } from './sample';

/** Ten in all; `npm run drill -- --kills 100` is the long form. `npm test -- --repeat 10` takes ten times as many. */
const LOSSES = 5 * Number(process.env.FLINK_REPEAT ?? 1);

/** Every record is numbered, so that one that is lost or counted twice is seen, in the results and in the state of its key. */
describeWithTools().each([
  ['2.2', 'drill-fixed'],
  ['1.20', 'drill-reactive'],
])('a job on Flink %s, %s', (line, name) => {
  test(`loses TaskManagers ${LOSSES} times, with notice, without, and during checkpoints, and no record`, async () => {
    const template = (await synthesizeDrill(line)).get(name)!;
    const cluster = await DrillCluster.start(template, await buildDrillJob(template.version, () => undefined), 0);
    try {
      const done = await manyLosses(cluster, { kills: LOSSES, seed: 7 });
      expect(done).toMatchObject({ lost: 0, doubled: 0, wrong: 0 });
      expect(done.losses).toHaveLength(LOSSES);
      // Each loss without a checkpoint just before makes work to be done again: a job that was not interrupted would show here.
      expect(done.replayedRecords).toBeGreaterThan(0);
      expect(done.windows).toBeGreaterThan(4 * 10);
    } finally {
      await cluster.stop();
    }
  }, 1_200_000);
});
