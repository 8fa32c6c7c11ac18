import { createServer } from 'node:net';
import { Problem } from './problem';

const HOST = '127.0.0.1';

/** Ports of this machine that nobody listens on now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  return Promise.all(servers.map(async ({ port, close }) => (await close(), port)));
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

function listen(port: number): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve({ port: bound, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
