import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AutoModeCapacity, KarpenterCapacity } from '../../lib';
import { templateOf, testApplication, testPlatform } from '../fixtures/apps';
import { ELSEWHERE, FACTS, FactTemplates } from '../fixtures/facts';
import { PROJECT } from '../fixtures/sample';

const made = (props: Parameters<typeof testPlatform>[0]): FactTemplates['groups'] => {
  const { stack, platform } = testPlatform(props);
  testApplication(stack, platform);
  return templateOf(stack);
};
const templates: FactTemplates = {
  groups: made({}),
  karpenter: made({ capacity: new KarpenterCapacity() }),
  autoMode: made({ capacity: new AutoModeCapacity() }),
};

describe('facts of the outside world', () => {
  test.each(FACTS)('$fact', ({ says, expected }) => {
    expect(says(templates)).toEqual(expected);
  });
});

describe('docs/facts.md', () => {
  const page = readFileSync(join(PROJECT, 'docs', 'facts.md'), 'utf8');
  const rows = [...FACTS.map((one) => ({ ...one, test: 'test/capacity/facts.test.ts' })), ...ELSEWHERE];

  const line = ({ source, fact, test }: (typeof rows)[0]): string => `| ${source} | ${fact} | \`${test}\` |`;

  test('has a row for each: source, fact, test', () => {
    // The rows as they must stand there: `FACTS_PAGE=1 npx jest test/capacity/facts.test.ts` prints them.
    if (process.env.FACTS_PAGE) process.stderr.write(`${rows.map(line).join('\n')}\n`);
    const table = page.split('\n').filter((line) => /^\| (http|named|the charts)/.test(line));
    expect(table.sort()).toEqual(rows.map(line).sort());
  });

  test('names tests that are there', () => {
    expect(rows.filter(({ test }) => !existsSync(join(PROJECT, test)))).toEqual([]);
  });
});
