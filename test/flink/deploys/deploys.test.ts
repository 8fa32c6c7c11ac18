import { FlinkStart } from '../../../lib';
import { describeWithTools, PATIENCE } from '../sample';
import { Life } from './life';
import { inOrder, runningSums } from './running-sums';

/** How many deploys in a row: `npm test -- --repeat 10` makes ten, and all steps on both lines. */
const DEPLOYS = Number(process.env.FLINK_REPEAT ?? 1);
const IS_LONG = DEPLOYS > 1;
const COUNT = 1_500 + 500 * DEPLOYS;

// One life, step by step: each step begins where the one before has ended.
describeWithTools().each(['1.20', '2.2'])('the life of a job on Flink %s', (line) => {
  const onDefaultLine = IS_LONG || line === '2.2' ? test : test.skip;
  const inLongRuns = IS_LONG ? test : test.skip;
  const life = new Life(line);
  let first: string;
  beforeAll(async () => {
    await life.begin({ name: 'version 0', count: COUNT });
    first = (await life.shown()).id;
  }, 600_000);
  afterAll(async () => life.run?.stop(), 60_000);

  test.each(Array.from({ length: DEPLOYS }, (_, i) => i + 1))('deploy %i shows its own operators and options, and goes on from the newest checkpoint', async (number) => {
    const said = await life.leave();
    // On 1.20 a TaskManager does not wait, and may end the checkpoint that its JobManager has asked for.
    expect(said).toMatch(/^checkpoint-before-leaving: (checkpoint \d+\b.* is complete|the checkpoint failed; going without it)$/);
    const last = Number(/checkpoint (\d+)/.exec(said)?.[1] ?? 1);
    const newest = await life.pointer(first);
    // Another one may be complete before SIGTERM.
    expect(newest).toBeGreaterThanOrEqual(last);
    const image = number % 2 === 0 ? 'Stage' : 'Step';
    const rate = number === DEPLOYS ? 200 : 50;
    await life.deploy({ name: `version ${number}`, image, stages: number, interval: 1 + number, count: COUNT, rate });
    const { operators, ...shown } = await life.shown();
    expect(shown).toEqual({ id: first, name: `version ${number}`, interval: 1_000 + number * 1_000, restored: newest, savepoint: false });
    const stages = Array.from({ length: number }, (_, i) => `${image} ${i + 1}`);
    expect(operators.match(/\b(Stage|Step) \d+/g)).toEqual(stages);
  }, 2 * PATIENCE); // prettier-ignore

  test('the sums are exact after all of them', async () => {
    await life.awaitState('FINISHED');
    expect(inOrder(await life.lines('lines'))).toEqual(runningSums(COUNT));
  }, 2 * PATIENCE); // prettier-ignore

  test('a job that has finished is not started again, but one without state is', async () => {
    await life.leave();
    expect(await life.refused({ name: 'again', count: COUNT })).toContain(`job ${first} was stopped or has finished`);
    await life.deploy({ name: 'anew', output: 'anew', deployment: { start: FlinkStart.empty({ nonce: 'anew' }) } });
    expect(await life.shown()).toMatchObject({ name: 'anew', restored: undefined });
    expect((await life.shown()).id).not.toBe(first);
    await life.awaitCheckpoint();
  }, 2 * PATIENCE); // prettier-ignore

  inLongRuns('resume after suspend goes on from the last checkpoint, with no start made twice', async () => {
    const { id } = await life.shown();
    await life.leave();
    const newest = await life.pointer(id);
    await life.deploy({ name: 'resumed', output: 'anew', deployment: { start: FlinkStart.empty({ nonce: 'anew' }) } });
    expect(await life.shown()).toMatchObject({ id, name: 'resumed', restored: newest });
  }, 2 * PATIENCE); // prettier-ignore

  onDefaultLine('a savepoint wins over HA data', async () => {
    const { id } = await life.shown();
    const savepoint = await life.savepoint(id, 'savepoints');
    await life.awaitCheckpoint(3);
    const start = FlinkStart.fromSavepoint(savepoint, { nonce: 'back' });
    await life.deploy({ name: 'from savepoint', output: 'anew', deployment: { start } });
    const shown = await life.shown();
    expect(shown).toMatchObject({ name: 'from savepoint', savepoint: true });
    expect(shown.id).not.toBe(id);
    await life.awaitCheckpoint();
  }, 2 * PATIENCE); // prettier-ignore

  inLongRuns('a start that is no longer asked for never goes back in time', async () => {
    const { id } = await life.shown();
    await life.leave();
    const newest = await life.pointer(id);
    await life.deploy({ name: 'prop removed', output: 'anew' });
    expect(await life.shown()).toMatchObject({ id, name: 'prop removed', restored: newest, savepoint: false });
  }, 2 * PATIENCE); // prettier-ignore

  inLongRuns('a job that cannot restore fails, and what was there before goes on from the newest checkpoint', async () => {
    const { id } = await life.shown();
    await life.leave();
    const newest = await life.newest(id);
    await life.start({ name: 'broken', output: 'anew', args: ['--sum-uid', 'another'] });
    await life.awaitState('FAILED');
    // Source: Flink, StateAssignmentOperation.
    expect(life.jobManagerLog()).toContain('There is no operator for the state');
    await life.deploy({ name: 'prop removed', output: 'anew' });
    expect(await life.shown()).toMatchObject({ name: 'prop removed', restored: newest });
    await life.awaitCheckpoint();
  }, 2 * PATIENCE); // prettier-ignore

  onDefaultLine.each([undefined, 4])('with all HA data wiped the job goes on from the newest checkpoint; entropy: %s', async (entropyLength) => {
    await life.deploy({ name: 'spread', output: 'anew', entropyLength });
    await life.awaitCheckpoint();
    const { id } = await life.shown();
    await life.leave();
    const newest = await life.newest(id);
    await life.run.kubernetes.wipe();
    await life.deploy({ name: 'wiped', output: 'anew', entropyLength });
    expect(await life.shown()).toMatchObject({ id, name: 'wiped', restored: newest });
  }, 2 * PATIENCE); // prettier-ignore

  onDefaultLine('a job that was stopped by REST starts from its savepoint only', async () => {
    const { id } = await life.shown();
    const savepoint = await life.savepoint(id, 'stop');
    await life.leave();
    expect(await life.refused({ name: 'latest', output: 'anew' })).toContain(`job ${id} was stopped or has finished`);
    await life.deploy({ name: 'after stop', output: 'anew', deployment: { start: FlinkStart.fromSavepoint(savepoint, { nonce: 'stop' }) } });
    expect(await life.shown()).toMatchObject({ name: 'after stop', savepoint: true });
  }, 2 * PATIENCE); // prettier-ignore

  test('another maximum parallelism or line is refused', async () => {
    await life.leave();
    expect(await life.refused({ name: 'any', maxParallelism: 64 })).toContain("MAX_PARALLELISM was '128' and is '64'");
    const other = line === '2.2' ? '1.20' : '2.2';
    expect(await life.refused({ name: 'any', line: other })).toContain(`FLINK_LINE was '${line}' and is '${other}'`);
  }, 2 * PATIENCE); // prettier-ignore
});
