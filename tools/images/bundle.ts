import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { MAIN } from './apps.ts';
import type { App } from './apps.ts';
import { FILE_MODE, FOLDER_MODE, readTree } from './files.ts';
import { packagesOf } from './packages.ts';
import type { Package } from './packages.ts';

/** Packages that drivers use when somebody has installed them; with native parts, most of them. We go without. */
const OPTIONAL = [
  '@aws-sdk/credential-providers',
  '@mongodb-js/zstd',
  'gcp-metadata',
  'kerberos',
  'mongodb-client-encryption',
  'snappy',
  'socks',
];

export interface Bundle {
  /** What becomes `/app` of the image: the bundle, what it reads beside it, licences. */
  folder: string;
  /** Of the bundle itself. */
  bytes: number;
  /** What of npm is in it. */
  packages: Package[];
}

/**
 * Makes the folder of an app, afresh: all its code in one file for Node 24 without packages, readable as it was written.
 * @param folder is emptied first
 */
export async function bundleApp(root: string, app: App, folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const inputs = await bundleFile(root, app.entry, join(folder, MAIN));
  if (app.page) inputs.push(...copyPage(root, app.page, folder));
  if (app.site) copySite(root, app.site, folder);
  const packages = packagesOf(root, inputs);
  for (const path of app.reads) copyDataPath(root, path, folder);
  copyDataPath(root, 'LICENSE', folder);
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), collectNotices(packages));
  openForReading(folder);
  return { folder, bytes: statSync(join(folder, MAIN)).size, packages };
}

/**
 * @returns the files that are really in the bundle, from the root
 * @throws Error when it would import a package that is not in it: esbuild leaves out in silence what a `try` asks for
 */
async function bundleFile(root: string, entry: string, outfile: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: OPTIONAL,
    legalComments: 'none',
    logLevel: 'error',
    metafile: true,
    // Packages that are CommonJS ask for a require of their own.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const outputs = Object.values(metafile.outputs);
  const missing = outputs.flatMap(({ imports }) => imports.map(({ path }) => path)).filter((path) => !exists(path));
  if (missing.length > 0) throw new Error(`The bundle of ${entry} would need at its start: ${missing.join(', ')}.`);
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

/** Whether an import is answered without packages: by Node, or by nobody on purpose. */
const exists = (path: string): boolean => isBuiltin(path) || OPTIONAL.includes(path);

/**
 * @returns the files of npm that the page was made from, from the root
 * @throws Error when the page is not built
 */
function copyPage(root: string, page: string, folder: string): string[] {
  const sources = join(root, page, 'sources.json');
  if (!existsSync(sources)) throw new Error(`${page} is not built: npm run build.`);
  cpSync(join(root, page), join(folder, page), { recursive: true });
  return JSON.parse(readFileSync(sources, 'utf8')) as string[];
}

/** @throws Error when the site is not built */
function copySite(root: string, site: string, folder: string): void {
  if (!existsSync(join(root, site, 'index.html'))) throw new Error(`${site} is not built: npm run build.`);
  cpSync(join(root, site), join(folder, site), { recursive: true });
}

/** A folder without what only its authors need: of proto/, the contracts alone. */
function copyDataPath(root: string, path: string, folder: string): void {
  const isFolder = statSync(join(root, path)).isDirectory();
  const files = isFolder ? readTree(join(root, path)).map((file) => join(path, file)) : [path];
  for (const file of files.filter((one) => !isFolder || one.endsWith('.proto'))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

/** Whatever the umask here is: the user of an image reads what root owns, and `docker build` copies the bits as they are. */
function openForReading(folder: string): void {
  chmodSync(folder, FOLDER_MODE);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? FOLDER_MODE : FILE_MODE);
  }
}

function collectNotices(packages: readonly Package[]): string {
  const rule = '-'.repeat(80);
  return packages
    .map(({ name, version, license, notices }) =>
      [rule, `${name} ${version} (${license ?? 'see below'})`, rule, ...notices, ''].join('\n\n'),
    )
    .join('');
}
