// One fresh app: what a user writes, installed with a package manager, compiled in every module system, run on one Node.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { versionsOf } from './combinations.mjs';
import { run } from './command.mjs';

const SYNTH_SECONDS = 60;
const BLUEPRINTS = '@aws-quickstart/eks-blueprints';
const STACKS = ['Prices', 'Platform'];

/** TypeScript's three ways to find typings, each with the module kinds that it knows. */
const RESOLUTIONS = {
  node16: { module: 'node16', moduleResolution: 'node16', outDir: 'out' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', noEmit: true },
  bundler: { module: 'esnext', moduleResolution: 'bundler', noEmit: true },
};

export function makeApp(combination, { folder, root, tarball, tools }) {
  const { node: version, blueprints, manager, cdk } = combination;
  const node = tools.node(version);
  const spent = {};
  const sources = ['platform', 'assertions', ...(blueprints ? ['blueprint'] : [])];
  const made = { tryAll, times, remove, template: undefined };
  return made;

  async function tryAll() {
    write();
    const installed = await timed('install', install());
    if (installed.failure) return [{ name: 'install', failure: installed.failure }];
    const compiled = await timed('compile', compileAll());
    const ran = compiled.every(({ failure }) => !failure) ? await timed('run', runAll()) : [];
    if (ran.some(({ name, failure }) => name === 'run platform.cjs' && !failure)) made.template = templates();
    return [
      { name: 'install' },
      oneCopy(),
      ...(manager === 'npm' ? [await cleanTree()] : []),
      ...compiled,
      ...ran,
      await withoutBlueprints(),
    ].filter(Boolean);
  }

  function write() {
    mkdirSync(folder);
    const dependencies = { ...versionsOf(combination), 'cdk-flink-on-eks': `file:${tarball}` };
    // The two lines of the README; pnpm takes the app's copy for a peer by itself.
    const overrides = { [BLUEPRINTS]: { 'aws-cdk-lib': '$aws-cdk-lib', 'aws-cdk': '$aws-cdk' } };
    const own = { name: 'app', private: true, dependencies, ...(blueprints && manager === 'npm' ? { overrides } : {}) };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(own, null, 2));
    for (const source of sources) {
      const text = readFileSync(join(root, 'test', 'consumers', `${source}.ts`), 'utf8');
      for (const end of ['.cts', '.mts']) writeFileSync(join(folder, `${source}${end}`), text);
    }
    cpSync(join(root, 'test', 'fixtures', 'no-network.js'), join(folder, 'no-network.cjs'));
    for (const [name, options] of Object.entries(RESOLUTIONS)) {
      const common = { target: 'es2022', lib: ['es2022'], types: ['node'], strict: true, skipLibCheck: false, declaration: false };
      writeFileSync(
        join(folder, `tsconfig.${name}.json`),
        JSON.stringify({ compilerOptions: { ...common, ...options }, include: ['*.cts', '*.mts'] }),
      );
    }
  }

  function install() {
    const options = { cwd: folder, seconds: 300 };
    if (manager === 'npm') return run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], options);
    return run(process.execPath, [tools.pnpm, 'install', '--ignore-scripts', '--store-dir', tools.store], options);
  }

  async function compileAll() {
    const tsc = join(dirname(createRequire(join(folder, 'x.js')).resolve('typescript/package.json')), 'bin', 'tsc');
    const results = [];
    for (const name of Object.keys(RESOLUTIONS)) {
      const { failure, stdout } = await run(node, [tsc, '-p', `tsconfig.${name}.json`], { cwd: folder, seconds: 180 });
      results.push({ name: `compile with ${name}`, failure: failure && isOfOthers(stdout) ? undefined : failure });
    }
    return results;
  }

  /**
   * Whether the one error is that of EKS Blueprints 1.19.0, whose typings `require` tslog: with node16, TypeScript refuses that where the
   * package manager has taken a tslog that is an ES module. An app cannot mend it; any other error is ours.
   */
  function isOfOthers(said) {
    const errors = said.split('\n').filter((line) => / error TS\d+: /.test(line));
    return blueprints && errors.length > 0 && errors.every((line) => /@aws-quickstart\/eks-blueprints\/dist\/[^(]*\(.*TS1479.*"tslog"/.test(line));
  }

  async function runAll() {
    const results = [];
    for (const source of sources) {
      for (const end of ['.cjs', '.mjs']) {
        const env = { PATH: '', HOME: folder, CDK_OUTDIR: join(folder, `cdk.out-${source}${end}`), CDK_VALIDATION: 'false' };
        const args = ['--require', './no-network.cjs', join('out', `${source}${end}`)];
        const { failure, stdout } = await run(node, args, { cwd: folder, env, seconds: SYNTH_SECONDS });
        results.push({ name: `run ${source}${end}`, failure: failure ?? wrongNode(stdout) });
      }
    }
    return results;
  }

  // Every program prints the Node that runs it: a test on another one would prove nothing.
  function wrongNode(stdout) {
    return stdout.includes(`node ${version}\n`) ? undefined : `it should run on Node ${version} and said ${stdout.slice(0, 200)}`;
  }

  /** The stacks as the app's own copy of the testing room normalizes them. */
  function templates() {
    const { TemplateSnapshotSerializer } = createRequire(join(folder, 'x.js'))('cdk-flink-on-eks/testing');
    const out = join(folder, 'cdk.out-platform.cjs');
    const texts = STACKS.map((stack) => readFileSync(join(out, `${stack}.template.json`), 'utf8'));
    return JSON.stringify(texts.map((text) => TemplateSnapshotSerializer.normalize(JSON.parse(text))));
  }

  /** Places on disk that hold aws-cdk-lib: two copies break instanceof and tokens. */
  function oneCopy() {
    const copies = [...new Set(copiesIn(join(folder, 'node_modules')).map((path) => realpathSync(path)))];
    const versions = copies.map((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version);
    const good = versions.length === 1 && versions[0] === cdk;
    return { name: `one aws-cdk-lib, ${cdk}`, failure: good ? undefined : `found ${versions.join(', ') || 'none'}` };
  }

  async function cleanTree() {
    const { failure } = await run('npm', ['ls', 'aws-cdk-lib', 'constructs'], { cwd: folder, seconds: 60 });
    return { name: 'npm ls is clean', failure };
  }

  /** An app without EKS Blueprints is told what is missing when it asks for the bridge, and never otherwise. */
  async function withoutBlueprints() {
    if (blueprints) return undefined;
    const asks = "require('cdk-flink-on-eks/blueprints').FlinkAddOn";
    const { failure, stderr } = await run(node, ['-e', asks], { cwd: folder, seconds: SYNTH_SECONDS });
    const told = failure && stderr.includes(`Cannot find module '${BLUEPRINTS}'`);
    const present = existsSync(join(folder, 'node_modules', BLUEPRINTS));
    return { name: 'the bridge names what is missing', failure: told && !present ? undefined : `said: ${failure ?? 'nothing'}` };
  }

  async function timed(name, work) {
    const start = Date.now();
    const result = await work;
    spent[name] = Math.round((Date.now() - start) / 1000);
    return result;
  }

  function times() {
    return Object.entries(spent).map(([name, seconds]) => `${name} ${seconds}`).join(', '); // prettier-ignore
  }

  function remove() {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copiesIn(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.name === 'aws-cdk-lib') return existsSync(join(path, 'package.json')) ? [path] : [];
    if (entry.isSymbolicLink() || !entry.isDirectory()) return [];
    if (entry.name.startsWith('@') || entry.name === '.pnpm') return copiesIn(path);
    return copiesIn(join(path, 'node_modules'));
  });
}
