import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDuration, readArguments } from '../../local/arguments';

const jar = join(mkdtempSync(join(tmpdir(), 'arguments-')), 'job.jar');
writeFileSync(jar, '');

test('without arguments the sample runs until Ctrl-C', () => {
  expect(readArguments([])).toEqual({ generator: false, rate: 100, taskManagers: 2, uiPort: 8081 });
});

test('any application of any app can be run', () => {
  expect(readArguments(['--app', '/cdk.out', '--application', 'a', '--jar', jar, '--duration', '2m', '--ui-port', '0'])).toMatchObject({
    app: '/cdk.out',
    application: 'a',
    jar,
    duration: 120_000,
    uiPort: 0,
  });
});

test.each<[string[], RegExp]>([
  [['--app', 'cdk.out'], /--app needs --jar/],
  [['--application', 'a'], /give --app too/],
  [['--jar', 'nowhere.jar'], /'nowhere.jar' does not exist .* build the job first/],
  [['--jar', __filename], /is no jar/],
  [['--duration', '60'], /--duration is '60': allowed .* 60s/],
  [['--rate', '-1'], /--rate is '-1': allowed is a whole number from 0 to 100000/],
  [['--app', 'cdk.out', '--jar', jar, '--line', '1.20'], /--line is the Flink line of the sample.*leave --line out/],
  [['--app', 'cdk.out', '--jar', jar, '--source', 'generator'], /--source generator is a way of the sample.*leave --source out/],
  [['--task-managers', '0'], /from 1 to 20/],
  [['--ui-port', 'x'], /--ui-port is 'x': allowed is a whole number from 0 to 65535/],
  [['--source', 'x'], /allowed are kinesis and generator/],
  [['--line', '2.1'], /allowed are 2.2 and 1.20/],
  [['--more'], /--more[\s\S]*npm run local/],
])('%j is refused with what is allowed', (given, message) => {
  expect(() => readArguments(given)).toThrow(message);
});

test.each([
  ['1s', 1_000],
  ['90m', 5_400_000],
  ['2h', 7_200_000],
])('a duration of %s', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});
