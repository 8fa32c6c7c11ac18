import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What a container is started with, in the words of the OCI image specification. */
export interface ImageOptions {
  /** As pods name it. */
  readonly name: string;
  readonly entrypoint: string[];
  readonly user?: string;
  readonly environment?: Record<string, string>;
}

/**
 * Writes a folder as a container image of one layer into an archive that containerd imports: no registry and no daemon takes part.
 * Source: OCI image specification, image layout.
 */
export async function writeImage(root: string, archive: string, options: ImageOptions): Promise<void> {
  mkdirSync(dirname(archive), { recursive: true });
  const folder = mkdtempSync(`${archive}-`);
  try {
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    const layer = join(folder, 'layer');
    tar(['--create', '--file', layer, '--directory', root, '--numeric-owner', '--owner=0', '--group=0', '.']);
    const digest = await digestOf(layer);
    renameSync(layer, blob(folder, digest));
    const config = write(folder, {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: options.entrypoint, User: options.user, Env: environment(options.environment) },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    });
    const manifest = write(folder, {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [
        { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${digest}`, size: statSync(blob(folder, digest)).size },
      ],
    });
    const annotations = { 'io.containerd.image.name': options.name };
    const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations };
    writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    const made = join(folder, 'archive.tar');
    tar(['--create', '--file', made, '--directory', folder, 'blobs', 'index.json', 'oci-layout']);
    renameSync(made, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function environment(variables: Record<string, string> = {}): string[] {
  return Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...variables }).map(([name, value]) => `${name}=${value}`);
}

function blob(folder: string, digest: string): string {
  return join(folder, 'blobs', 'sha256', digest);
}

function write(folder: string, value: unknown): { digest: string; size: number } {
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
