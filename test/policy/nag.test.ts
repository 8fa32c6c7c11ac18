import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSample } from '../fixtures/sample';
import { ACKNOWLEDGED, MOST } from './acknowledged';

jest.setTimeout(120_000);

interface Report {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly violations: { readonly ruleName: string; readonly violatingConstructs: { readonly constructPath: string }[] }[];
  }[];
}

describe.each(Object.keys(ACKNOWLEDGED))('cdk-nag AwsSolutions on bin/%s', (program) => {
  let found: string[];

  beforeAll(() => {
    const { out } = runSample({ program, preload: join(__dirname, 'nag.js'), validation: true });
    const report = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8')) as Report;
    const rules = report.pluginReports.find(({ pluginName }) => pluginName === 'AwsSolutions')!;
    found = rules.violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} @ ${constructPath}`),
    );
  });

  const acknowledged = ACKNOWLEDGED[program].map(({ rule, path }) => `${rule} @ ${path}`);

  test('finds nothing that is not acknowledged', () => {
    expect(found.filter((finding) => !acknowledged.includes(finding))).toEqual([]);
  });

  test('still finds all that is acknowledged', () => {
    expect(acknowledged.filter((finding) => !found.includes(finding))).toEqual([]);
  });

  test('needs no more acknowledgements than it did', () => {
    expect(acknowledged.length).toBeLessThanOrEqual(MOST[program]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  });

  test('is answered with a reason each time', () => {
    for (const { reason } of ACKNOWLEDGED[program]) expect(reason.length).toBeGreaterThan(40);
  });
});
