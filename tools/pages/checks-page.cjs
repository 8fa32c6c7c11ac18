// docs/checks.md from the sources: the checks of Flink's options with their ids, the refusals of all rooms as they stand in the code, and
// the warnings. Plain JavaScript, so that the tool and the test share it.
const { readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const ts = require('typescript');

/** Titles of the rooms; a room that is not here stands under its own name. */
const ROOMS = { '': 'Application and platform', configuration: 'Flink options', runtime: 'Processes, image, scaling', stream: 'Streams and files' };

/**
 * @param checks CONFIGURATION_CHECKS
 * @param lib folder of the sources
 */
function checksPage(checks, lib) {
  const refusals = refusalsOf(lib);
  const rooms = [...new Set(refusals.map(({ room }) => room))].sort();
  return [
    '# Checks',
    '',
    'Made from the code by `npm run pages`; do not edit. An **error** stops synthesis, and all errors of one construct come together. A **warning** is',
    'acknowledged by its id, as [docs/errors.md](errors.md) shows. Values that only a deployment knows are not compared.',
    '',
    '## Flink options, by id',
    '',
    'A message of an error ends with its id in brackets. A warning has the id `cdk-flink-on-eks:<id>`; some go on with `-` and the option.',
    '',
    table(['Id', 'Level', 'When', 'What to do'], Object.entries(checks).map(([id, { level, when, fix }]) => [`\`${id}\``, level, when, fix])),
    '',
    'Warnings of constructs are in [docs/errors.md](errors.md).',
    '',
    '## Refusals of props, by room',
    '',
    'All are errors. `…` stands for what was given.',
    ...rooms.flatMap((room) => [
      '',
      `### ${ROOMS[room] ?? room[0].toUpperCase() + room.slice(1)}`,
      '',
      table(['Given', 'Allowed, and why', 'What to do'], refusals.filter((one) => one.room === room).map(({ cells }) => cells)),
    ]),
    '',
  ].join('\n');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Texts of the house form `given: allowed is …, because …; fix`, and calls `problem(given, allowed, fix)` of typed options. */
function refusalsOf(lib) {
  const refusals = new Map();
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.startsWith('testing/'));
  for (const file of files) {
    const room = file.includes('/') ? file.split('/')[0] : '';
    const source = ts.createSourceFile(file, readFileSync(join(lib, file), 'utf8'), ts.ScriptTarget.ES2022, true);
    visit(source, (cells) => {
      if (cells.every((cell) => /[a-z]/.test(cell))) refusals.set([room, ...cells].join('|'), { room, cells });
    });
  }
  return [...refusals.values()].sort(byText);
}

function byText(a, b) {
  return a.cells.join('|') < b.cells.join('|') ? -1 : 1;
}

/** Calls `see` with the cells of each refusal; texts that are added up count as one. */
function visit(node, see) {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'problem') {
    const texts = node.arguments.map(textOf);
    if (texts.length === 3 && texts.every((text) => text !== undefined)) return see(texts);
  }
  const text = textOf(node);
  const cells = text === undefined ? undefined : parts(text);
  if (cells) return see(cells);
  if (text === undefined) node.forEachChild((child) => visit(child, see));
}

/** The text of a node, with `…` where something is filled in. */
function textOf(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

/** Given, allowed, fix; undefined when a text is no refusal. */
function parts(text) {
  const match = /^([^]+?)(?:,)?:? (?:allowed (is|are)) ([^]+?); ([^;]+)$/.exec(text);
  if (!match || text.includes('* ')) return undefined;
  const [, given, , allowed, fix] = match;
  return [given.replace(/:$/, ''), allowed, fix];
}

module.exports = { checksPage };
