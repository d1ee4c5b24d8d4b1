import { join, relative, resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { createProgress } from '../program.ts';
import { APPS } from './apps.ts';
import type { App } from './apps.ts';
import { buildBundles, buildImages, megabytes } from './build.ts';
import type { BuildOptions } from './build.ts';
import { readSource, tagOf } from './source.ts';

const names = APPS.map(({ name }) => name);

export interface ImageOptions {
  out: string;
  registry: string;
  tag?: string;
  bundles: boolean;
}

/**
 * Builds an image of each service with its bill of materials, from local parts, into the folder: `bundles/<app>/` (content of
 * /app), `oci/` (one OCI layout) and `images.tar` (the same as an archive), `import.sh` for a node's containerd,
 * `sbom/<app>.cdx.json` (CycloneDX 1.6), `images.json` and `values.yaml` (repository, tag, digest and size).
 */
export async function images(apps: string[], values: ImageOptions): Promise<void> {
  const root = join(import.meta.dirname, '../../..');
  const source = readSource(root);
  const options: BuildOptions = {
    root,
    apps: selectApps(apps),
    out: resolve(values.out),
    source,
    tag: validateTag(values.tag ?? tagOf(source)),
    registry: values.registry,
    onProgress: createProgress(),
  };
  const shown = relative(process.cwd(), options.out) || '.';
  if (values.bundles) {
    const bundles = await buildBundles(options);
    return console.log(`\n${bundles.size} bundles in ${shown}/bundles`);
  }
  const built = await buildImages(options);
  console.log();
  for (const { image } of built.values()) {
    console.log(`${image.repository}:${image.tag}  ${image.digest}  ${megabytes(image.size)}`);
  }
  console.log(`\n${built.size} images in ${shown}: images.tar, oci/, sbom/, images.json, values.yaml`);
}

function selectApps(named: string[]): readonly App[] {
  const unknown = named.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new UsageError(`App ${unknown.join(', ')} not found. Apps: ${names.join(', ')}.`);
  return named.length > 0 ? APPS.filter(({ name }) => named.includes(name)) : APPS;
}

function validateTag(tag: string): string {
  if (/^\w[\w.-]{0,127}$/.test(tag)) return tag;
  throw new UsageError('--tag must have letters, digits, dots, dashes and underscores, at most 128.');
}
