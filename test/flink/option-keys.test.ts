import { unknownKeys } from './option-catalog';
import { sampleTemplate } from './sample';

describe.each(['2.2', '1.20'])('the configuration of the sample for Flink %s', (line) => {
  test('has no key that this line of Flink does not know', async () => {
    const { options, version } = await sampleTemplate(line);
    expect(version.startsWith(`${line}.`)).toBe(true);
    expect(Object.keys(options).length).toBeGreaterThan(30);
    expect(unknownKeys(line, Object.keys(options))).toEqual([]);
  });

  test('would be refused with a key that is made up, misspelled or of another line', async () => {
    const { options } = await sampleTemplate(line);
    const ofOtherLine = line === '2.2' ? 'high-availability' : 'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling';
    const wrong = ['execution.checkpointing.intervall', 'made.up', 'taskmanager.host.name', ofOtherLine];
    expect(unknownKeys(line, [...Object.keys(options), ...wrong]).sort()).toEqual([...wrong].sort());
  });
});
