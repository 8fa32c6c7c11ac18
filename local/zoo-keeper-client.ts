import { createConnection, Socket } from 'node:net';

/** Numbers of ZooKeeper's requests and errors. Source: ZooKeeper, `ZooDefs.OpCode` and `KeeperException.Code`. */
const CHILDREN = 8;
const DELETE = 2;
const NO_NODE = -101;

const TIMEOUT = 10_000;

/** As much of a ZooKeeper client as Flink's HA data needs: look at nodes and remove them. One connection a call. */
export class ZooKeeperClient {
  /** @param address `host:port` */
  constructor(private readonly address: string) {}

  /** Names of the nodes below a node; empty when there is no such node. */
  public async children(path: string): Promise<string[]> {
    const { error, body } = await this.ask(CHILDREN, Buffer.concat([text(path), Buffer.from([0])]));
    if (error === NO_NODE) return [];
    if (error !== 0) throw new Error(`ZooKeeper answers ${error} when asked for the children of ${path}`);
    const names: string[] = [];
    for (let at = 4; names.length < body.readInt32BE(0);) {
      const length = body.readInt32BE(at);
      names.push(body.toString('utf8', at + 4, at + 4 + length));
      at += 4 + length;
    }
    return names;
  }

  /** Removes a node and all below it; nothing happens when there is none. */
  public async remove(path: string): Promise<void> {
    for (const child of await this.children(path)) await this.remove(`${path}/${child}`);
    const { error } = await this.ask(DELETE, Buffer.concat([text(path), int(-1)]));
    if (error !== 0 && error !== NO_NODE) throw new Error(`ZooKeeper answers ${error} when asked to remove ${path}`);
  }

  private async ask(type: number, payload: Buffer): Promise<{ error: number; body: Buffer }> {
    const [host, port] = this.address.split(':');
    const socket = createConnection({ host, port: Number(port), timeout: TIMEOUT });
    try {
      const answers = frames(socket);
      // Protocol version, last transaction seen, session timeout, no session yet, empty password, may not be read-only.
      socket.write(
        frame(Buffer.concat([int(0), Buffer.alloc(8), int(TIMEOUT), Buffer.alloc(8), int(16), Buffer.alloc(16), Buffer.from([0])])),
      );
      await answers.next();
      socket.write(frame(Buffer.concat([int(1), int(type), payload])));
      const { value } = await answers.next();
      // Request number, transaction, error.
      return { error: value.readInt32BE(12), body: value.subarray(16) };
    } finally {
      socket.destroy();
    }
  }
}

async function* frames(socket: Socket): AsyncGenerator<Buffer, Buffer> {
  let held = Buffer.alloc(0);
  for await (const part of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, part]);
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const end = 4 + held.readInt32BE(0);
      yield held.subarray(4, end);
      held = held.subarray(end);
    }
  }
  throw new Error('ZooKeeper has closed the connection');
}

function frame(content: Buffer): Buffer {
  return Buffer.concat([int(content.length), content]);
}

function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  return Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)]);
}
