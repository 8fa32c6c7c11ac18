import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../project';
import { DrillResult } from './drill-run';

/** One run of one cell, or why there is none. */
export interface DrillRun {
  readonly scenario: string;
  readonly configuration: string;
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
  readonly minutes: number;
  readonly runs: DrillRun[];
}

/** Folder of the measurements. */
export const MEASUREMENTS = join(PROJECT, 'docs', 'measurements');

/** What the machine is, with the load before the run. */
export function machine(): Record<string, number | string> {
  const [{ model }] = cpus();
  const loadBefore = Number(loadavg()[0].toFixed(1));
  return { processors: cpus().length, model, memoryGib: Math.round(totalmem() / 2 ** 30), system: process.platform, loadBefore };
}

/** Writes a record; gives its name. */
export function writeRecord(record: DrillRecord): string {
  const line = record.flink.split('.').slice(0, 2).join('.');
  const name = `drill-${line}-${record.date}.json`;
  mkdirSync(MEASUREMENTS, { recursive: true });
  writeFileSync(join(MEASUREMENTS, name), `${JSON.stringify(record, null, 1)}\n`);
  return name;
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
