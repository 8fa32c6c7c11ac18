import * as fc from 'fast-check';
import { parse } from 'yaml';
import { quoteYaml } from '../../lib/configuration/yaml-scalar';

// The `yaml` package is the outside judge: what it reads back must be the very text.
const readBack = (value: string): string => String(parse(`key: ${quoteYaml(value)}\n`).key);

test.each([
  'a: b',
  'trailing:',
  '# comment',
  'text #not a comment',
  '*alias',
  '&anchor',
  '{"json": 1}',
  '[1, 2]',
  '- item',
  '"quoted"',
  "it's",
  '',
  ' leading',
  'trailing ',
  'two  blanks',
  'line\nbreak',
  'tab\there',
  'back\\slash',
  '%directive',
  '@at',
  '`tick`',
  '|',
  '>',
  '!tag',
  '--add-opens=java.base/java.lang=ALL-UNNAMED --add-exports=x',
  's3p://bucket/checkpoints/prices',
  'äöü € 漢字',
  '\u2028',
  'null',
  'Null',
  'TRUE',
  'true',
  '007',
  '0x1F',
  '0o17',
  '1e3',
  '1.50',
  '0.1',
  '12345678901234567890',
  '8081',
])('%j is read back as the same text', (value) => {
  expect(readBack(value)).toBe(value);
});

test('no value becomes nothing', () => {
  expect(parse(`key: ${quoteYaml('null')}\n`).key).toBe('null');
});

test('whatever is written is read back as the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => readBack(value) === value),
    { seed: 20261121, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-fox.+-]{1,8}$/), (value) => readBack(value) === value),
    { seed: 20261121, numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 12 }), (value) => readBack(value) === value),
    { seed: 20261121, numRuns: 500 },
  );
});

test.each(['RETAIN_ON_CANCELLATION', '4096m', '30 s', 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory', 'a/b-c_d.e'])(
  '%s, which is safe, stands without quotes',
  (value) => {
    expect(quoteYaml(value)).toBe(value);
  },
);
