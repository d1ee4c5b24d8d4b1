import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { APPS } from './apps.ts';
import type { App } from './apps.ts';
import { buildBundles, buildImages, megabytes } from './build.ts';
import type { BuildOptions } from './build.ts';
import { readSource, tagOf } from './source.ts';

/** `npm run images`: builds an image of each service with its bill of materials, from local parts. */

const names = APPS.map(({ name }) => name);
const HELP = `npm run images [-- <app>… options]

Bundles each app into one file and builds an OCI image with the Node of this repository and the C library of this
machine, without registry and daemon. Two builds of one commit have the same digests. See docs/how-to/build-images.md.

  <app>…             only these: ${names.join(', ')}
  --out <folder>     output folder (default dist/images):
                       bundles/<app>/        content of /app of an image; k8s/images/Dockerfile copies it
                       oci/                  all images as one OCI layout, for skopeo, crane, oras
                       images.tar            the same layout as one archive
                       import.sh             imports it into a node's containerd, by tag and digest
                       sbom/<app>.cdx.json   bill of materials, CycloneDX 1.6
                       images.json           repository, tag, digest and size of each
                       values.yaml           the same for Helm
  --registry <name>  prefix of the app's name (default localhost/cups)
  --tag <tag>        default: the version and the commit
  --bundles          bundles alone, for the Dockerfile
  --help             prints this text
`;

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: 'dist/images' },
      registry: { type: 'string', default: 'localhost/cups' },
      tag: { type: 'string' },
      bundles: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const root = join(import.meta.dirname, '../../..');
  const source = readSource(root);
  const options: BuildOptions = {
    root,
    apps: selectApps(positionals),
    out: resolve(values.out),
    source,
    tag: validateTag(values.tag ?? tagOf(source)),
    registry: values.registry,
    onProgress: progressSince(performance.now()),
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
  if (unknown.length > 0)
    throw new Error(`There is no app named ${unknown.join(', ')}; there are ${names.join(', ')}.`);
  return named.length > 0 ? APPS.filter(({ name }) => named.includes(name)) : APPS;
}

function validateTag(tag: string): string {
  if (/^\w[\w.-]{0,127}$/.test(tag)) return tag;
  throw new Error('--tag: letters, digits, dots, dashes and underscores, at most 128');
}

function progressSince(started: number): (line: string) => void {
  return (line) => console.log(`  ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}
