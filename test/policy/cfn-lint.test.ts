import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAMS, PROJECT, runSample, SampleOptions, stacksIn } from '../fixtures/sample';

jest.setTimeout(300_000);

const UNAVAILABLE = 3;
const VARIANTS: SampleOptions[] = [
  ...PROGRAMS.map((program) => ({ program })),
  { context: { flinkLine: '1.20', zones: '2', endpointCidr: '203.0.113.7/32', adminRoleArn: 'arn:aws:iam::111122223333:role/Admin' } },
];

test('cfn-lint finds no error in any stack of any program in bin/', () => {
  const files = VARIANTS.flatMap((options) => {
    const { status, stderr, out } = runSample(options);
    expect([status, stderr]).toEqual([0, '']);
    return stacksIn(out).map((stack) => join(out, `${stack}.template.json`));
  });
  expect(files.length).toBeGreaterThan(VARIANTS.length);
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
