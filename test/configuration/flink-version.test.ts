import { FlinkProfile } from '../../lib/configuration/flink-profile';
import { FlinkVersion } from '../../lib/configuration/flink-version';
import { messageOf } from '../fixtures/apps';

test.each([
  ['1.20.5', '1.20'],
  ['2.2.1', '2.2'],
  ['2.2.9', '2.2'],
  ['2.3.0', '2.3'],
])('release %s belongs to line %s', (release, line) => {
  expect(FlinkVersion.of(release)).toMatchObject({ release, line });
});

test.each(['1.19.1', '2.2', '2.1.0', '2.20.1', '1.2.0', 'latest', '2.2.1-java17', '', '2.2.1.1'])(
  '%j is refused with the lines that are allowed and an example',
  (release) => {
    expect(messageOf(() => FlinkVersion.of(release))).toMatch(
      /^Flink release '.*' is not known: allowed are .*1\.20, 2\.2, 2\.3.*use FlinkVersion/,
    );
  },
);

// Source: apache/flink-docker, tags of the official image.
test('the official image of a release is the one with Java 17', () => {
  expect(FlinkVersion.V2_2.imageTag).toBe('2.2.1-scala_2.12-java17');
  expect(FlinkVersion.V1_20.imageTag).toMatch(/^1\.20\.\d+-scala_2\.12-java17$/);
});

// Source: Flink 1.20 and 2.2, JobManagerOptions; what 1.20 does not know, it ignores without a word.
test('each line is told in its own words how soon it may scale up again', () => {
  const scaleUp = (version: FlinkVersion): Record<string, string> =>
    Object.fromEntries(Object.entries(FlinkProfile.spot().propertiesFor(version)).filter(([key]) => key.includes('adaptive-scheduler')));
  expect(scaleUp(FlinkVersion.V1_20)).toEqual({ 'jobmanager.adaptive-scheduler.scaling-interval.min': '10 s' });
  const executing = 'jobmanager.adaptive-scheduler.executing';
  for (const version of [FlinkVersion.V2_2, FlinkVersion.V2_3]) {
    expect(scaleUp(version)).toEqual({
      [`${executing}.cooldown-after-rescaling`]: '10 s',
      [`${executing}.resource-stabilization-timeout`]: '10 s',
    });
  }
});
