// Breaks each constant of the library's facts once and runs the unit tests that mirror them: a fact that no test holds survives. Sources are
// not touched: the change is made while a file is compiled for the test. `node tools/mutate-facts.mjs`, options: --list, --only TEXT (a file or
// a file:line), --part I/N, --record (merges into docs/measurements/mutation-facts.json, from which docs/facts.md takes its totals).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ts = createRequire(import.meta.url)('typescript');

/** Tests that hold the facts of a room; the first are the quickest. */
const TESTS = {
  capacity: [
    'capacity/(facts|reference-policies)',
    'capacity/(karpenter|managed|instance|bad-input)',
    'capacity/(version|charts)|bad-input.test',
  ],
  platform: ['capacity/facts', '(test/flink-platform|bad-input-platform)', 'capacity/(version-matrix|birth)'],
  identity: ['identity/', 'capacity/facts'],
  interruption: ['capacity/facts', 'interruption/|runtime/standalone/pods', 'bad-input.test|configuration/checks'],
};
const RECORD = 'docs/measurements/mutation-facts.json';

const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const [part, parts] = (option('--part') ?? '1/1').split('/').map(Number);
const only = option('--only');
const all = Object.keys(TESTS)
  .flatMap((room) => filesOf(room).flatMap((file) => constantsIn(room, file)))
  .filter(({ at }) => !only || at.includes(only))
  .filter((_, index) => index % parts === part - 1);

if (process.argv.includes('--list')) {
  for (const { at, from, to } of all) console.log(`${at}  ${from} -> ${to}`);
  console.log(`${all.length} constants`);
} else {
  const results = all.map(tried);
  const survivors = results.filter(({ killed }) => !killed);
  console.log(`${results.length} constants, ${results.length - survivors.length} killed, ${survivors.length} survived`);
  for (const { at, from, to } of survivors) console.log(`  SURVIVED ${at}  ${from} -> ${to}`);
  if (process.argv.includes('--record')) record(results);
  process.exit(survivors.length > 0 ? 1 : 0);
}

function filesOf(room) {
  const files = readdirSync(join('lib', room)).filter((file) => file.endsWith('.ts') && file !== 'index.ts');
  return files.map((file) => join('lib', room, file));
}

/** Texts, numbers and truth values that say something of the outside world: not names of constructs, not messages, not indexes. */
function constantsIn(room, file) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const found = [];
  const visit = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node)) return;
    const to = replacement(node);
    if (to !== undefined && isFact(node)) found.push(mutant(room, file, source, node, to));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function mutant(room, file, source, node, to) {
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  return { room, file, start: node.getStart(), end: node.getEnd(), at: `${file}:${line + 1}`, from: node.getText(), to };
}

function replacement(node) {
  // The last letter or digit becomes another one; a text without any gets one.
  if (ts.isStringLiteral(node) && node.text !== '') {
    const other = node.text.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, (last) => (last === 'x' ? 'y' : 'x'));
    return `'${other === node.text ? `${node.text}x` : other}'`;
  }
  if (ts.isNumericLiteral(node)) return String(Number(node.text) + 1);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return 'false';
  if (node.kind === ts.SyntaxKind.FalseKeyword) return 'true';
  return undefined;
}

function isFact(node) {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.name === node && /^'?(description|sid|reason)/.test(node.text)) return false;
  if (ts.isPropertyAssignment(parent) && parent.initializer === node && /^(description|sid|release)$/.test(parent.name.getText()))
    return false;
  // A length, a place in a list: the language's, not the world's.
  if (ts.isBinaryExpression(parent) && /\.(length|size)$|^new Set|generation|\.type/.test(parent.left.getText())) return false;
  if (ts.isPrefixUnaryExpression(parent) && ts.isConditionalExpression(parent.parent)) return false;
  if (ts.isStringLiteral(node) && /^(utf8|data|\/\/|, |\/)$/.test(node.text)) return false;
  // Patterns, and sentences of messages.
  if (node.text?.includes('\\') || node.text?.length > 70) return false;
  if (ts.isElementAccessExpression(parent) || ts.isLiteralTypeNode(parent)) return false;
  // Ids of constructs: `new Thing(scope, 'Id', …)`, `defineThing(scope, 'Id', …)`; a statement's Sid; what a group is called in messages.
  if ((ts.isNewExpression(parent) || ts.isCallExpression(parent)) && isIdOrText(parent, node)) return false;
  return !inMessage(node);
}

function isIdOrText(call, node) {
  const position = call.arguments.indexOf(node);
  const first = call.arguments[0]?.getText() ?? '';
  if (position === 1 && /^(scope|this|owner|autoscaler|new Construct)/.test(first)) return true;
  return position === 0 && /^(statement|NodeGroup|require|join|entry|Side|slice|poolProblems)$/.test(call.expression.getText());
}

function inMessage(node) {
  for (let up = node.parent; up; up = up.parent) {
    if (ts.isTemplateExpression(up)) return true;
    if (ts.isCallExpression(up) && /(push|addWarningV2|poolProblems|unknown|slice|toFixed)$/.test(up.expression.getText())) return true;
  }
  return false;
}

function tried(one, index) {
  const start = Date.now();
  const args = ['node_modules/.bin/jest', '--selectProjects', 'unit', '--runInBand', '--bail', '--silent', '--testPathPatterns'];
  const env = { ...process.env, MUTANT: JSON.stringify({ file: one.file, start: one.start, end: one.end, to: one.to }) };
  const killed = TESTS[one.room].some((pattern) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, pattern], { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status !== 0 && !/Tests: +\d+ failed|Test suite failed to run/.test(stdout + stderr))
      throw new Error(`jest did not run: ${stderr}`);
    return status !== 0;
  });
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(`${index + 1}/${all.length} ${killed ? 'killed  ' : 'SURVIVED'} ${one.at}  ${one.from} -> ${one.to}  ${seconds} s`);
  return { at: one.at, from: one.from, to: one.to, killed };
}

function record(results) {
  mkdirSync('docs/measurements', { recursive: true });
  const before = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')).constants : [];
  const fresh = new Set(results.map(({ at, from }) => `${at} ${from}`));
  const constants = [...before.filter(({ at, from }) => !fresh.has(`${at} ${from}`)), ...results].sort((a, b) => (a.at < b.at ? -1 : 1));
  const killed = constants.filter((one) => one.killed).length;
  const summary = { what: 'mutation of facts', date: new Date().toISOString().slice(0, 10), constants: constants.length, killed };
  writeFileSync(RECORD, `${JSON.stringify({ ...summary, survived: constants.length - killed, constants }, null, 1)}\n`);
}
