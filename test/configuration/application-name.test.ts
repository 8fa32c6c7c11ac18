import { ApplicationName } from '../../lib/configuration/application-name';

test.each(['a', 'prices', 'price-maxima', 'a1', 'a-1', 'x'.repeat(45)])('%s can be a name', (name) => {
  expect(new ApplicationName(name).problems).toEqual([]);
});

test.each(['', 'x'.repeat(46), 'Prices', '1prices', '-prices', 'prices-', 'pri_ces', 'pri.ces', 'preise ', 'präise', 'a\n'])(
  '%j is refused with the value, what is allowed and an example',
  (name) => {
    const { problems } = new ApplicationName(name);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`name is '${name}'`);
    expect(problems[0]).toMatch(/allowed are 1 to 45 lower-case letters.*use for example 'price-maxima'/s);
  },
);

test("the job's id is 32 hexadecimal digits and belongs to the name alone", () => {
  const id = new ApplicationName('price-maxima').jobId;
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(new ApplicationName('price-maxima').jobId).toBe(id);
  expect(new ApplicationName('price-minima').jobId).not.toBe(id);
});

// These stand in deployed stacks: another value would throw away the checkpoints' job, or delete and create live objects.
test('what follows from a name is the same in every version of this library', () => {
  const name = new ApplicationName('price-maxima');
  expect([name.jobId, name.logicalId('core')]).toEqual(['39b0f1d34b1f1decf9e0d9a670be7018', 'FlinkPriceMaxima402E77Core']);
});

test('names that look alike do not share logical ids', () => {
  const ids = ['a-b', 'ab', 'a-b-c', 'ab-c', 'a-bc', 'a1', 'a-1'].map((name) => new ApplicationName(name).logicalId('core'));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
});

test('names and parts do not run into each other', () => {
  expect(new ApplicationName('a').logicalId('b-c')).not.toBe(new ApplicationName('a-b').logicalId('c'));
});
