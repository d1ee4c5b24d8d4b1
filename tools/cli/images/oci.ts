import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { tar } from './tar.ts';
import type { Entry } from './tar.ts';

/** Writes images by the OCI image specification: blobs by digest, an image is a manifest. */

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

interface Descriptor {
  mediaType: string;
  /** `sha256:` and hexadecimal digits. */
  digest: string;
  /** Bytes. */
  size: number;
}

/** A stored layer, and the digest of its uncompressed content. */
export interface Layer {
  blob: Buffer;
  descriptor: Descriptor;
  diffId: string;
  createdBy: string;
}

export interface Image {
  repository: string;
  tag: string;
  /** Digest of its manifest. */
  digest: string;
  /** Download size in bytes. */
  size: number;
  manifest: Descriptor;
  blobs: ReadonlyMap<string, Buffer>;
}

const computeDigest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** @param createdBy origin, for the image's history */
export function makeLayer(entries: readonly Entry[], createdBy: string): Layer {
  const archive = tar(entries);
  const blob = gzipSync(archive);
  const descriptor = { mediaType: TYPES.layer, digest: computeDigest(blob), size: blob.length };
  return { blob, descriptor, diffId: computeDigest(archive), createdBy };
}

/** Start command as OCI image configuration. */
export interface Run {
  User: string;
  WorkingDir: string;
  Env: readonly string[];
  Entrypoint: readonly string[];
}

export interface ImageParts {
  repository: string;
  tag: string;
  layers: readonly Layer[];
  run: Run;
  labels: Record<string, string>;
  /** Commit time of the source. */
  created: Date;
}

/** Builds an image for this machine's architecture. */
export function makeImage(parts: ImageParts): Image {
  const { repository, tag, layers, labels } = parts;
  const blobs = new Map<string, Buffer>(layers.map(({ descriptor, blob }) => [descriptor.digest, blob]));
  const put = (mediaType: string, value: unknown): Descriptor => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = computeDigest(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const config = put(TYPES.config, buildConfig(parts));
  const descriptors = layers.map(({ descriptor }) => descriptor);
  const manifest = put(TYPES.manifest, {
    schemaVersion: 2,
    mediaType: TYPES.manifest,
    config,
    layers: descriptors,
    annotations: labels,
  });
  const size = [manifest, config, ...descriptors].reduce((sum, one) => sum + one.size, 0);
  return { repository, tag, digest: manifest.digest, size, manifest, blobs };
}

const architecture = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

function buildConfig({ layers, run, labels, created }: ImageParts): object {
  const at = created.toISOString();
  return {
    created: at,
    architecture: architecture(),
    os: 'linux',
    config: {
      User: run.User,
      Env: run.Env,
      Entrypoint: run.Entrypoint,
      WorkingDir: run.WorkingDir,
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created: at, created_by: createdBy })),
  };
}

/**
 * Writes images as one OCI layout, as folder and as archive. Shared layers are stored once.
 * @param folder emptied first
 */
export function writeLayout(images: readonly Image[], folder: string, archive: string): void {
  const entries = buildLayout(images);
  rmSync(folder, { recursive: true, force: true });
  for (const { path, content } of entries) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  writeFileSync(archive, tar(entries));
}

function buildLayout(images: readonly Image[]): (Entry & { content: Buffer })[] {
  const file = (path: string, content: Buffer) => ({ path, mode: 0o644, content });
  const blobs = new Map(images.flatMap((image) => [...image.blobs]));
  const index = { schemaVersion: 2, mediaType: TYPES.index, manifests: images.map(annotateManifest) };
  return [
    file('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' }))),
    file('index.json', Buffer.from(JSON.stringify(index))),
    ...[...blobs].map(([digest, content]) => file(`blobs/${digest.replace(':', '/')}`, content)),
  ];
}

/** Adds the names as annotations: containerd reads the first, skopeo and others the second. */
function annotateManifest({ repository, tag, manifest }: Image): object {
  const name = `${repository}:${tag}`;
  const { mediaType, digest, size } = manifest;
  return {
    mediaType,
    digest,
    size,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name },
    platform: { architecture: architecture(), os: 'linux' },
  };
}
