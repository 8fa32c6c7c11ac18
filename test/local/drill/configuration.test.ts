import { join } from 'node:path';
import { readCloudAssembly } from '../../../local/cloud-assembly';
import { readDrillArguments } from '../../../local/drill/arguments';
import { CONFIGURATIONS } from '../../../local/drill/configuration';
import { FlinkProfile, FlinkVersion } from '../../../lib';

const [template] = readCloudAssembly(join(__dirname, '..', '..', 'fixtures', 'local', 'assembly'));
const chosen = FlinkProfile.spot().propertiesFor(FlinkVersion.V2_2);
const whole = { ...template, options: { ...template.options, ...chosen } };
const named = (name: string) => CONFIGURATIONS.find((each) => each.name === name)!.apply(whole);

describe('configurations', () => {
  test("Flink's defaults have none of the options that the library chooses, but those without which nothing starts or is restored", () => {
    const kept = Object.keys(chosen).filter((key) => key in named('defaults').options);
    expect(kept.sort()).toEqual([
      'env.java.default-opts.all',
      'execution.checkpointing.externalized-checkpoint-retention',
      'execution.checkpointing.interval',
      'execution.checkpointing.storage',
      'state.backend.rocksdb.localdir',
    ]);
  });

  test('those of others send SIGTERM at once', () => {
    for (const name of ['tutorial', 'defaults', 'reactive-no-hook', 'fixed-no-hook']) {
      expect([name, named(name).taskManagerEnding]).toEqual([name, { graceSeconds: 30 }]);
    }
  });

  // Source: aws-samples/cost-optimized-flink-on-kubernetes: fixed-delay with 100000 attempts, HashMapStateBackend.
  test("the tutorial's has its restart strategy and its state on the heap", () => {
    expect(named('tutorial').options).toMatchObject({
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': '100000',
      'state.backend.type': 'hashmap',
    });
  });

  test("the library's own is the template, unchanged", () => {
    expect(named('reactive')).toBe(whole);
  });
});

describe('arguments of the drill', () => {
  test('all cells when nothing is said', () => {
    expect(readDrillArguments([])).toMatchObject({ line: '2.2', lanes: 3, record: false, seed: 1 });
    expect(readDrillArguments([])?.scenarios).toHaveLength(12);
  });

  test.each([
    [['--scenario', 'notice,never'], "--scenario has 'never': allowed are notice"],
    [['--configuration', 'mine'], "--configuration has 'mine': allowed are tutorial"],
    [['--line', '2.3'], "--line is '2.3': allowed are 2.2 and 1.20"],
    [['--runs', '0'], "--runs is '0': allowed is a whole number from 1 to 100"],
    [['--kills', 'all'], "--kills is 'all'"],
  ])('%s is refused in words', (given, message) => {
    expect(() => readDrillArguments(given)).toThrow(message);
  });
});
