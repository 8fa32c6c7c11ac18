import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { AddressInfo } from 'node:net';
import { ZooKeeperClient } from './zoo-keeper-client';

/** What the node of a stored job graph is called, by Flink's major version. Source: Flink `ZooKeeperUtils` and Kubernetes `Constants`. */
const GRAPHS = [
  { folder: 'jobgraphs', key: 'jobGraph' },
  { folder: 'execution-plans', key: 'executionPlan' },
];

interface ConfigMap {
  metadata: { name?: string; resourceVersion?: string; labels?: Record<string, string> };
  data: Record<string, string | null>;
}

/**
 * Stands for the Kubernetes API in the local run, as far as the first container of a JobManager's pod asks it. Flink's HA data is
 * what ZooKeeper holds, under the keys that Kubernetes HA would give it: removing a key removes the node. The record of the
 * last deploy is kept here.
 */
export class KubernetesApi {
  /**
   * Starts it on a free port.
   *
   * @param clusterId `high-availability.cluster-id`
   */
  public static async start(zooKeeper: string, clusterId: string): Promise<KubernetesApi> {
    const api = new KubernetesApi(new ZooKeeperClient(zooKeeper), clusterId);
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** ConfigMaps that are in no ZooKeeper. */
  public readonly records = new Map<string, ConfigMap>();
  private readonly server: Server;
  private version = 0;

  private constructor(
    private readonly zooKeeper: ZooKeeperClient,
    private readonly clusterId: string,
  ) {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  /** `http://host:port` */
  public get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Ends it. */
  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Removes all HA data, as when the namespace is deleted. */
  public async wipe(): Promise<void> {
    this.records.clear();
    await this.zooKeeper.remove(`/flink/${this.clusterId}`);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      let body = '';
      for await (const part of request) body += String(part);
      const { status, object } = await this.handle(request.method ?? '', request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(object));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }

  private async handle(method: string, url: string, body: string): Promise<{ status: number; object: unknown }> {
    const [, kind, name] = /\/namespaces\/[^/]+\/(pods|configmaps)(?:\/([^/?]+))?/.exec(url) ?? [];
    // The processes of the version before have ended before this is asked.
    if (kind === 'pods') return { status: 200, object: { kind: 'PodList', items: [] } };
    if (name === undefined && method === 'GET')
      return { status: 200, object: { kind: 'ConfigMapList', items: [...this.records.values()] } };
    if (method === 'POST') return this.create(JSON.parse(body) as ConfigMap);
    const found = this.records.get(name) ?? (await this.flinkMap(name));
    if (!found) return { status: 404, object: { kind: 'Status', code: 404 } };
    return method === 'PATCH' ? this.patch(name, found, JSON.parse(body) as ConfigMap) : { status: 200, object: found };
  }

  private create(map: ConfigMap): { status: number; object: unknown } {
    const name = map.metadata.name ?? '';
    if (this.records.has(name)) return { status: 409, object: { kind: 'Status', code: 409 } };
    map.metadata.resourceVersion = String(++this.version);
    this.records.set(name, map);
    return { status: 201, object: map };
  }

  private async patch(name: string, found: ConfigMap, change: ConfigMap): Promise<{ status: number; object: unknown }> {
    const { resourceVersion: wanted = found.metadata.resourceVersion } = change.metadata ?? {};
    if (wanted !== found.metadata.resourceVersion) return { status: 409, object: { kind: 'Status', code: 409 } };
    for (const [key, value] of Object.entries(change.data)) {
      if (value === null) await this.removeGraph(key);
      else found.data[key] = value;
    }
    if (this.records.has(name)) found.metadata.resourceVersion = String(++this.version);
    return { status: 200, object: found };
  }

  private async removeGraph(key: string): Promise<void> {
    const [, kind, job] = /^(\w+)-([0-9a-f]{32})$/.exec(key) ?? [];
    const folder = GRAPHS.find((each) => each.key === kind)?.folder;
    await this.zooKeeper.remove(`/flink/${this.clusterId}/${folder}/${job}`);
  }

  /** What Kubernetes HA would keep in a ConfigMap of this name. */
  private async flinkMap(name: string): Promise<ConfigMap | undefined> {
    const keys: string[] = [];
    const job = /-([0-9a-f]{32})-config-map$/.exec(name)?.[1];
    if (job !== undefined) {
      const pointers = await this.zooKeeper.children(`/flink/${this.clusterId}/jobs/${job}/checkpoints`);
      keys.push(...pointers.filter((each) => /^\d+$/.test(each)).map((each) => `checkpointID-${each}`));
    } else if (name.endsWith('-cluster-config-map')) {
      for (const { folder, key } of GRAPHS) {
        const graphs = await this.zooKeeper.children(`/flink/${this.clusterId}/${folder}`);
        keys.push(...graphs.filter((each) => /^[0-9a-f]{32}$/.test(each)).map((each) => `${key}-${each}`));
      }
    }
    return keys.length === 0 ? undefined : { metadata: { name }, data: Object.fromEntries(keys.map((key) => [key, 'in ZooKeeper'])) };
  }
}
