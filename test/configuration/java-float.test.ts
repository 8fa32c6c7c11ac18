import { parseFloat32 } from '../../lib/configuration/java-float';

// Right-hand sides are what `Float.parseFloat` of JDK 17 gives, widened to a double.
test.each([
  ['0.45575012266635895', 0.45575013756752014],
  ['0.013580357190221548', 0.01358035672456026],
  ['0.1', 0.10000000149011612],
  ['0.4', 0.4000000059604645],
  ['.25', 0.25],
  ['1e-3', 0.0010000000474974513],
  ['0', 0],
])('%s is read as Java reads it', (text, float) => {
  expect(parseFloat32(text)).toBe(float);
});

test('two of these come out otherwise when they are rounded twice', () => {
  expect(Math.fround(Number('0.45575012266635895'))).not.toBe(0.45575013756752014);
  expect(Math.fround(Number('0.013580357190221548'))).not.toBe(0.01358035672456026);
});

test('what is no number is none', () => {
  expect(parseFloat32('ten')).toBeNaN();
});
