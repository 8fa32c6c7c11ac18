import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSample } from '../fixtures/sample';

const STRICT = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true };

// A user's flags judge this library's templates: with these two every warning ends synthesis.
test('an app that is validated as strictly as the CDK can synthesizes the sample', () => {
  const { status, stderr, out } = runSample({ context: STRICT, validation: true });
  expect([status, stderr]).toEqual([0, '']);
  const { pluginReports } = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8')) as { pluginReports: any[] };
  const [report] = pluginReports.filter(({ pluginName }) => pluginName === 'CloudFormation Validate');
  expect(report.violations).toEqual([]);
  expect(report.suppressedViolations.map(({ ruleName }: any) => ruleName as string)).toEqual(['W9009']);
});
