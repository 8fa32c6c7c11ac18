// Runs test files in this process, once for each mutant that it is sent, with as much of jest as they use: aws-cdk-lib is loaded once, and only
// the project's own modules anew. What it answers: whether some test failed.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { expect } = require('expect');
const ts = require('typescript');

const ROOT = join(__dirname, '..', '..');
const compiled = new Map();
let mutant;

// As jest strips types, and the mutant's constant changed on the way.
Module._extensions['.ts'] = (module, file) => {
  const source = readFileSync(file, 'utf8');
  const { start, end, to } = mutant?.file === file ? mutant : { start: 0, end: 0, to: '' };
  const text = source.slice(0, start) + to + source.slice(end);
  const key = `${file}\n${text}`;
  if (!compiled.has(key)) {
    const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: false };
    compiled.set(key, ts.transpileModule(text, { compilerOptions: options, fileName: file }).outputText);
  }
  module._compile(compiled.get(key), file);
};

/** Globals of jest that only collect; what is collected runs afterwards. */
function collect() {
  const suite = { tests: [], before: [], after: [] };
  const each = (run) => (rows) => (_, body) => rows.forEach((row) => run(() => body(...(Array.isArray(row) ? row : [row]))));
  const describe = (_, body) => body();
  describe.each = (rows) => (_, body) => each((run) => run())(rows)(_, body);
  const test = (_, body) => suite.tests.push(body);
  test.each = each((body) => suite.tests.push(body));
  Object.assign(globalThis, { describe, test, expect, jest: { setTimeout() {} } });
  Object.assign(globalThis, { beforeAll: (body) => suite.before.push(body), afterAll: (body) => suite.after.push(body) });
  return suite;
}

/** What fails first: a file that cannot be loaded, or a test of it. */
async function failureOf(file) {
  const suite = collect();
  try {
    require(join(ROOT, file));
    for (const body of [...suite.before, ...suite.tests]) await body();
  } catch (error) {
    return String(error.message).split('\n')[0].slice(0, 120);
  } finally {
    suite.after.forEach((body) => body());
  }
  return undefined;
}

process.on('message', async ({ one, tests }) => {
  mutant = one && { ...one, file: join(ROOT, one.file) };
  const inside = Object.keys(require.cache).filter((file) => file.startsWith(ROOT) && !file.includes('node_modules'));
  inside.forEach((file) => file !== __filename && delete require.cache[file]);
  // Or this module would hold all that it ever loaded.
  module.children.length = 0;
  for (const file of tests) {
    const failure = await failureOf(file);
    if (failure !== undefined) return process.send({ killed: true, by: file, failure, heap: process.memoryUsage().heapUsed });
  }
  process.send({ killed: false, heap: process.memoryUsage().heapUsed });
});
