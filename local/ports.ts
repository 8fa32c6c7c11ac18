import { createServer } from 'node:net';
import { Problem } from './problem';

const HOST = '127.0.0.1';

/** Below those that the system gives to whoever wants any, so that nobody gets one of them by chance before it is used. Source: Linux, ip-sysctl. */
const [LOWEST, HIGHEST] = [15_000, 29_999];

/** Ports of this machine that nobody listens on now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > 1_000)
      throw new Problem(`no free port between ${LOWEST} and ${HIGHEST} after ${tries} tries: end some of the programs that listen`);
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  try {
    await (await listen(port)).close();
    return true;
  } catch {
    return false;
  }
}

/** @throws when somebody listens on the port already */
export async function requireFreePort(port: number, use: string, option: string): Promise<void> {
  try {
    await (await listen(port)).close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new Problem(`Port ${port} for ${use} needs more rights than you have: choose one above 1023, for example ${option} 8082`);
    throw new Problem(
      `Port ${port} for ${use} is taken by another process (${code}): end that process, or choose another port, for example ${option} ${port + 1}`,
    );
  }
}

function listen(port: number): Promise<{ close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      resolve({ close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
