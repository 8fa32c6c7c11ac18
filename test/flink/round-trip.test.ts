import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationConfiguration, ApplicationOptions } from '../../lib/configuration/application-configuration';
import { Checkpointing } from '../../lib/configuration/checkpointing';
import { reviewConfiguration } from '../../lib/configuration/configuration-review';
import { podProperties } from '../../lib/configuration/default-properties';
import { FlinkConfiguration } from '../../lib/configuration/flink-configuration';
import { FlinkVersion } from '../../lib/configuration/flink-version';
import { parseDuration } from '../../lib/configuration/flink-duration';
import { parseMemory } from '../../lib/configuration/memory-size';
import { MetricsReporter } from '../../lib/configuration/metrics';
import { FlinkOption, OptionCatalog, OptionType } from '../../lib/configuration/option-catalog';
import { cacheCapacity, writeBufferCapacity } from '../../lib/configuration/state-memory';
import { valueProblem } from '../../lib/configuration/typed-value';
import { sampleTemplate } from './sample';
import { FlinkOracle } from './oracle/flink-oracle';
import { RandomSettings } from './oracle/random-settings';

const SEED = Number(process.env.FLINK_SEED ?? 20_261_121);

/** Texts that a YAML writer gets wrong. */
const NASTY = [
  'a: b', '# no comment', 'x #y', '*', '&a', '{"json": 1}', '[1, 2]', '- item', '"quoted"', "it's", '', ' both ', 'line\nbreak', 'tab\there',
  'back\\slash', '%', '@', '`', '|', '>', '!tag', 'null', 'Null', '~', 'TRUE', 'yes', 'No', 'on', '007', '0x1F', '0o17', '1e3', '1.50', '-0', '+5',
  '1_000', '12:30:45', '2026-11-21', '.5', '5.', '.inf', '.nan', '12345678901234567890', '0.1', '8081', 'äöü € 漢字', '\u2028', '\u0085', '---', '...', '?', ':', 'a:',
]; // prettier-ignore

const application = (version: FlinkVersion, change: Partial<ApplicationOptions> = {}): FlinkConfiguration =>
  applicationConfiguration({
    version,
    checkpointing: new Checkpointing(),
    maxParallelism: '128',
    taskSlots: '2',
    jobManagerMib: 2048,
    taskManagerMib: 4096,
    taskManagerWorkMib: 10_240,
    metrics: { reporters: [MetricsReporter.prometheus()] },
    owned: { 'the runtime': podProperties(), 'the state bucket': { 'execution.checkpointing.dir': 's3p://state/checkpoints' } },
    properties: {},
    ...change,
  });

describe.each([
  ['1.20', FlinkVersion.V1_20],
  ['2.2', FlinkVersion.V2_2],
])("Flink %s's own code", (line, version) => {
  let oracle: FlinkOracle;
  beforeAll(() => {
    oracle = FlinkOracle.start(version.release);
    process.stderr.write(`round-trip ${line}: FLINK_SEED=${SEED}\n`);
  }, 900_000);
  afterAll(() => oracle.stop());

  const readBack = async (configuration: FlinkConfiguration): Promise<unknown> => {
    const answer = await oracle.configYaml(configuration.toYaml());
    return 'found' in answer ? answer.found : answer;
  };

  test('reads the whole configuration of an application back as it was written', async () => {
    const configuration = application(version);
    expect(reviewConfiguration(configuration, line).problems).toEqual([]);
    expect(Object.keys(configuration.toProperties()).length).toBeGreaterThan(35);
    expect(await readBack(configuration)).toEqual(configuration.toProperties());
  });

  // A mounted config.yaml replaces the distribution's own, with its list.
  test('gets the Java options of its own distribution', () => {
    const lines = readFileSync(join(oracle.home, 'conf', 'config.yaml'), 'utf8');
    const own = [...lines.matchAll(/--add-(?:exports|opens)=\S+/g)].map(([option]) => option);
    expect(own.length).toBeGreaterThan(15);
    expect(version.javaOptions.split(' ').sort()).toEqual([...new Set(own)].sort());
  });

  test("reads the sample's configuration back as it was written", async () => {
    const { options } = await sampleTemplate(line);
    const written = FlinkConfiguration.EMPTY.withProperties(options);
    expect(Object.keys(options).length).toBeGreaterThan(30);
    expect(await readBack(written)).toEqual(options);
  });

  test('reads every text back as it was written, whatever a YAML writer might make of it', async () => {
    const options = Object.fromEntries(NASTY.map((value, index) => [`metrics.reporter.n${index}.text`, value]));
    const back = (await readBack(FlinkConfiguration.EMPTY.withProperties(options))) as Record<string, string>;
    expect(Object.fromEntries(Object.keys(options).map((key) => [key, back[key]]))).toEqual(options);
  });

  test('takes every value that is let through, and refuses those that are refused', async () => {
    const random = new RandomSettings(SEED);
    const types: [OptionType, boolean][] = [
      ['integer', false], ['long', false], ['float', false], ['double', false], ['boolean', false], ['memory', false], ['duration', false], ['map', false],
      ['integer', true], ['duration', true], ['memory', true],
    ]; // prettier-ignore
    const cases = Array.from({ length: 3000 }, () => ({ type: random.pick(types), text: random.text() }));
    const answers = await Promise.all(cases.map(({ type, text }) => oracle.value(type[0], type[1], text)));
    const wrong = cases.filter(({ type: [type, isList], text }, index) => {
      const option: FlinkOption = {
        key: 'x',
        type,
        isList,
        allowed: [],
        olderNames: [],
        isDeprecated: false,
        currentNames: [],
        isSecret: false,
      };
      return (valueProblem(option, text) === undefined) !== 'found' in answers[index] && !isStricterOnPurpose(type, text);
    });
    expect(wrong.slice(0, 10)).toEqual([]);
  }, 120_000);

  test('reads sizes and durations as the same amount', async () => {
    const random = new RandomSettings(SEED);
    for (const text of Array.from({ length: 400 }, () => random.text())) {
      const [size, duration] = [parseMemory(text), parseDuration(text)];
      if (size !== undefined) expect(await oracle.value('memory', false, text)).toEqual({ found: { value: String(size) } });
      if (duration !== undefined) {
        const amount = `${duration / 1_000_000_000n}.${duration % 1_000_000_000n}`;
        expect(await oracle.value('duration', false, text)).toEqual({ found: { value: amount } });
      }
    }
  });

  test("divides a state backend's memory in the same way", async () => {
    const random = new RandomSettings(SEED);
    for (let count = 0; count < 200; count++) {
      const bytes = random.whole(0, 2 ** 34);
      const ratio = random.pick([0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]);
      const backend = OptionCatalog.of(line).find('state.backend.forst.memory.managed') ? random.pick(['rocksdb', 'forst']) : 'rocksdb';
      expect(await oracle.stateCache(backend, bytes, ratio)).toEqual({
        found: {
          calculateActualCacheCapacity: String(cacheCapacity(bytes, ratio)),
          calculateWriteBufferManagerCapacity: String(writeBufferCapacity(bytes, ratio)),
        },
      });
    }
  });
});

/** Texts that Java reads and nobody means, or that only one line reads. */
function isStricterOnPurpose(type: string, text: string): boolean {
  return (
    (type === 'duration' && /\d{19}/.test(text)) ||
    ((type === 'float' || type === 'double') && /^\s|\s$|[dfx]|NaN|Infinity/i.test(text)) ||
    /^-?P/i.test(text)
  );
}
