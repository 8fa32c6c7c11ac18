import { ListShardsCommand, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { regionOf } from '../../local/kinesis-emulator';
import { LocalRun } from '../../local/local-run';
import { BuiltSample, buildSample } from '../../local/sample-job';
import { Tick } from '../../local/ticks/tick';
import { putTicks, TickTarget } from '../../local/ticks/tick-sender';
import { waitFor } from '../../local/waiting';
import { describeWithTools, linesOf, PATIENCE, resultsOf, shout, withSample } from './sample';
import { expectedMaxima, KnownTick, knownTick, sorted } from './window-maxima';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const TICKS = Array.from({ length: 3_000 }, (_, i) => knownTick(i, START, 20));
const EXPECTED = expectedMaxima(TICKS);
const REPEAT = Number(process.env.FLINK_REPEAT ?? 1);

describeWithTools()('ticks from Kinesis', () => {
  let build: BuiltSample;
  beforeAll(async () => {
    build = await buildSample({ generator: false }, () => undefined);
    if (build.line !== '2.2')
      shout('NOT RUN: Kinesis on Flink 2.2, because its connector is not in the Maven repository. Run instead: Flink 1.20');
  }, 600_000);

  test(
    'every window of known ticks has the right maximum',
    async () => {
      await withSample(build, undefined, async (run) => {
        await send(run, TICKS);
        await sendBadRecord(run);
        expect(sorted(await resultsOf(run, EXPECTED.length, () => closeWindows(run)))).toEqual(EXPECTED);
        // The sinks of one checkpoint commit one after the other.
        const look = async (): Promise<{ done?: string[]; seen: string }> => {
          const lines = await linesOf(run, 'bad');
          return { done: lines.length > 0 ? lines : undefined, seen: 'none' };
        };
        expect(await waitFor('the bad record is written', look, { within: PATIENCE })).toEqual(['no tick']);
      });
    },
    2 * PATIENCE,
  );

  test.each(Array.from({ length: REPEAT }, (_, i) => i + 1))(
    'the same with a TaskManager killed in between, time %i',
    async () => {
      await withSample(build, undefined, async (run) => {
        await run.cluster.awaitParallelism(2, PATIENCE);
        await send(run, TICKS.slice(0, 1_500));
        await resultsOf(run, 20);
        await send(run, TICKS.slice(1_500, 2_000));
        const [lost] = run.cluster.taskManagers;
        lost.signal('SIGKILL');
        await lost.ended;
        run.cluster.addTaskManager();
        await send(run, TICKS.slice(2_000));
        expect(sorted(await resultsOf(run, EXPECTED.length, () => closeWindows(run)))).toEqual(EXPECTED);
      });
    },
    3 * PATIENCE,
  );
});

async function send(run: LocalRun, ticks: KnownTick[]): Promise<void> {
  for (let from = 0; from < ticks.length; from += 250) await putTicks(target(run), ticks.slice(from, from + 250).map(toTick));
}

async function sendBadRecord(run: LocalRun): Promise<void> {
  const { client, stream } = target(run);
  await client.send(new PutRecordCommand({ StreamName: stream, Data: Buffer.from('no tick'), PartitionKey: 'bad' }));
}

/**
 * One tick per shard, an hour later: windows close when every shard has passed their end. Again and again, because after a restart
 * a shard counts from its next record on, and ticks that a checkpoint covers do not come again.
 */
async function closeWindows(run: LocalRun): Promise<void> {
  const { client, stream } = target(run);
  const { Shards: shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
  for (const { HashKeyRange: range } of shards) {
    await putTicks({ client, stream }, [toTick({ ...TICKS[0], time: START + 3_600_000 })], range?.StartingHashKey);
  }
}

function target(run: LocalRun): TickTarget {
  const [{ name, arn }] = run.streams;
  return { client: run.kinesis!.client(regionOf(arn)), stream: name };
}

function toTick({ id, time, ticker, cents }: KnownTick): Tick {
  const ID = `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;
  return { EVENT_TIME: new Date(time).toISOString(), TICKER: ticker, PRICE: cents / 100, ID };
}
