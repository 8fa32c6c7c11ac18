import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { programPath } from './binaries';
import { Image, writeImages } from './image';

/** The handler under the name that its own chart gives it, so that the chart's DaemonSet finds it. */
const HANDLER_IMAGE = 'public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.6';

/** What images of jobs are made of: each has Flink of the same folder and one jar. */
export interface FlinkImages {
  readonly home: string;
  /** By the name of the image. */
  readonly jars: Record<string, string>;
}

/** Archives of all images that the tests' pods need. */
export async function makeImages(folder: string, flink: FlinkImages): Promise<string[]> {
  const work = mkdtempSync(join(tmpdir(), 'flink-image-'));
  const layer = (name: string, fill: (root: string) => void): string => {
    const root = join(work, name);
    mkdirSync(root, { mode: 0o755 });
    fill(root);
    return root;
  };
  const archive = async (name: string, images: Image[]): Promise<string> => {
    await writeImages(join(folder, name), images);
    return join(folder, name);
  };
  try {
    const pause = layer('pause', (root) => program(programPath('pause'), join(root, 'pause')));
    const handler = layer('handler', (root) => program(programPath('node-termination-handler'), join(root, 'node-termination-handler')));
    return [
      await archive('pause.tar', [{ name: 'localhost/pause:1', layers: [pause], entrypoint: ['/pause'] }]),
      await archive('handler.tar', [{ name: HANDLER_IMAGE, layers: [handler], entrypoint: ['/node-termination-handler'] }]),
      await archive('flink.tar', flinkImages(flink, layer)),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function flinkImages({ home, jars }: FlinkImages, layer: (name: string, fill: (root: string) => void) => string): Image[] {
  const base = layer('flink', (root) => fillFlinkImage(root, home));
  const environment = {
    FLINK_HOME: '/opt/flink',
    JAVA_HOME: '/opt/java',
    PATH: '/opt/flink/bin:/opt/java/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
  return Object.entries(jars).map(([name, jar], index) => ({
    name,
    layers: [base, layer(`job-${index}`, (root) => program(jar, join(root, 'opt', 'flink', 'usrlib', 'job.jar')))],
    entrypoint: ['/docker-entrypoint.sh'],
    user: '9999',
    environment,
  }));
}

/** What Flink's scripts and ours call. The official image has all of it and more. */
const TOOLS =
  'bash sh awk basename cat chmod chown cp cut date dirname env expr find grep head hostname id ls mkdir mktemp mv nice nproc paste ps readlink rev rm sed sha256sum sleep sort tail tee test timeout touch tr uname uniq wc wget xargs'.split(
    ' ',
  );

/**
 * The layout of the official image: Flink in /opt/flink, user 9999, an entrypoint that takes `standalone-job` and `taskmanager`. Java and
 * the tools are this machine's own. Source: apache/flink-docker, Dockerfile.
 */
function fillFlinkImage(root: string, flinkHome: string): void {
  const home = join(root, 'opt', 'flink');
  for (const folder of ['tmp', 'etc', 'opt/flink/log', 'opt/flink/usrlib']) mkdirSync(join(root, folder), { recursive: true });
  for (const part of ['bin', 'lib', 'conf', 'plugins'])
    cpSync(join(flinkHome, part), join(home, part), { recursive: true, dereference: true });
  copyJava(join(root, 'opt', 'java'));
  for (const folder of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', folder), { recursive: true });
    symlinkSync(`usr/${folder}`, join(root, folder));
  }
  for (const tool of TOOLS) program(pathOf(tool), join(root, 'usr', 'bin', tool));
  copyLibraries(root);
  writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0::/root:/bin/sh\nflink:x:9999:9999::/opt/flink:/bin/sh\n');
  writeFileSync(join(root, 'etc', 'group'), 'root:x:0:\nflink:x:9999:\n');
  const entrypoint = join(root, 'docker-entrypoint.sh');
  writeFileSync(
    entrypoint,
    `#!/usr/bin/env bash
# As the official one, without what it writes into the configuration.
command=$1; shift
case $command in
  standalone-job) exec "$FLINK_HOME/bin/standalone-job.sh" start-foreground "$@" ;;
  taskmanager) exec "$FLINK_HOME/bin/taskmanager.sh" start-foreground "$@" ;;
  *) exec "$command" "$@" ;;
esac
`,
  );
  chmodSync(entrypoint, 0o755);
}

function copyJava(target: string): void {
  const java = realpathSync(process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : pathOf('java'));
  const home = dirname(dirname(java));
  const unneeded = ['jmods', 'man', 'docs', 'src.zip', 'include'].map((name) => join(home, name));
  cpSync(home, target, { recursive: true, dereference: true, filter: (source) => existsSync(source) && !unneeded.includes(source) });
}

/** Whatever the programs in an image need, and what looks up names. */
function copyLibraries(root: string): void {
  const bin = join(root, 'usr', 'bin');
  const java = join(root, 'opt', 'java');
  const files = [...readdirSync(bin).map((name) => join(bin, name)), join(java, 'bin', 'java')];
  for (const name of readdirSync(join(java, 'lib'), { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.so')) files.push(join(java, 'lib', name));
  const { stdout } = spawnSync('ldd', files, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const libraries = new Set([...stdout.matchAll(/(?:=> |^\s+)(\/(?:usr\/)?lib\S*) \(0x/gm)].map(([, path]) => path));
  // RocksDB brings its own library out of a jar, which wants these.
  const { stdout: known } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  for (const name of ['libstdc++.so.6', 'libgcc_s.so.1', 'libpthread.so.0', 'libdl.so.2', 'librt.so.1', 'libm.so.6']) {
    const path = known
      .split('\n')
      .find((line) => line.trim().startsWith(`${name} `))
      ?.split('=> ')[1];
    if (!path) throw new Error(`the image needs ${name}, which is not on this machine (Debian: libc6 and libstdc++6)`);
    libraries.add(path.trim());
  }
  for (const library of libraries) {
    const target = join(root, library.startsWith('/usr/') ? library : join('usr', library));
    program(library, target);
  }
}

function program(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(source), target);
  chmodSync(target, 0o755);
}

function pathOf(command: string): string {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, command))
    .find((file) => existsSync(file));
  if (!found) throw new Error(`the image needs '${command}', which is not on this machine's PATH`);
  return found;
}
