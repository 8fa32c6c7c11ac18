import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { Part, TestCluster } from './test-cluster';

/** A machine of its own: kubelet, kube-proxy and containerd in namespaces. */
export interface RealNodeOptions {
  readonly name: string;
  readonly zone: string;
  /** `SPOT` or `ON_DEMAND`, as EKS says. */
  readonly capacityType: string;
  readonly labels?: Record<string, string>;
  /** `KEY=VALUE:EFFECT` */
  readonly taints?: string[];
  /** OCI archives of the images that its pods need. */
  readonly images: string[];
}

interface ReadyNode {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
}

/** A node that runs pods. Killing it ends everything on it at once, as when AWS takes an instance back. */
export type RealNode = Part<ReadyNode>;

/** Starts a node and waits until it is Ready. `index` is its own in its cluster, from 1. */
export function startRealNode(cluster: TestCluster, index: number, options: RealNodeOptions): Promise<RealNode> {
  const { capacityType, labels = {}, taints = [], images } = options;
  const all = { 'eks.amazonaws.com/capacityType': capacityType, ...labels };
  const node = {
    Cluster: cluster.folder,
    Server: cluster.plane.ready.server,
    Name: options.name,
    Zone: options.zone,
    Lifecycle: capacityType === 'SPOT' ? 'spot' : 'on-demand',
    InstanceType: 'm5.xlarge',
    Network: cluster.plane.ready.network,
    Index: index,
    Labels: Object.entries(all)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    Taints: taints.join(','),
  };
  return Part.start<ReadyNode>(['node', '--node', JSON.stringify(node), '--images', JSON.stringify(images)]);
}

/** What this machine lacks for real nodes, one sentence each. */
export interface Lack {
  /** Programs that can be installed. */
  readonly programs: string[];
  /** What the machine forbids, whatever is installed. */
  readonly rights: string[];
}

/** What this machine lacks for real nodes. */
export function lackForNodes(): Lack {
  if (process.platform !== 'linux') return { programs: [], rights: ['Linux'] };
  if (process.getuid?.() !== 0) return { programs: [], rights: ['root, which makes namespaces, mounts and networks'] };
  return { programs: lackingPrograms(), rights: lackingRights() };
}

function lackingPrograms(): string[] {
  const files = { '/usr/bin/containerd': 'containerd', '/usr/sbin/runc': 'runc', '/usr/lib/cni/ptp': 'containernetworking-plugins' };
  const commands = { ip: 'iproute2', iptables: 'iptables' };
  return [
    ...Object.entries(files)
      .filter(([file]) => !existsSync(file))
      .map(([file, name]) => `${file} (Debian: ${name})`),
    ...Object.entries(commands)
      .filter(([command]) => spawnSync(command, ['-V']).error)
      .map(([command, name]) => `${command} (Debian: ${name})`),
  ];
}

/** The kernel or a sandbox around it may forbid what root may do elsewhere. */
function lackingRights(): string[] {
  const lack: string[] = [];
  try {
    accessSync('/sys/fs/cgroup', constants.W_OK);
  } catch {
    lack.push('control groups that can be written (/sys/fs/cgroup)');
  }
  const namespaces = ['--mount', '--pid', '--net', '--uts', '--fork', '--mount-proc', 'true'];
  const { status, stderr, error } = spawnSync('unshare', namespaces, { encoding: 'utf8' });
  if (status !== 0) lack.push(`the right to make namespaces (${(error?.message ?? stderr).trim()})`);
  return lack;
}
