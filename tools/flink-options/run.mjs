// Writes the option catalog lib/configuration/data/flink-options-<line>.json of each Flink line: `npm run options`.
// With --check it writes nothing and exits 1, naming the keys, when a file would change.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureFlinkHome, FLINK_HOMES, run } from '../flink-home.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const data = join(root, 'lib', 'configuration', 'data');

/** Options of other things than a cluster: of a table's WITH clause, or what the runtime hands to its own processes. */
const NOT_OF_A_CLUSTER = [
  /^org\.apache\.flink\.connector\.(base|file)\.table\./,
  /^org\.apache\.flink\.streaming\.api\.graph\.StreamConfig\./,
];
const INTERNAL_KEY = /^(\$internal|internal|hidden|kubernetes\.internal)\./;
/** Classes that need Hadoop or YARN on the class path. None of them declares an option that is not listed elsewhere. */
const NEEDS_HADOOP = /^org\.apache\.flink\.(yarn|runtime\.security\.(token\.hadoop|modules))\./;
/** Jars in lib/ of every Flink: an option from there is always known. */
const ALWAYS_THERE = new Set(['flink-dist', 'flink-connector-files']);

/**
 * Prefixes that Flink reads without a ConfigOption. Sources: `ResourceManagerOptions.CONTAINERIZED_*_PREFIX`,
 * `DelegationTokenProvider.CONFIG_PREFIX`; the last three name the options of jars that are not read here.
 */
const PREFIXES = [
  'containerized.master.env.<variable>',
  'containerized.taskmanager.env.<variable>',
  'security.delegation.token.provider.<serviceName>.<parameter>',
  'python.<option>',
  'sql-gateway.<option>',
  'table.<option>',
];

async function listOptions(version, home) {
  const java = ['-Djava.io.tmpdir=<java.io.tmpdir>', join(here, 'ListOptions.java'), home];
  const said = await run('java', java, `The options of Flink ${version} could not be listed.`);
  const rows = [];
  for (const line of said.split('\n').filter(Boolean)) {
    const row = JSON.parse(line);
    if (!row.unreadable) rows.push(row);
    else if (!NEEDS_HADOOP.test(row.unreadable)) throw new Error(`${row.unreadable} of Flink ${version} could not be read: ${row.error}`);
  }
  return rows;
}

/** One entry a key. An obsolete declaration counts only where no current one of the same key exists. */
function merge(rows) {
  const byKey = new Map();
  for (const row of rows.map(named).filter(ofACluster)) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row]);
  const options = Object.fromEntries(PREFIXES.map((key) => [key, { t: 'string', pattern: true }]));
  for (const [key, found] of byKey) options[key] = entry(found);
  return Object.fromEntries(Object.entries(options).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The one option of 1.20 that lacks the note that it is only the end of a key. */
function named(row) {
  return row.field.endsWith('MetricOptions.REPORTER_CLASS') ? { ...row, key: `metrics.reporter.<name>.${row.key}` } : row;
}

function ofACluster(row) {
  return !INTERNAL_KEY.test(row.key) && !NOT_OF_A_CLUSTER.some((pattern) => pattern.test(row.field));
}

function entry(rows) {
  const current = rows.filter((row) => !row.obsolete);
  const chosen = (current.length > 0 ? current : rows).toSorted((a, b) => (a.field < b.field ? -1 : 1));
  const [first] = chosen;
  const jars = union(chosen.map((row) => row.jar));
  return withoutEmpty({
    t: first.type,
    list: first.list,
    enum: first.enum,
    d: first.default,
    dep: union(chosen.flatMap((row) => row.deprecatedKeys ?? [])),
    fb: union(chosen.flatMap((row) => row.fallbackKeys ?? [])),
    old: current.length === 0 ? true : undefined,
    pattern: first.key.includes('<') ? true : undefined,
    jar: jars.some((jar) => ALWAYS_THERE.has(jar)) ? undefined : jars,
  });
}

function union(values) {
  return [...new Set(values)];
}

function withoutEmpty(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value?.length !== 0));
}

/** One option a line, so that a diff between two Flink versions reads well. */
function render(version, options) {
  const lines = Object.entries(options).map(([key, value]) => `    ${JSON.stringify(key)}: ${oneLine(value)}`);
  const s3Plugins = oneLine(FLINK_HOMES[version]);
  return `{\n  "version": "${version}",\n  "s3Plugins": ${s3Plugins},\n  "options": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** Spaced as prettier does, whose configuration in the data folder allows the long lines. */
function oneLine(value) {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value).map(([name, inner]) => `"${name}": ${oneLine(inner)}`).join(', ')} }`; // prettier-ignore
}

function differences(before, after) {
  const old = before === '' ? {} : JSON.parse(before).options;
  const fresh = JSON.parse(after).options;
  const added = Object.keys(fresh).filter((key) => !(key in old));
  const removed = Object.keys(old).filter((key) => !(key in fresh));
  const changed = Object.keys(fresh).filter((key) => key in old && JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
  return [
    ...added.map((key) => `  + ${key} ${JSON.stringify(fresh[key])}`),
    ...removed.map((key) => `  - ${key} ${JSON.stringify(old[key])}`),
    ...changed.map((key) => `  ~ ${key} ${JSON.stringify(old[key])} -> ${JSON.stringify(fresh[key])}`),
  ];
}

/** True when the file is, or now is, up to date. */
async function renew(version, check) {
  const home = await ensureFlinkHome(version, { log: console.error });
  const options = merge(await listOptions(version, home));
  const file = join(data, `flink-options-${version.replace(/\.\d+$/, '')}.json`);
  const before = await readFile(file, 'utf8').catch(() => '');
  const after = render(version, options);
  const name = relative(root, file);
  if (before === after) console.log(`${name}: up to date, ${Object.keys(options).length} options of Flink ${version}`);
  else {
    const summary = differences(before, after);
    console.log(`${name}: ${check ? 'would change' : 'written'}, ${Object.keys(options).length} options, ${summary.length} differ`);
    if (check) console.log(summary.slice(0, 40).join('\n'));
    else await writeFile(file, after);
  }
  return before === after || !check;
}

async function main(args) {
  const check = args.includes('--check');
  await mkdir(data, { recursive: true });
  let current = true;
  for (const version of Object.keys(FLINK_HOMES)) current = (await renew(version, check)) && current;
  if (!current) throw new Error('The option catalog is not up to date: run `npm run options`, look at the diff and commit it.');
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
