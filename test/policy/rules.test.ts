import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAMS, runSample } from '../fixtures/sample';
import { ACKNOWLEDGED, JUDGED, MOST } from './acknowledged';

interface Report {
  readonly pluginReports: {
    readonly pluginName: string;
    readonly suppressedViolations?: { readonly ruleName: string }[];
    readonly violations: { readonly ruleName: string; readonly violatingConstructs: { readonly constructPath: string }[] }[];
  }[];
}

// A user's flags judge this library's templates: with these two every warning ends synthesis.
const STRICT = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true };
/** What the CDK itself writes for a cluster with a key for secrets; for a cluster that is there already it writes none. */
const SUPPRESSED: Record<string, string[]> = { 'flink-on-existing-nodes': [] };

describe.each(PROGRAMS)('rules on bin/%s', (program) => {
  let found: string[];
  let reports: Report['pluginReports'];

  beforeAll(() => {
    const { out } = runSample({ program, preload: join(__dirname, 'nag.js'), validation: true, context: STRICT });
    reports = (JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8')) as Report).pluginReports;
    const rules = reports.find(({ pluginName }) => pluginName === 'AwsSolutions')!;
    found = rules.violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs
        .filter(({ constructPath }) => constructPath.startsWith(JUDGED[program] ?? ''))
        .map(({ constructPath }) => `${ruleName} @ ${constructPath}`),
    );
  });

  test('CloudFormation Validate, as strict as the CDK can, has no finding but the one of the CDK itself', () => {
    const report = reports.find(({ pluginName }) => pluginName === 'CloudFormation Validate');
    expect(report?.violations ?? []).toEqual([]);
    expect((report?.suppressedViolations ?? []).map(({ ruleName }) => ruleName)).toEqual(SUPPRESSED[program] ?? ['W9009']);
  });

  const acknowledged = ACKNOWLEDGED[program].map(({ rule, path }) => `${rule} @ ${path}`);

  test('cdk-nag AwsSolutions finds nothing that is not acknowledged', () => {
    expect(found.filter((finding) => !acknowledged.includes(finding))).toEqual([]);
  });

  test('cdk-nag AwsSolutions still finds all that is acknowledged', () => {
    expect(acknowledged.filter((finding) => !found.includes(finding))).toEqual([]);
  });

  test('cdk-nag AwsSolutions needs no more acknowledgements than it did', () => {
    expect(acknowledged.length).toBeLessThanOrEqual(MOST[program]);
    expect(new Set(acknowledged).size).toBe(acknowledged.length);
  });

  test('cdk-nag AwsSolutions is answered with a reason each time', () => {
    for (const { reason } of ACKNOWLEDGED[program]) expect(reason.length).toBeGreaterThan(40);
  });
});
