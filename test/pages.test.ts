import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIGURATION_CHECKS, FlinkProfile, FlinkVersion, ProfileTable } from '../lib/configuration';

const ROOT = join(__dirname, '..');
const { checksPage } = jest.requireActual<{ checksPage(checks: object, lib: string): string }>('../tools/pages/checks-page.cjs');
const { profilesPage } = jest.requireActual<{ profilesPage(profiles: object[]): string }>('../tools/pages/profiles-page.cjs');
const read = (page: string): string => readFileSync(join(ROOT, 'docs', page), 'utf8');

// `npm run pages` writes them.
test('docs/checks.md is what the code says', () => {
  expect(read('checks.md')).toBe(checksPage(CONFIGURATION_CHECKS, join(ROOT, 'lib')));
});

test('docs/profiles.md is what the code says', () => {
  const lines = (profile: FlinkProfile): { line: string; values: ProfileTable }[] =>
    FlinkVersion.all.map((version) => ({ line: version.line, values: profile.valuesFor(version) }));
  const profiles = [
    { name: 'spot', title: 'Spot, the default', lines: lines(FlinkProfile.spot()) },
    { name: 'plain', title: 'Plain', lines: lines(FlinkProfile.plain()) },
  ];
  expect(read('profiles.md')).toBe(profilesPage(profiles));
});

test('the page of checks has each id, and refusals of each room', () => {
  const page = read('checks.md');
  for (const id of Object.keys(CONFIGURATION_CHECKS)) expect(page).toContain(`| \`${id}\` |`);
  for (const text of ['flink.maxParallelism is …', 'scaling.parallelism is …', '| name is', '| shards is …', '| eviction.deadline'])
    expect(page).toContain(text);
});

test('each warning that the code names is explained in docs/errors.md', () => {
  const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const named = files.flatMap((file) =>
    [...readFileSync(join(ROOT, 'lib', file), 'utf8').matchAll(/addWarningV2\(\s*['`]cdk-flink-on-eks:([a-z-]+)['`]/g)].map(([, id]) => id),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((id) => !read('errors.md').includes(`| \`${id}\` |`))).toEqual([]);
});

// A row of docs/bad-input.md names a test by its file and by words of its title.
test('docs/bad-input.md names tests that are there', () => {
  const rows = [...read('bad-input.md').matchAll(/^\| [\d, ]+ \|.*\| `(.+)`: (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(65);
  for (const [, file, title] of rows) expect([file, readFileSync(join(ROOT, file), 'utf8').includes(title)]).toEqual([file, true]);
});
