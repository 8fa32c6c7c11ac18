import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../project';
import { DrillResult } from './drill-run';
import { LongForm } from './kills';

/** One run of one cell, or why there is none. */
export interface DrillRun {
  readonly scenario: string;
  readonly configuration: string;
  /** When it began, ISO 8601. */
  readonly at: string;
  /** Load of the machine then: processes that want to run, over the last minute. */
  readonly load: number;
  readonly result?: DrillResult;
  /** Why there is no result. */
  readonly failure?: string;
}

/** One recorded run of the command. */
export interface DrillRecord {
  readonly what: 'drill';
  readonly date: string;
  readonly flink: string;
  readonly machine: Record<string, number | string>;
  readonly versions: Record<string, string>;
  readonly runs: DrillRun[];
}

/** Folder of the measurements. */
export const MEASUREMENTS = join(PROJECT, 'docs', 'measurements');

function machine(): Record<string, number | string> {
  const [{ model }] = cpus();
  return { processors: cpus().length, model, memoryGib: Math.round(totalmem() / 2 ** 30), system: process.platform };
}

/** Adds runs to the record of the day and the Flink line; makes it when there is none. Gives its name. */
export function addToRecord(flink: string, runs: DrillRun[]): string {
  const date = new Date().toISOString().slice(0, 10);
  const name = `drill-${flink.split('.').slice(0, 2).join('.')}-${date}.json`;
  const file = join(MEASUREMENTS, name);
  mkdirSync(MEASUREMENTS, { recursive: true });
  const versions = { node: process.versions.node, flink };
  const known: DrillRecord = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as DrillRecord)
    : { what: 'drill', date, flink, machine: machine(), versions, runs: [] };
  writeFileSync(file, textOf({ ...known, runs: [...known.runs, ...runs] }));
  return name;
}

/** Writes a run of the long form. Gives its name. */
export function recordLongForm(flink: string, configuration: string, done: LongForm): string {
  const date = new Date().toISOString().slice(0, 10);
  const name = `losses-${flink.split('.').slice(0, 2).join('.')}-${date}.json`;
  const record = { what: 'losses', date, flink, configuration, machine: machine(), ...done };
  mkdirSync(MEASUREMENTS, { recursive: true });
  writeFileSync(join(MEASUREMENTS, name), `${JSON.stringify(record)}\n`);
  return name;
}

/** A recorded run of the long form. */
export interface LossesRecord extends LongForm {
  readonly date: string;
  readonly flink: string;
  readonly configuration: string;
}

/** The recorded runs of the long form, oldest first, with the names of their files. */
export function readLosses(): (LossesRecord & { name: string })[] {
  const names = readdirSync(MEASUREMENTS).filter((name) => /^losses-[\d.]+-[\d-]+\.json$/.test(name));
  return names.sort().map((name) => ({ ...(JSON.parse(readFileSync(join(MEASUREMENTS, name), 'utf8')) as LossesRecord), name }));
}

/** One line a run: small, and easy to compare. */
function textOf({ runs, ...head }: DrillRecord): string {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${lines.join('')}  "runs": [\n${runs.map((run) => `    ${JSON.stringify(run)}`).join(',\n')}\n  ]\n}\n`;
}

/** The newest record of each Flink line, by line. */
export function readRecords(): Map<string, DrillRecord & { name: string }> {
  const found = new Map<string, DrillRecord & { name: string }>();
  for (const name of readdirSync(MEASUREMENTS).sort()) {
    const [, line] = /^drill-(\d+\.\d+)-[\d-]+\.json$/.exec(name) ?? [];
    if (line) found.set(line, { ...(JSON.parse(readFileSync(join(MEASUREMENTS, name), 'utf8')) as DrillRecord), name });
  }
  return found;
}
