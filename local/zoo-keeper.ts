import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { FlinkHome } from './flink-home';
import { OwnProcess, OwnProcesses } from './own-processes';

/** Starts the ZooKeeper server of flink-dist, which stands for Kubernetes as the HA service. Resolves with its process. */
export async function startZooKeeper(processes: OwnProcesses, home: FlinkHome, port: number, signal?: AbortSignal): Promise<OwnProcess> {
  const folder = join(home.run, 'zookeeper');
  mkdirSync(join(folder, 'data'), { recursive: true });
  const lines = {
    tickTime: '1000',
    clientPort: String(port),
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': 'false',
    dataDir: join(folder, 'data'),
    // The only server of its quorum: the two ports of the quorum are never opened.
    'server.1': '127.0.0.1:2888:3888',
  };
  writeFileSync(join(folder, 'zoo.cfg'), Object.entries(lines).map(([key, value]) => `${key}=${value}\n`).join('')); // prettier-ignore
  writeFileSync(join(folder, 'config.yaml'), '');
  home.copyLogging(folder);
  const started = processes.start({
    name: 'ZooKeeper',
    command: home.script('zookeeper.sh'),
    arguments: ['start-foreground', '1'],
    environment: { ...home.environment('zookeeper'), FLINK_CONF_DIR: folder },
    log: join(home.run, 'logs', 'zookeeper.out'),
  });
  await started.awaitAnswer(() => answers(port), 'On a busy machine a start takes longer: run again when it is quiet.', signal);
  return started;
}

/** A server that answers `srvr` serves; the port alone is open earlier. `srvr` is the one command allowed by default. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    let said = '';
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1_000 }, () => socket.write('srvr'));
    socket.setEncoding('utf8').on('data', (text: Buffer | string) => (said += String(text)));
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(said.includes('Mode:')));
  });
}
