import { spawnSync } from 'node:child_process';
import { PROJECT, runSample } from './fixtures/sample';

/** Files that Node has loaded after a program, as paths below node_modules. */
function loadedBy(program: string): string[] {
  runSample(); // builds when a source is newer
  const script = `${program}; console.log(JSON.stringify(Object.keys(require.cache)))`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: PROJECT, encoding: 'utf8', timeout: 60_000 });
  expect([status, stderr]).toEqual([0, '']);
  const files = JSON.parse(stdout.trim().split('\n').pop()!) as string[];
  return files.flatMap((file) => /node_modules\/(.*)$/.exec(file)?.[1] ?? []);
}

const DEFINE = `
  const { App, Stack } = require('aws-cdk-lib');
  const lib = require('cdk-flink-on-eks');
  new lib.FlinkPlatform(new Stack(new App(), 'Stack'), 'Platform')`;

test('the main entry loads neither EKS Blueprints, nor the older EKS module, nor what only tests need', () => {
  const loaded = loadedBy(DEFINE);
  expect(loaded.length).toBeGreaterThan(100);
  const unwanted = /^@aws-quickstart\/|^aws-cdk-lib\/aws-eks\/lib\/cluster\.js|^aws-cdk-lib\/assertions\/|^yaml\//;
  expect(loaded.filter((file) => unwanted.test(file))).toEqual([]);
});

test.each([
  ['testing', /^aws-cdk-lib\/assertions\//],
  ['blueprints', /^@aws-quickstart\/eks-blueprints\//],
])('the entry %s is there, and loads what it needs', (entry, needed) => {
  const program = `const all = { ...require('cdk-flink-on-eks/${entry}') }`;
  expect(loadedBy(program).filter((file) => needed.test(file)).length).toBeGreaterThan(0);
});

test.each(['', '/testing', '/blueprints'])('an ES module can import by its name each value that cdk-flink-on-eks%s exports', (entry) => {
  runSample();
  const script = `
    import { createRequire } from 'node:module';
    import * as named from 'cdk-flink-on-eks${entry}';
    const values = Object.keys(createRequire(process.cwd() + '/')('cdk-flink-on-eks${entry}'));
    console.log(JSON.stringify({ some: values.length > 3, missing: values.filter((name) => named[name] === undefined) }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: PROJECT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([stdout.trim(), stderr]).toEqual(['{"some":true,"missing":[]}', '']);
});
