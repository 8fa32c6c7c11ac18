import { BuiltSample, buildSample } from '../../local/sample-job';
import { waitFor } from '../../local/waiting';
import { describeWithTools, PATIENCE, resultsOf, withSample } from './sample';
import { expectedMaxima, knownTick, sorted } from './window-maxima';

const START = Date.parse('2026-03-01T12:00:00.000Z');
const SPACING = 20;

describeWithTools().each(['1.20', '2.2'])('on Flink %s', (line) => {
  let build: BuiltSample;
  beforeAll(async () => {
    build = await buildSample({ line, generator: true }, () => undefined);
  }, 600_000);

  test('every window of generated ticks has the right maximum', async () => {
    const expected = expectedMaxima(ticks(3_000));
    await withSample(build, generator(3_000, 1_000), async (run) => {
      expect(sorted(await resultsOf(run, expected.length))).toEqual(expected);
    });
  }, 2 * PATIENCE); // prettier-ignore

  test('the same with a TaskManager that works on it killed in between', async () => {
    const expected = expectedMaxima(ticks(6_000));
    await withSample(build, generator(6_000, 200), async (run) => {
      const before = await resultsOf(run, 20);
      // It has none while the job restarts to take in the second one.
      const lost = await waitFor(
        'the source is on a TaskManager',
        async () => {
          const { source } = await run.cluster.rest.job();
          return { done: run.cluster.taskManagers.find(({ options }) => options.name === source), seen: String(source) };
        },
        { within: PATIENCE },
      );
      expect(before.length).toBeLessThan(expected.length);
      lost.signal('SIGKILL');
      await lost.ended;
      run.cluster.addTaskManager();
      expect(sorted(await resultsOf(run, expected.length))).toEqual(expected);
    });
  }, 3 * PATIENCE); // prettier-ignore
});

function ticks(count: number): ReturnType<typeof knownTick>[] {
  return Array.from({ length: count }, (_, i) => knownTick(i, START, SPACING));
}

function generator(count: number, rate: number): string[] {
  const numbers = { ticks: count, rate, start: START, 'spacing-ms': SPACING };
  return ['--source', 'generator', ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])];
}
