import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import * as ts from 'typescript';

// Every TypeScript block of README and docs compiles against lib/. All blocks are one program, so it takes seconds. A block with imports
// stands by itself; one without gets the names of HEADER, as a reader takes them from the first example of its page.
const ROOT = dirname(__dirname);
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((file) => join('docs', file))].filter((file) => file.endsWith('.md'));

const HEADER = `
import { Annotations, App, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { JsonPatch } from 'cdk8s';
import * as lib from 'cdk-flink-on-eks';
declare const app: App, stack: Stack, platform: lib.FlinkPlatform, application: lib.FlinkApplication, image: lib.FlinkImage;
declare const cluster: lib.ExistingCluster, job: lib.FlinkJob, table: dynamodb.Table, role: iam.IRole, vpc: ec2.IVpc, bucket: s3.IBucket, stream: kinesis.IStream;
`;

interface Snippet {
  /** Page and line, for the message. */
  readonly place: string;
  readonly code: string;
  readonly firstLine: number;
}

const snippets = PAGES.flatMap(snippetsOf);
let problems: Map<string, string[]>;

const WRONG = { place: 'wrong', code: "new lib.FlinkPlatform(stack, 'Platform', { zone: 3 });", firstLine: 1 };

beforeAll(() => (problems = compile([...snippets, WRONG])), 120_000);

test('the README has its ten lines and each of the four escape hatches', () => {
  const readme = snippets.filter(({ place }) => place.startsWith('README.md'));
  expect(readme.length).toBeGreaterThanOrEqual(5);
  expect(readme[0].code).toContain("from 'cdk-flink-on-eks'");
});

test.each(snippets.map(({ place }) => place))('%s compiles', (place) => {
  expect(problems.get(place) ?? []).toEqual([]);
});

test('a block that is wrong would be seen', () => {
  expect(problems.get('wrong')?.join()).toContain("'zone' does not exist");
});

test('every warning of the library stands in docs/errors.md', () => {
  const files = readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const sources = files.map((file) => read(join('lib', file))).join('\n');
  const ids = [...sources.matchAll(/addWarningV2\(\s*['`]cdk-flink-on-eks:([\w-]+)/g)].map(([, id]) => id);
  expect(ids.length).toBeGreaterThan(3);
  const page = read('docs/errors.md');
  expect(ids.filter((id) => !page.includes(`| \`${id}`))).toEqual([]);
});

test.each(PAGES)('links of %s lead somewhere', (page) => {
  const links = [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target);
  const broken = links.filter((target) => !leadsSomewhere(page, target));
  expect(broken).toEqual([]);
});

function snippetsOf(page: string): Snippet[] {
  const lines = read(page).split('\n');
  const starts = lines.flatMap((line, index) => (/^```(ts|typescript)$/.test(line) ? [index] : []));
  return starts.map((start) => {
    const end = lines.indexOf('```', start);
    return { place: `${page}:${start + 1}`, code: lines.slice(start + 1, end).join('\n'), firstLine: start + 2 };
  });
}

/** Messages by place of the snippet; empty when all is well. */
function compile(all: Snippet[]): Map<string, string[]> {
  const sources = new Map(all.map((snippet, index) => [join(ROOT, 'test', `snippet-${index}.ts`), { snippet, ...program(snippet) }]));
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, version) => {
    const text = sources.get(file)?.text;
    return text === undefined ? getSourceFile(file, version) : ts.createSourceFile(file, text, version);
  };
  const built = ts.createProgram([...sources.keys()], options, host);
  return new Map(
    [...sources].map(([file, { snippet, offset }]) => {
      const source = built.getSourceFile(file)!;
      const found = [...built.getSyntacticDiagnostics(source), ...built.getSemanticDiagnostics(source)];
      return [snippet.place, found.map((diagnostic) => message(diagnostic, source, snippet.firstLine - offset))];
    }),
  );
}

function program({ code }: Snippet): { text: string; offset: number } {
  if (/^import /m.test(code)) return { text: `${code}\nexport {};\n`, offset: 1 };
  const names = exportedNames().join(', ');
  const head = `${HEADER.trim()}\nimport { ${names} } from 'cdk-flink-on-eks';\nexport function snippet(): void {\n`;
  return { text: `${head}${code}\n}\n`, offset: head.split('\n').length };
}

/** What the front door exports as values; a snippet may use any of it. */
function exportedNames(): string[] {
  return Object.keys(jest.requireActual<object>('../lib'));
}

function compilerOptions(): ts.CompilerOptions {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config, ts.sys, ROOT);
  const unused = { noUnusedLocals: false, noUnusedParameters: false };
  const paths = { 'cdk-flink-on-eks': [join(ROOT, 'lib', 'index.ts')], 'cdk-flink-on-eks/*': [join(ROOT, 'lib', '*', 'index.ts')] };
  return { ...options, ...unused, paths, noEmit: true, incremental: false, tsBuildInfoFile: undefined };
}

function message(diagnostic: ts.Diagnostic, source: ts.SourceFile, shift: number): string {
  const line = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1 + shift;
  return `line ${line}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
}

function leadsSomewhere(page: string, target: string): boolean {
  const [file, anchor] = target.split('#');
  const path = file === '' ? page : relative(ROOT, join(ROOT, dirname(page), file));
  if (!ts.sys.fileExists(join(ROOT, path)) && !ts.sys.directoryExists(join(ROOT, path))) return false;
  return anchor === undefined || headings(path).includes(anchor);
}

/** As GitHub makes them. */
function headings(page: string): string[] {
  const titles = [...withoutCode(read(page)).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-'),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}
