import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { moduleFolder } from './binaries';
import { layerFolders } from './places';

/** The charts of their own projects, from their Go modules. Karpenter writes the version into its charts when it releases them. */
const KARPENTER = '1.14.1';
/** Karpenter's Go module, which has its charts and types. */
export const KARPENTER_MODULE = `github.com/aws/karpenter-provider-aws@v${KARPENTER}`;
const stamp = (version: string): string[] => ['--version', version, '--app-version', version];
const CHARTS: { module: string; path: string; stamp?: string[] }[] = [
  { module: 'github.com/aws/aws-node-termination-handler@v1.25.6', path: 'config/helm/aws-node-termination-handler' },
  // The library's version, and the one that EKS Blueprints asks for.
  ...[KARPENTER, '1.13.0'].flatMap((version) =>
    ['charts/karpenter', 'charts/karpenter-crd'].map((path) => ({
      module: KARPENTER_MODULE,
      path,
      stamp: stamp(version),
    })),
  ),
];

/** Charts that only others' add-ons bring. What they do is no matter here; that they come and go is. */
const STUBS = { 'metrics-server': '3.13.1', 'aws-load-balancer-controller': '3.4.0', 'cert-manager': 'v1.20.3' };

/**
 * A chart repository on this machine with the charts that the library installs, so that helm fetches them by name and version as it
 * would in a cluster. The Cluster Autoscaler's chart is in no module: a stub of ours takes its values.
 */
export class ChartRepository {
  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    private readonly url: string,
  ) {}

  public static async start(): Promise<ChartRepository> {
    const folder = mkdtempSync(join(tmpdir(), 'flink-charts-'));
    for (const { module, path, stamp: own = [] } of CHARTS)
      helm(['package', join(moduleFolder(module), path), '--destination', folder, ...own]);
    writeStub(folder, 'cluster-autoscaler', '9.59.0', AUTOSCALER);
    for (const [name, version] of Object.entries(STUBS)) writeStub(folder, name, version, MARKER);
    const server = createServer((request, response) => {
      try {
        response.end(readFileSync(join(folder, basename(request.url!))));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    helm(['repo', 'index', folder, '--url', url]);
    return new ChartRepository(folder, server, url);
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Properties of a chart with this repository in place of the one on the internet; any others as they are. */
  public here(properties: Record<string, unknown>): Record<string, unknown> {
    return 'Repository' in properties ? { ...properties, Repository: this.url } : properties;
  }
}

function helm(args: string[]): void {
  const { status, stderr } = spawnSync(join(layerFolders().helm, 'helm'), args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`helm ${args[0]} failed: ${stderr}`);
}

/** Packs a chart of one template. */
function writeStub(repository: string, name: string, version: string, template: string): void {
  const folder = join(repository, name);
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  writeFileSync(join(folder, 'templates', 'all.yaml'), template);
  helm(['package', folder, '--destination', repository]);
}

const MARKER = `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}-marker" }
`;

/** A Deployment and a ServiceAccount from the values of the real chart. */
const AUTOSCALER = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Values.rbac.serviceAccount.name }}
  annotations: {{ toJson .Values.rbac.serviceAccount.annotations }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: cluster-autoscaler-priority-expander }
data:
  priorities: {{ toYaml .Values.expanderPriorities | quote }}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Values.fullnameOverride }} }
spec:
  selector: { matchLabels: { app: cluster-autoscaler } }
  template:
    metadata: { labels: { app: cluster-autoscaler } }
    spec:
      serviceAccountName: {{ .Values.rbac.serviceAccount.name }}
      nodeSelector: {{ toJson .Values.nodeSelector }}
      containers:
        - name: cluster-autoscaler
          image: registry.k8s.io/autoscaling/cluster-autoscaler:{{ .Values.image.tag }}
          command: [./cluster-autoscaler, --cloud-provider={{ .Values.cloudProvider }}]
          resources: {{ toJson .Values.resources }}
`;
