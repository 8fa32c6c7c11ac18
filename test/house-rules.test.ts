import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import * as ts from 'typescript';

// DESIGN 2 and 5, judged on the sources themselves.
const LIB = join(__dirname, '..', 'lib');
const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(LIB, file), 'utf8') }))
  .map(({ file, text }) => ({ file, text, source: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) }));

// Types are looked up in no library: only the declarations count, and so it is quick.
const entries = ['index.ts', 'testing/index.ts', 'blueprints/index.ts'].map((file) => join(LIB, file));
const program = ts.createProgram(entries, {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  strict: true,
  skipLibCheck: true,
  noLib: true,
  types: [],
});
const checker = program.getTypeChecker();
const exported = entries.flatMap((entry) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!));
/** Names that the package's entries export: what stays inside needs no default in its docs. */
const names = new Set(exported.map(({ name }) => name));
const declarations = exported.flatMap((symbol) => {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (target.declarations ?? []).map((node) => ({ name: symbol.name, node }));
});

/** Room of a file: its first folder; `index`, or `L3` for the other files at the top. */
function roomOf(file: string): string {
  if (file.includes('/')) return file.split('/')[0];
  return file === 'index.ts' ? 'index' : 'L3';
}

interface Import {
  readonly module: string;
  readonly clause: string;
}

function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  source.forEachChild((node) => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return;
    if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const clause = ts.isImportDeclaration(node) ? (node.importClause?.getText() ?? '') : '';
    found.push({ module: node.moduleSpecifier.text, clause });
  });
  return found;
}

function roomImported(file: string, { module }: Import): string | undefined {
  if (!module.startsWith('.')) return undefined;
  const target = posix.join(dirname(file), module);
  return roomOf(target === '.' ? 'index.ts' : readdirSync(LIB).includes(target) ? `${target}/index.ts` : `${target}.ts`);
}

// The table of DESIGN 2. A room may always import itself; a room that is not here may import no other.
const MAY_IMPORT: Record<string, string[]> = {
  runtime: ['identity', 'configuration', 'placement', 'interruption', 'manifest'],
  capacity: ['placement', 'manifest'],
  platform: ['manifest'],
  observability: ['manifest'],
  interruption: ['configuration', 'placement'],
  testing: ['configuration', 'placement'],
};

describe('who may import whom', () => {
  test.each(files.map(({ file }) => file))('%s', (file) => {
    const room = roomOf(file);
    const { source } = files.find((one) => one.file === file)!;
    const rooms = importsOf(source).flatMap((one) => roomImported(file, one) ?? []);
    const others = [...new Set(rooms)].filter((other) => other !== room);
    if (room === 'index') return;
    const anyRoom = others.filter((other) => other !== 'index');
    const allowed =
      room === 'L3'
        ? anyRoom.filter((other) => other !== 'blueprints' && other !== 'testing')
        : (MAY_IMPORT[room] ?? (room === 'blueprints' ? anyRoom : []));
    expect(others.filter((other) => !allowed.includes(other))).toEqual([]);
  });

  test('every room goes through the front doors of the others', () => {
    const inside = files.flatMap(({ file, source }) =>
      importsOf(source)
        .filter(({ module }) => module.startsWith('.') && file !== 'index.ts')
        .filter((one) => roomImported(file, one) !== roomOf(file) && posix.join(dirname(file), one.module).split('/').length > 1)
        .map(({ module }) => `${file} -> ${module}`),
    );
    expect(inside).toEqual([]);
  });
});

const isPods = ({ module }: Import): boolean => /^cdk8s(-plus-\d+)?(\/|$)/.test(module);
const isPlus = ({ module }: Import): boolean => module.startsWith('cdk8s-plus');
const isAws = ({ module }: Import): boolean => /^aws-cdk-lib(\/|$)/.test(module);

describe('the two worlds', () => {
  const importing = (test: (one: Import) => boolean): string[] =>
    files.filter(({ source }) => importsOf(source).some(test)).map(({ file }) => file);

  test('files that draw pods never import aws-cdk-lib', () => {
    const aws = importing(isAws);
    expect(importing(isPlus).filter((file) => aws.includes(file))).toEqual([]);
  });

  test('meet in lib/manifest, in the L3s and in the runtimes, and nowhere else', () => {
    const aws = importing(isAws);
    const both = importing(isPods).filter((file) => aws.includes(file));
    expect(both.filter((file) => !/^manifest\/|^(existing-)?flink-(platform|application)[\w-]*\.ts$|-runtime\.ts$/.test(file))).toEqual([]);
  });

  test('pure rooms take only values from aws-cdk-lib', () => {
    const taken = files
      .filter(({ file }) => /^(configuration|placement)\//.test(file))
      .flatMap(({ file, source }) =>
        importsOf(source)
          .filter(isAws)
          .map(({ module, clause }) => ({ file, module, clause })),
      );
    const wrong = taken.filter(
      ({ module, clause }) => module !== 'aws-cdk-lib' || !/^\{( (Duration|Size|SizeRoundingBehavior|Token),?)+ \}$/.test(clause),
    );
    expect(wrong).toEqual([]);
  });

  test('the older EKS module is loaded by one file; another names its type; the bridge to EKS Blueprints, which is made of it, aside', () => {
    const older = files
      .filter(({ file }) => !file.startsWith('blueprints/'))
      .flatMap(({ file, text }) => (/'aws-cdk-lib\/aws-eks'/.test(text) ? [file] : []));
    expect(older.sort()).toEqual(['manifest/legacy-eks.ts', 'platform/existing-cluster.ts']);
    const { text } = files.find(({ file }) => file === 'platform/existing-cluster.ts')!;
    expect(text).toContain("import type { ICluster as ILegacyCluster } from 'aws-cdk-lib/aws-eks';");
  });

  test('EKS Blueprints is imported by its room and nowhere else', () => {
    const importers = importing(({ module }) => module.startsWith('@aws-quickstart/'));
    expect(importers.length).toBeGreaterThan(3);
    expect(importers.filter((file) => !file.startsWith('blueprints/'))).toEqual([]);
  });

  test('of cdk8s-plus only the typed objects are loaded, from their own file: its main entry costs every synthesis the rest of it', () => {
    const clauses = files.flatMap(({ source }) => importsOf(source).filter(isPlus));
    expect(clauses.length).toBeGreaterThan(5);
    for (const { module, clause } of clauses) {
      expect(module).toBe('cdk8s-plus-28/lib/imports/k8s');
      expect(clause).toBe('* as k8s');
    }
  });
});

describe('words that must not occur', () => {
  test.each(['addCdk8sChart', 'nodegroupName', 'addHelmChart', 'addNodegroupCapacity', 'fdescribe', '@ts-ignore'])('%s', (word) => {
    expect(files.filter(({ text }) => text.includes(word)).map(({ file }) => file)).toEqual([]);
  });
});

describe('sizes', () => {
  test('a file has at most 250 lines', () => {
    expect(files.filter(({ text }) => text.trimEnd().split('\n').length > 250).map(({ file }) => file)).toEqual([]);
  });

  const interfaces = files.flatMap(({ file, source }) => {
    const found: { name: string; node: ts.InterfaceDeclaration }[] = [];
    source.forEachChild((node) => {
      const exported = ts.isInterfaceDeclaration(node) && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (exported) found.push({ name: `${file}: ${node.name.text}`, node });
    });
    return found;
  });

  test('a struct has at most 15 members', () => {
    expect(interfaces.length).toBeGreaterThan(30);
    expect(interfaces.filter(({ node }) => node.members.length > 15).map(({ name }) => name)).toEqual([]);
  });

  test('every optional member of an exported interface states its default', () => {
    const silent = interfaces.flatMap(({ name, node }) =>
      node.members
        .filter((member) => ts.isPropertySignature(member) && member.questionToken)
        .filter((member) => !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'default'))
        .map((member) => `${name}.${member.name!.getText()}`),
    );
    expect(silent.filter((member) => names.has(/: (\w+)\./.exec(member)![1]))).toEqual([]);
  });

  test('no prop is a function but customizeChart', () => {
    const isProps = ({ name }: { name: string }): boolean => /(Props|Options)$/.test(name) && !name.endsWith('BindOptions');
    const functions = interfaces
      .filter(isProps)
      .flatMap(({ name, node }) =>
        node.members
          .filter(
            (member) =>
              ts.isMethodSignature(member) || (ts.isPropertySignature(member) && member.type && ts.isFunctionTypeNode(member.type)),
          )
          .map((member) => `${name}.${member.name!.getText()}`),
      );
    expect(functions).toEqual(['flink-application-props.ts: FlinkApplicationProps.customizeChart']);
  });

  test('every member of a struct is read-only', () => {
    const open = interfaces.flatMap(({ name, node }) =>
      node.members
        .filter((member) => ts.isPropertySignature(member) && !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword))
        .map((member) => `${name}.${member.name!.getText()}`),
    );
    expect(open).toEqual([]);
  });
});

describe('what the package exports', () => {
  test('has no `any` in a signature', () => {
    const found: string[] = [];
    for (const { name, node } of declarations) visitSignatures(node, (type) => type.kind === ts.SyntaxKind.AnyKeyword && found.push(name));
    expect(declarations.length).toBeGreaterThan(40);
    expect(found).toEqual([]);
  });

  test('is documented: every class, interface, enum and public member', () => {
    const bare = declarations.flatMap(({ name, node }) => {
      const members = ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? [...node.members] : [];
      const own = ts.isVariableDeclaration(node) ? node.parent.parent : node;
      return [own, ...members.filter(needsDoc)]
        .filter((one) => ts.getJSDocCommentsAndTags(one).length === 0)
        .map((one) => `${name} ${one.getText().split('\n')[0]}`);
    });
    expect(bare).toEqual([]);
  });

  test('has no union, and of functions one for users: customizeChart; two are contracts between rooms', () => {
    const functions = ['FlinkApplicationProps.customizeChart', 'RunningJob.objectName', 'ManifestPart.draw'];
    const found: string[] = [];
    for (const { name, node } of declarations) {
      if (!ts.isInterfaceDeclaration(node) || !names.has(name)) continue;
      for (const member of node.members.filter(ts.isPropertySignature)) {
        const { type } = member;
        if (type && (ts.isUnionTypeNode(type) || ts.isFunctionTypeNode(type))) found.push(`${name}.${member.name.getText()}`);
      }
    }
    expect(found.filter((one) => !functions.includes(one))).toEqual([]);
  });

  function visitSignatures(node: ts.Node, see: (node: ts.Node) => void): void {
    see(node);
    node.forEachChild((child) => {
      if (!ts.isBlock(child)) visitSignatures(child, see);
    });
  }
});

/** Public members that say more than the interface they implement. */
function needsDoc(member: ts.ClassElement | ts.TypeElement): boolean {
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
  const hidden = modifiers.some(({ kind }) => [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword].includes(kind));
  const implementing = ts.isClassDeclaration(member.parent) && member.parent.heritageClauses !== undefined;
  return !hidden && !implementing && !ts.isConstructorDeclaration(member);
}
