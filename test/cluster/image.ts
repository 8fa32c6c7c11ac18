import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** An image: its layers, and what a container is started with, in the words of the OCI image specification. */
export interface Image {
  /** Folders, the lowest first. */
  readonly layers: string[];
  /** As pods name it. */
  readonly name: string;
  readonly entrypoint: string[];
  readonly user?: string;
  readonly environment?: Record<string, string>;
}

/**
 * Writes folders as container images into an archive that containerd imports: no registry and no daemon takes part. A folder that several
 * of the images have is in it once. Source: OCI image specification, image layout.
 */
export async function writeImages(archive: string, images: Image[]): Promise<void> {
  mkdirSync(dirname(archive), { recursive: true });
  const folder = mkdtempSync(`${archive}-`);
  try {
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    const layers = new Map<string, Descriptor>();
    for (const root of images.flatMap((image) => image.layers)) if (!layers.has(root)) layers.set(root, await writeLayer(folder, root));
    const manifests = images.map((image) =>
      writeManifest(
        folder,
        image,
        image.layers.map((root) => layers.get(root)!),
      ),
    );
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    const made = join(folder, 'archive.tar');
    tar(['--create', '--file', made, '--directory', folder, 'blobs', 'index.json', 'oci-layout']);
    renameSync(made, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the image specification calls a blob by. */
interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

async function writeLayer(folder: string, root: string): Promise<Descriptor> {
  const layer = join(folder, 'layer');
  tar(['--create', '--file', layer, '--directory', root, '--numeric-owner', '--owner=0', '--group=0', '.']);
  const digest = await digestOf(layer);
  renameSync(layer, blob(folder, digest));
  return { digest: `sha256:${digest}`, size: statSync(blob(folder, digest)).size };
}

function writeManifest(folder: string, { name, entrypoint, user, environment: variables }: Image, layers: Descriptor[]): object {
  const config = write(folder, {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: entrypoint, User: user, Env: environment(variables) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = write(folder, {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer })),
  });
  return { mediaType, ...manifest, annotations: { 'io.containerd.image.name': name } };
}

function environment(variables: Record<string, string> = {}): string[] {
  return Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...variables }).map(([name, value]) => `${name}=${value}`);
}

function blob(folder: string, digest: string): string {
  return join(folder, 'blobs', 'sha256', digest);
}

function write(folder: string, value: unknown): Descriptor {
  const text = JSON.stringify(value);
  const digest = createHash('sha256').update(text).digest('hex');
  writeFileSync(blob(folder, digest), text);
  return { digest: `sha256:${digest}`, size: Buffer.byteLength(text) };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function tar(args: string[]): void {
  const { status, stderr, error } = spawnSync('tar', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar failed: ${error?.message ?? stderr}`);
}
