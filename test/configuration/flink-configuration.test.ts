import * as fc from 'fast-check';
import { parse } from 'yaml';
import { FlinkConfiguration } from '../../lib/configuration/flink-configuration';

const owned = FlinkConfiguration.EMPTY.withOwned('the runtime', { 'rest.port': '8081' });

test('a later option replaces an earlier one', () => {
  const options = FlinkConfiguration.EMPTY.withProperties({ a: '1', b: '1' }).withProperties({ b: '2' });
  expect(options.toProperties()).toEqual({ a: '1', b: '2' });
  expect(options.problems).toEqual([]);
});

// Steps in any order and of any keys: the last one of a key counts, and what is owned counts above all.
test('precedence holds for any steps', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.dictionary(key, fc.string({ minLength: 1, maxLength: 3 }).filter((text) => /^\w+$/.test(text)), { noNullPrototype: true }); // prettier-ignore
  const holds = fc.property(fc.array(step, { maxLength: 5 }), step, step, (steps, own, last) => {
    const before = steps.reduce((all, one) => all.withProperties(one), FlinkConfiguration.EMPTY);
    const after = before.withOwned('the runtime', own).withProperties(last);
    for (const name of ['a', 'b', 'c', 'd']) {
      const wanted = own[name] ?? last[name] ?? [...steps].reverse().find((one) => name in one)?.[name];
      expect(after.toProperties()[name]).toBe(wanted);
    }
    const refused = Object.keys(last).filter((name) => name in own && own[name] !== last[name]);
    expect(after.problems).toHaveLength(refused.length);
  });
  fc.assert(holds, { seed: 20_261_121, numRuns: 300 });
});

test('an option that someone owns is refused with the owner, both values and the way out', () => {
  const { problems } = owned.withProperties({ 'rest.port': '9999' });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^'rest\.port' is set by the runtime to '8081', got '9999': remove it/);
});

test('an owned option keeps its value when another was refused', () => {
  expect(owned.withProperties({ 'rest.port': '9999' }).toProperties()).toEqual({ 'rest.port': '8081' });
});

test('an owned option may be repeated with the same value', () => {
  expect(owned.withProperties({ 'rest.port': '8081' }).problems).toEqual([]);
});

test('an owner takes over an option that nobody owned', () => {
  const options = FlinkConfiguration.EMPTY.withProperties({ 'rest.port': '1' }).withOwned('the runtime', { 'rest.port': '8081' });
  expect(options.toProperties()).toEqual({ 'rest.port': '8081' });
});

test('a step changes nothing in the configuration before it', () => {
  const before = FlinkConfiguration.EMPTY.withProperties({ a: '1' });
  before.withProperties({ a: '2' }).withOwned('x', { a: '3' });
  expect(before.toProperties()).toEqual({ a: '1' });
});

test('config.yaml has one flat line an option, sorted, whatever the order in which they came', () => {
  const yaml = FlinkConfiguration.EMPTY.withProperties({ 'b.c': 'x: y', a: '1' }).toYaml();
  expect(yaml.split('\n').map((line) => line.split(':')[0])).toEqual(['a', 'b.c', '']);
  expect(parse(yaml)).toEqual({ a: 1, 'b.c': 'x: y' });
});

// The example keys of AWS's own documentation, IAM user guide: they open nothing.
describe('a secret', () => {
  test.each(['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', 'key=AKIAIOSFODNN7EXAMPLE;'])(
    '%s is refused and not repeated in the message',
    (value) => {
      const { problems } = FlinkConfiguration.EMPTY.withProperties({ 's3.access-key': value });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain("'s3.access-key'");
      expect(problems[0]).not.toContain('IOSFODNN7');
    },
  );

  test('does not stand in the configuration either', () => {
    expect(FlinkConfiguration.EMPTY.withProperties({ x: 'AKIAIOSFODNN7EXAMPLE' }).toYaml()).not.toContain('AKIA');
  });

  test.each(['AKIA', 'AKIAIOSFODNN7EXAMPL', 'NOTAKIAIOSFODNN7EXAMPLE', 'akiaiosfodnn7example'])('%s is none', (value) => {
    expect(FlinkConfiguration.EMPTY.withProperties({ x: value }).problems).toEqual([]);
  });
});
