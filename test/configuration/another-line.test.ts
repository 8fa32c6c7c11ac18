import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';

const LIB = join(__dirname, '..', '..', 'lib');
const ROOM = join(LIB, 'configuration');
const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache');

/** The room compiled in a folder of its own, where it finds the same packages. */
function copyOfRoom(folder: string, change: (file: string, text: string) => string): void {
  cpSync(join(ROOM, 'data'), join(folder, 'data'), { recursive: true });
  for (const file of readdirSync(ROOM).filter((each) => each.endsWith('.ts'))) {
    const text = change(file, readFileSync(join(ROOM, file), 'utf8'));
    const { outputText } = ts.transpileModule(text, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
    });
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), outputText);
  }
}

describe('another line of Flink', () => {
  let folder: string;
  beforeAll(() => {
    mkdirSync(CACHE, { recursive: true });
    folder = mkdtempSync(join(CACHE, 'another-line-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is one data file and one line', () => {
    copyOfRoom(folder, (file, text) =>
      file === 'flink-version.ts' ? text.replace(/^(LINES\['2\.3'\].*)$/m, "$1\nLINES['9.4'] = LINES['2.3'];") : text,
    );
    const data = JSON.parse(readFileSync(join(ROOM, 'data', 'flink-options-2.3.json'), 'utf8')) as {
      version: string;
      options: Record<string, object>;
    };
    const newest = { ...data, version: '9.4.0', options: { ...data.options, 'jobmanager.of-tomorrow': { t: 'duration', d: '1 s' } } };
    writeFileSync(join(folder, 'data', 'flink-options-9.4.json'), JSON.stringify(newest));

    const room = jest.requireActual<typeof import('../../lib/configuration')>(join(folder, 'index.js'));
    const version = room.FlinkVersion.of('9.4.0');
    expect(room.FlinkVersion.all.map(({ line }) => line)).toEqual(['1.20', '2.2', '2.3', '9.4']);
    const configure = (of: typeof version, properties: Record<string, string>): ReturnType<typeof room.applicationConfiguration> =>
      room.applicationConfiguration({
        version: of,
        checkpointing: new room.Checkpointing(),
        flink: { stateBackend: room.StateBackend.forSt() },
        maxParallelism: '128',
        taskSlots: '1',
        jobManagerMib: 2048,
        taskManagerMib: 4096,
        taskManagerWorkMib: 10_240,
        owned: { 'the state bucket': { 'execution.checkpointing.dir': 's3p://state/a' } },
        properties,
      });
    const own = configure(version, { 'jobmanager.of-tomorrow': '2 s' });
    expect(room.reviewConfiguration(own, '9.4')).toMatchObject({ problems: [], warnings: [] });
    expect(own.toProperties()).toMatchObject({ 'jobmanager.of-tomorrow': '2 s', 'state.backend.type': 'forst' });
    const older = configure(room.FlinkVersion.V2_3, { 'jobmanager.of-tomorrow': '2 s' });
    expect(older.problems.join()).toContain("'jobmanager.of-tomorrow' is an option of Flink 9.4, but not of 2.3");
  });

  test('has no other place in the code: no line is compared or chosen by outside of one file', () => {
    const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const naming = files.filter((file) => {
      const source = ts.createSourceFile(file, readFileSync(join(LIB, file), 'utf8'), ts.ScriptTarget.ES2022, true);
      return literals(source).some((text) => /^(1\.20|2\.[0-9])(\.\d+)?$/.test(text));
    });
    expect(naming).toEqual(['configuration/flink-version.ts']);
    const comparing = files.filter((file) =>
      /\.(line|release)\s*(===|!==|<|>)|switch \((\w+\.)*(version|line)/.test(readFileSync(join(LIB, file), 'utf8')),
    );
    // An image's tag is compared with the version that the application states, whichever that is.
    expect(comparing.filter((file) => file !== 'runtime/flink-image.ts')).toEqual([]);
  });
});

function literals(node: ts.Node): string[] {
  if (ts.isStringLiteral(node)) return [node.text];
  const found: string[] = [];
  node.forEachChild((child) => void found.push(...literals(child)));
  return found;
}
