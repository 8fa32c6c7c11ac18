import { spawn } from 'child_process';
import { mkdtempSync, writeFileSync } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';

/** The hook by itself, against a JobManager that answers as each test wants. Answers have the shape of Flink's REST API. */
const SCRIPT = join(__dirname, '../../lib/interruption/data/checkpoint-before-leaving.sh');
const JOB = '39b0f1d34b1f1decf9e0d9a670be7018';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export type Answer = [status: number, body: unknown] | 'hang';

export interface FakeJobManager {
  readonly port: number;
  readonly calls: Call[];
  close(): Promise<void>;
}

/**
 * Answers by `METHOD path-after-the-job`, an array one after the other; 404 for the rest, as Flink does, and for checkpoints that
 * nobody asked for, but for the `other` one.
 */
export async function jobManager(answers: Record<string, Answer | Answer[]>, other?: string): Promise<FakeJobManager> {
  const calls: Call[] = [];
  const next = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = (request.url ?? '').replace(`/jobs/${JOB}`, '');
      calls.push({ method: request.method ?? '', path, body });
      const key = Object.keys(answers).find((pattern) => new RegExp(`^${pattern}$`).test(`${request.method} ${path}`));
      const all = key === undefined ? undefined : answers[key];
      const list = (Array.isArray(all) && typeof all[0] !== 'number' ? all : [all]) as (Answer | undefined)[];
      const index = Math.min(next.get(key ?? '') ?? 0, list.length - 1);
      const asked = /^\/checkpoints\/([0-9a-f]{32})$/.exec(path)?.[1];
      const known = asked === undefined || asked === other || calls.some(({ body: sent }) => sent.includes(asked));
      const answer = (known ? list[index] : undefined) ?? [404, { errors: ['not found'] }];
      if (known) next.set(key ?? '', index + 1);
      if (answer === 'hang') return;
      response.writeHead(answer[0], { 'Content-Type': 'application/json' }).end(JSON.stringify(answer[1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** A `date` that stands still, so that a test can choose the place in the ten-second slot. */
export function clockAt(milliseconds: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'clock-'));
  writeFileSync(join(directory, 'date'), `#!/bin/sh\necho ${milliseconds}\n`, { mode: 0o755 });
  return directory;
}

/** How a pod leaves: as a TaskManager of that name, with so many seconds for its replacement. */
export interface Leaving {
  readonly pod?: string;
  readonly replacement?: number;
}

export async function leave(
  port: number,
  deadline = 5,
  clock?: string,
  { pod, replacement = 0 }: Leaving = {},
): Promise<{ line: string; code: number | null; seconds: number }> {
  const start = process.hrtime.bigint();
  const env = { ...process.env, PATH: clock ? `${clock}:${process.env.PATH}` : process.env.PATH, POD_NAME: pod };
  // A hook that outlives its deadline ends with code 124; the margin is for a machine that is busy with other things too.
  const args = [String(deadline + 5), 'bash', SCRIPT, '127.0.0.1', String(port), JOB, String(deadline), String(replacement)];
  const child = spawn('timeout', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let line = '';
  child.stdout.on('data', (chunk) => (line += String(chunk)));
  child.stderr.on('data', (chunk) => (line += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { line, code, seconds: Number(process.hrtime.bigint() - start) / 1e9 };
}

export const RUNNING: Answer = [200, { status: 'RUNNING' }];
export const NO_CHECKPOINT_YET: Answer = [200, { counts: { in_progress: 0 }, latest: { completed: null }, history: [] }];
export const IN_PROGRESS: Answer = [200, { status: { id: 'IN_PROGRESS' }, operation: null }];
export const COMPLETED: Answer = [200, { status: { id: 'COMPLETED' }, operation: { checkpointId: 17 } }];
export const ACCEPTED: Answer = [202, { 'request-id': '0'.repeat(32) }];
