import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, runSample } from '../fixtures/sample';

jest.setTimeout(300_000);

const UNAVAILABLE = 3;
const VARIANTS = [
  {},
  { flinkLine: '1.20', zones: '2', endpointCidr: '203.0.113.7/32', adminRoleArn: 'arn:aws:iam::111122223333:role/Admin' },
];

test('cfn-lint finds no error in any stack of the sample', () => {
  const files = VARIANTS.flatMap((context) => {
    const { status, stderr, out } = runSample({ context });
    expect([status, stderr]).toEqual([0, '']);
    return readdirSync(out)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(out, file));
  });
  expect(files).toHaveLength(4);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/cfn-lint.mjs', ...files], { cwd: PROJECT, encoding: 'utf8' });
  if (status === UNAVAILABLE && process.env.CI !== 'true') {
    console.warn(`!! cfn-lint did not run, so no template was linted: ${stderr}`);
    return;
  }
  expect([status, stderr.replace(/^(making|installing|waiting).*\n/gm, '')]).toEqual([0, '']);
  const findings = JSON.parse(stdout) as {
    Level: string;
    Rule: { Id: string };
    Message: string;
    Location: { Path: { Path: unknown[] } };
  }[];
  const errors = findings.filter(({ Level }) => Level === 'Error');
  expect(errors.map(({ Rule, Message, Location }) => `${Rule.Id} ${Message} ${Location.Path.Path.join('/')}`)).toEqual([]);
  // Of warnings, one kind: the CDK states dependencies that a reference states already.
  expect([...new Set(findings.map(({ Rule }) => Rule.Id))]).toEqual(['W3005']);
});
