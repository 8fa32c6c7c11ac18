// `npm run api`: writes the report of the public API (docs/api/*.api.md, one for each entry of the package) and the reference (docs/api/reference).
// With --check nothing is written, and a report that differs from the sources ends with 1: a changed API must be seen in review.
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const check = process.argv.includes('--check');
const ENTRIES = { main: 'index', testing: 'testing/index', blueprints: 'blueprints/index' };
const work = mkdtempSync(join(tmpdir(), 'flink-api-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const problems = [];
// One program for all entries: typings of aws-cdk-lib are read once.
const configs = Object.entries(ENTRIES).map(([name, file]) => [name, configOf(name, file)]);
const files = configs.map(([, config]) => config.mainEntryPointFilePath);
const compilerState = CompilerState.create(configs[0][1], { additionalEntryPoints: files.slice(1) });
for (const [name, config] of configs) report(name, config);
if (!check) reference();
problems.forEach((problem) => console.error(problem));
process.exit(problems.length > 0 ? 1 : 0);

function configOf(name, file) {
  const reportFolder = join(root, 'docs', 'api');
  mkdirSync(reportFolder, { recursive: true });
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, 'dist', 'lib', `${file}.d.ts`),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'es2022',
            module: 'node16',
            moduleResolution: 'node16',
            strict: true,
            skipLibCheck: true,
            types: ['node'],
          },
          include: Object.values(ENTRIES).map((one) => `dist/lib/${one}.d.ts`),
        },
      },
      apiReport: { enabled: true, reportFileName: `${name}.api.md`, reportFolder, reportTempFolder: work },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        // In the report, where a reviewer sees it: a type that a signature names and the entry does not export.
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          'ae-forgotten-export': { logLevel: 'warning', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
}

function report(name, config) {
  const result = Extractor.invoke(config, {
    compilerState,
    localBuild: !check,
    messageCallback: (message) => {
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(`${name}: ${message.text}`);
      message.handled = true;
    },
  });
  if (check && result.apiReportChanged) problems.push(difference(name, join(work, `${name}.api.md`)));
}

function difference(name, actual) {
  const committed = join('docs', 'api', `${name}.api.md`);
  if (!existsSync(committed)) return `${committed} is missing: run 'npm run api'`;
  const lines = (file) => readFileSync(file, 'utf8').split('\n');
  const [before, after] = [new Set(lines(committed)), new Set(lines(actual))];
  const removed = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  const added = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`);
  return `${committed} is not what the sources say; if the change is meant, run 'npm run api' and commit:\n${[...removed, ...added].slice(0, 40).join('\n')}`;
}

function reference() {
  const out = join('docs', 'api', 'reference');
  rmSync(out, { recursive: true, force: true });
  const entries = Object.values(ENTRIES).map((file) => `lib/${file}.ts`);
  const options = [
    '--plugin',
    'typedoc-plugin-markdown',
    '--outputFileStrategy',
    'modules',
    '--readme',
    'none',
    '--hideBreadcrumbs',
    '--disableSources',
    '--excludePrivate',
    '--excludeProtected',
    '--excludeExternals',
    '--tableColumnSettings.hideSources',
    '--hidePageHeader',
    '--name',
    'cdk-flink-on-eks',
    '--logLevel',
    'Error',
    '--tsconfig',
    'tsconfig.json',
  ];
  const { status } = spawnSync(
    process.execPath,
    [join('node_modules', 'typedoc', 'bin', 'typedoc'), '--out', out, ...options, ...entries],
    { stdio: 'inherit' },
  );
  if (status !== 0) problems.push('the reference could not be made');
}
