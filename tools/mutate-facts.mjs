// Breaks each constant of the library's facts once and runs the unit tests that mirror them: a fact that no test holds survives. Sources are
// not touched: the change is made while a file is compiled for the test. `node tools/mutate-facts.mjs`, options: --list, --only TEXT (a file or
// a file:line), --part I/N, --record (a whole run, into docs/measurements/mutation-facts.json, which docs/facts.md names).
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ts = createRequire(import.meta.url)('typescript');

/** Tests that hold the facts of a room; the quickest first. */
const CAPACITY = [
  'facts',
  'reference-policies',
  'instance-selection',
  'karpenter-capacity',
  'managed-node-group-capacity',
  'auto-mode-capacity',
  'existing-capacity',
  'exclusive-charts',
  'bad-input-capacity',
];
const TESTS = {
  capacity: [
    ...CAPACITY.map((name) => `test/capacity/${name}.test.ts`),
    'test/bad-input-platform.test.ts',
    'test/capacity/version-matrix.test.ts',
  ],
  platform: ['facts', 'version-matrix']
    .map((name) => `test/capacity/${name}.test.ts`)
    .concat(['test/flink-platform.test.ts', 'test/bad-input-platform.test.ts', 'test/existing-platform.test.ts']),
  identity: ['test/identity/irsa-identity.test.ts', 'test/capacity/facts.test.ts'],
  interruption: [
    'test/capacity/facts.test.ts',
    'test/interruption/spot-interruption-drill.test.ts',
    'test/runtime/standalone/pods.test.ts',
    'test/runtime/standalone/leaving.test.ts',
    'test/bad-input.test.ts',
  ],
};
/** Constants that these tests cannot hold, and why that is no hole. `of` is a part of what `--list` prints. */
const HELD_ELSEWHERE = [
  { of: /existing-capacity\.ts:\d+ {2}20 -> 21/, why: 'of 21 GiB pods may use as many whole GiB as of 20: nine tenths less one' },
  { of: "'CloudFormation-Validate::W9009'", why: 'test/policy synthesizes the samples with strict validation, in processes of their own' },
  {
    of: /node-group\.ts:\d+ {2}false -> true/,
    why: 'the value for a type that no catalog knows and whose shape is not given: the group is refused then',
  },
  {
    of: /spot-interruption-drill\.ts:\d+ {2}[12] -> [23]/,
    why: 'a default that a check of the given value takes: any value that is allowed does',
  },
  { of: /spot-interruption-drill\.ts:\d+ {2}900 -> 901/, why: 'whole minutes are asked for as well, and 901 seconds are none' },
];
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
  const results = await triedAll(all);
  const held = results.filter((one) => one.held);
  const survivors = results.filter((one) => !one.killed && !one.held);
  const killed = results.length - held.length - survivors.length;
  console.log(`${results.length} constants, ${killed} killed, ${held.length} held elsewhere, ${survivors.length} survived`);
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
  if (ts.isConditionalExpression(parent) && /^-?1$/.test(parent.whenTrue.getText())) return false;
  if (ts.isPrefixUnaryExpression(parent) && ts.isConditionalExpression(parent.parent)) return false;
  // Which sizes lie between two limits: no type has one vCPU or one GiB more than the upper one.
  if (ts.isPropertyAssignment(parent) && /^max(Vcpu|MemoryGib)$/.test(parent.name.getText())) return false;
  if (ts.isNewExpression(parent) && parent.expression.getText() === 'NodeGroup') return false;
  if (ts.isStringLiteral(node) && /^(utf8|data|\/\/|, |\/)$/.test(node.text)) return false;
  // What a kind is called in messages, and what stands there for a name that is not known.
  if (ts.isPropertyAssignment(parent) && parent.name.getText() === 'clusterKind') return false;
  if (ts.isCallExpression(parent) && parent.expression.getText() === 'refuseCharts') return false;
  if (node.text?.startsWith('(')) return false;
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
  return position === 0 && /^(statement|apply|NodeGroup|require|join|entry|Side|slice|poolProblems)$/.test(call.expression.getText());
}

function inMessage(node) {
  for (let up = node.parent; up; up = up.parent) {
    if (ts.isTemplateExpression(up)) return true;
    if (ts.isCallExpression(up) && /(push|addWarningV2|poolProblems|unknown|slice|toFixed)$/.test(up.expression.getText())) return true;
  }
  return false;
}

/** One after the other, in a process that has the CDK loaded. It is renewed when it holds too much of what tests have left behind. */
async function triedAll(mutants) {
  const results = [];
  let worker = started();
  let last;
  for (const room of new Set(mutants.map((other) => other.room))) {
    const { killed, by, failure } = await answer(worker, { tests: TESTS[room] });
    if (killed) throw new Error(`${by} fails without any change: ${failure}`);
  }
  for (const [index, one] of mutants.entries()) {
    const start = Date.now();
    // What held the constant before holds this one most of the time.
    const tests = TESTS[one.room].toSorted((a, b) => Number(b === last) - Number(a === last));
    const { killed, by, heap } = await answer(worker, { one, tests });
    last = by ?? last;
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    console.log(
      `${index + 1}/${mutants.length} ${killed ? 'killed  ' : 'SURVIVED'} ${one.at}  ${one.from} -> ${one.to}  ${seconds} s ${by ?? ''}`,
    );
    const held = HELD_ELSEWHERE.find(({ of }) => `${one.at}  ${one.from} -> ${one.to}`.match(of))?.why;
    results.push({ at: one.at, from: one.from, to: one.to, killed, by, ...(!killed && held ? { held } : {}) });
    if (heap > 1e9) {
      worker.kill();
      worker = started();
    }
  }
  worker.kill();
  return results;
}

function started() {
  return fork(join('tools', 'mutate-facts', 'worker.cjs'), {
    env: { ...process.env, CDK_VALIDATION: 'false' },
    execArgv: ['--max-old-space-size=2048'],
  });
}

function answer(worker, question) {
  return new Promise((resolve, reject) => {
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    worker.once('message', (message) => {
      worker.removeAllListeners('exit');
      resolve(message);
    });
    worker.send(question);
  });
}

/** Counts by file, and by name only what no test here holds: line numbers move. */
function record(results) {
  if (only || parts > 1) throw new Error('--record is for a whole run');
  mkdirSync('docs/measurements', { recursive: true });
  const files = [...new Set(results.map(({ at }) => at.split(':')[0]))];
  const ofFile = (file) => results.filter(({ at }) => at.startsWith(`${file}:`));
  const text = {
    what: 'mutation of facts',
    date: new Date().toISOString().slice(0, 10),
    constants: results.length,
    killed: results.filter((one) => one.killed).length,
    heldElsewhere: results.filter((one) => one.held).map(({ at, from, to, held }) => ({ at, from, to, held })),
    survived: results.filter((one) => !one.killed && !one.held).map(({ at, from, to }) => ({ at, from, to })),
    files: Object.fromEntries(files.map((file) => [file, `${ofFile(file).filter((one) => one.killed).length} of ${ofFile(file).length}`])),
  };
  writeFileSync(RECORD, `${JSON.stringify(text, null, 2)}\n`);
}
