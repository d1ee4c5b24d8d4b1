import { mkdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { APP_FOLDER, APPS, runOf } from './apps.ts';
import type { App } from './apps.ts';
import { readBase } from './base.ts';
import type { BasePart } from './base.ts';
import { bundleApp } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { entriesOf } from './files.ts';
import { makeImage, makeLayer, writeLayout } from './oci.ts';
import type { Image, Layer } from './oci.ts';
import { createBillOfMaterials } from './sbom.ts';
import type { Source } from './source.ts';

export interface BuildOptions {
  root: string;
  apps: readonly App[];
  /** Output folder. */
  out: string;
  source: Source;
  tag: string;
  /** Prefix of the image names. */
  registry: string;
  onProgress: (line: string) => void;
}

/** Shared by all apps; built once. */
interface BaseLayer {
  layer: Layer;
  parts: readonly BasePart[];
}

export interface BuildResult {
  image: Image;
  bundle: Bundle;
}

/** Builds only the bundles, for `k8s/images/Dockerfile`. */
export async function buildBundles({ root, apps, out, onProgress }: BuildOptions): Promise<Map<string, Bundle>> {
  const bundles = new Map<string, Bundle>();
  for (const app of apps) {
    const bundle = await bundleApp(root, app, join(out, 'bundles', app.name));
    onProgress(`${app.name}: bundle of ${megabytes(bundle.bytes)}, ${bundle.packages.length} packages`);
    bundles.set(app.name, bundle);
  }
  return bundles;
}

/** Builds the base layer, which is the same for all apps. Takes seconds, mostly for compression. */
function buildBase(root: string): BaseLayer {
  const { entries, parts } = readBase(root, [...new Set(APPS.flatMap(({ natives = [] }) => natives))]);
  return { layer: makeLayer(entries, 'Node, the C library, certificates and a user'), parts };
}

/** Builds the image of one bundle. */
function buildImage(app: App, bundle: Bundle, { layer }: BaseLayer, options: BuildOptions): Image {
  const { source, tag, registry } = options;
  const run = runOf(app.name, tag);
  return makeImage({
    repository: `${registry}/${app.name}`,
    tag,
    layers: [layer, makeLayer(entriesOf(bundle.folder, APP_FOLDER.slice(1)), `The bundle of ${app.name}`)],
    run: { ...run, Env: ['PATH=/nodejs/bin', ...run.Env] },
    labels: buildLabels(app, source),
    created: source.created,
  });
}

/** Returns the `org.opencontainers.image.*` labels. */
function buildLabels({ name, description }: App, { version, revision, created }: Source): Record<string, string> {
  const labels = {
    title: `cups-${name}`,
    description,
    version,
    revision,
    created: created.toISOString(),
    licenses: 'Apache-2.0',
  };
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`org.opencontainers.image.${key}`, value]));
}

/**
 * Builds bundles, images, bills of materials and digest lists in `out`, and replaces those of an earlier build.
 * @returns results by app name
 */
export async function buildImages(options: BuildOptions): Promise<Map<string, BuildResult>> {
  const { root, apps, out, onProgress } = options;
  for (const folder of ['bundles', 'sbom', 'oci']) rmSync(join(out, folder), { recursive: true, force: true });
  const bundles = await buildBundles(options);
  const base = buildBase(root);
  onProgress(`base: ${megabytes(base.layer.descriptor.size)}`);
  const built = new Map<string, BuildResult>();
  for (const app of apps) {
    const bundle = bundles.get(app.name)!;
    built.set(app.name, { bundle, image: buildImage(app, bundle, base, options) });
  }
  writeLayout(
    [...built.values()].map(({ image }) => image),
    join(out, 'oci'),
    join(out, 'images.tar'),
  );
  writeSboms(built, base, options);
  writeDigests(built, options);
  writeImport(built, out);
  return built;
}

function writeSboms(built: ReadonlyMap<string, BuildResult>, base: BaseLayer, { out, source }: BuildOptions): void {
  mkdirSync(join(out, 'sbom'), { recursive: true });
  for (const [name, { image, bundle }] of built) {
    const bill = createBillOfMaterials({ name, image, packages: bundle.packages, base: base.parts, source });
    writeFileSync(join(out, 'sbom', `${name}.cdx.json`), bill);
  }
}

/** Writes `images.json`, and the same as values of helm/platform: `helm … -f values.yaml`. */
function writeDigests(built: ReadonlyMap<string, BuildResult>, { root, out }: BuildOptions): void {
  const { version: charts } = parse(readFileSync(join(root, 'helm/platform/Chart.yaml'), 'utf8')) as {
    version: string;
  };
  const images: Record<string, object> = {};
  const values: Record<string, object> = {};
  for (const [name, { image }] of built) {
    const { repository, tag, digest, size } = image;
    const [registry = '', ...path] = repository.split('/');
    images[name] = { repository, tag, digest, size };
    // One registry prefix for all; a digest overrides every tag.
    values['global'] = { image: { registry, tag, charts } };
    values[name] = { image: { repository: path.join('/'), digest } };
  }
  writeFileSync(join(out, 'images.json'), `${JSON.stringify(images, undefined, 2)}\n`);
  writeFileSync(join(out, 'values.yaml'), stringify(values));
}

/** Writes the import script for nodes without a registry: containerd needs the exact name, which charts give by digest. */
function writeImport(built: ReadonlyMap<string, BuildResult>, out: string): void {
  const ctr = 'ctr --namespace k8s.io images';
  const tags = [...built.values()].map(({ image: { repository, tag, digest } }) => {
    return `${ctr} tag --force ${repository}:${tag} ${repository}@${digest}`;
  });
  const lines = [
    '#!/bin/sh',
    '# Brings the images into the containerd of this node, under their tags and, as charts name them, under their digests.',
    'set -eu',
    'cd "$(dirname "$0")"',
    `${ctr} import images.tar`,
    ...tags,
  ];
  writeFileSync(join(out, 'import.sh'), `${lines.join('\n')}\n`, { mode: 0o755 });
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
