import { divideJobManager } from '../../lib/configuration/job-manager-memory';
import { MemoryProblem } from '../../lib/configuration/memory-settings';
import { OptionCatalog } from '../../lib/configuration/option-catalog';
import { divideTaskManager } from '../../lib/configuration/task-manager-memory';
import { FlinkOracle } from './oracle/flink-oracle';
import { RandomSettings } from './oracle/random-settings';

/** As many settings of each process on each line; other ones by FLINK_SEED. */
const CASES = 2000;
const SEED = Number(process.env.FLINK_SEED ?? 20_261_121);

type Divide = (properties: Record<string, string>, catalog: OptionCatalog) => object;

/** Our numbers in the words of the oracle, or `error`. */
function ours(divide: Divide, properties: Record<string, string>, catalog: OptionCatalog): unknown {
  try {
    const { jvmArguments, ...sizes } = divide(properties, catalog) as Record<string, number> & { jvmArguments: string[] };
    return { ...sizes, jvmArguments: [...jvmArguments].sort() };
  } catch (error) {
    if (error instanceof MemoryProblem) return 'error';
    throw error;
  }
}

describe.each([
  ['1.20', '1.20.5'],
  ['2.2', '2.2.1'],
])("memory on Flink %s, against Flink's own calculator", (line, release) => {
  const catalog = OptionCatalog.of(line);
  let oracle: FlinkOracle;
  beforeAll(() => {
    oracle = FlinkOracle.start(release);
    process.stderr.write(`memory-oracle ${release}: FLINK_SEED=${SEED}\n`);
  }, 900_000);
  afterAll(() => oracle.stop());

  /** Flink's numbers in the same words. */
  async function theirs(process: 'taskManager' | 'jobManager', properties: Record<string, string>): Promise<unknown> {
    const answer = await oracle.memory(process, properties);
    if ('error' in answer) return 'error';
    const { jvmArguments, ...sizes } = answer.found;
    const numbers = Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, Number(bytes)]));
    return { ...numbers, jvmArguments: jvmArguments.trim().split(/\s+/).sort() };
  }

  test.each([
    ['taskManager', divideTaskManager],
    ['jobManager', divideJobManager],
  ] as const)(
    '%s: the same numbers to the byte, and an error where Flink errs',
    async (process, divide) => {
      const random = new RandomSettings(SEED);
      const cases = Array.from({ length: CASES }, () => (process === 'taskManager' ? random.taskManager(line) : random.jobManager()));
      const answers = await Promise.all(cases.map((properties) => theirs(process, properties)));
      const different = cases
        .map((properties, index) => ({ properties, flink: answers[index], ours: ours(divide, properties, catalog) }))
        .filter((each) => JSON.stringify(sorted(each.flink)) !== JSON.stringify(sorted(each.ours)));
      expect(different.slice(0, 3)).toEqual([]);
      // Both kinds were really asked.
      const errors = answers.filter((answer) => answer === 'error').length;
      expect(errors).toBeGreaterThan(CASES / 10);
      expect(CASES - errors).toBeGreaterThan(CASES / 10);
    },
    120_000,
  );
});

function sorted(answer: unknown): unknown {
  return typeof answer === 'string' ? answer : Object.entries(answer as object).sort(([a], [b]) => (a < b ? -1 : 1));
}
