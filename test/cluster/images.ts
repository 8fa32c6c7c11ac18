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
import { basename, dirname, join } from 'node:path';
import { programPath } from './binaries';
import { writeImage } from './image';

/** Name under which the image of the sample is on every node. */
export const FLINK_IMAGE = 'localhost/price-maxima:test';

/** The handler under the name that its own chart gives it, so that the chart's DaemonSet finds it. */
const HANDLER_IMAGE = 'public.ecr.aws/aws-ec2/aws-node-termination-handler:v1.25.6';

/** Archives of all images that the tests' pods need. */
export async function makeImages(folder: string, flinkHome: string, jar: string): Promise<string[]> {
  const small = [
    await imageOf(folder, 'localhost/pause:1', (root) => program(programPath('pause'), join(root, 'pause')), ['/pause']),
    await imageOf(folder, HANDLER_IMAGE, handler, ['/node-termination-handler']),
  ];
  const flink = await imageOf(folder, FLINK_IMAGE, (root) => fillFlinkImage(root, flinkHome, jar), ['/docker-entrypoint.sh'], {
    user: '9999',
    environment: { FLINK_HOME: '/opt/flink', JAVA_HOME: '/opt/java', PATH: '/opt/flink/bin:/opt/java/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return [...small, flink];
}

function handler(root: string): void {
  program(programPath('node-termination-handler'), join(root, 'node-termination-handler'));
}

async function imageOf(
  folder: string,
  name: string,
  fill: (root: string) => void,
  entrypoint: string[],
  rest: { user?: string; environment?: Record<string, string> } = {},
): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'flink-image-'));
  try {
    chmodSync(root, 0o755);
    fill(root);
    const archive = join(folder, `${basename(name).replace(/\W/g, '-')}.tar`);
    await writeImage(root, archive, { name, entrypoint, ...rest });
    return archive;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
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
function fillFlinkImage(root: string, flinkHome: string, jar: string): void {
  const home = join(root, 'opt', 'flink');
  for (const folder of ['tmp', 'etc', 'opt/flink/log', 'opt/flink/usrlib']) mkdirSync(join(root, folder), { recursive: true });
  for (const part of ['bin', 'lib', 'conf', 'plugins'])
    cpSync(join(flinkHome, part), join(home, part), { recursive: true, dereference: true });
  copyFileSync(jar, join(home, 'usrlib', 'price-maxima.jar'));
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
