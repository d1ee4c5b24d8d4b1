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
import { BUNDLE_OPTIONS, OPTIONAL_PACKAGES } from '../../platform/bundles.ts';
import { MAIN } from './apps.ts';
import type { App } from './apps.ts';
import { FILE_MODE, FOLDER_MODE, readTree } from './files.ts';
import { copyNatives } from './natives.ts';
import { packagesOf } from './packages.ts';
import type { Package } from './packages.ts';

export interface Bundle {
  /** Folder for `/app` of the image: bundle, data and licences. */
  folder: string;
  /** Size of the bundle. */
  bytes: number;
  /** npm packages in it. */
  packages: Package[];
}

/**
 * Builds an app's folder: the code of each program in one readable file for Node 24, without packages except native ones.
 * @param folder emptied first
 */
export async function bundleApp(root: string, app: App, folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { natives = [], programs = {} } = app;
  const inputs: string[] = [];
  for (const [file, entry] of Object.entries({ [MAIN]: app.entry, ...programs })) {
    inputs.push(...(await bundleFile(root, entry, join(folder, file), natives)));
  }
  inputs.push(...copyNatives(root, natives, folder));
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
 * @returns the files in the bundle, relative to the root
 * @throws Error when the bundle imports an external package: esbuild silently leaves out a `require` in a `try`
 */
async function bundleFile(root: string, entry: string, outfile: string, natives: readonly string[]): Promise<string[]> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    metafile: true,
  });
  const outputs = Object.values(metafile.outputs);
  const missing = outputs
    .flatMap(({ imports }) => imports.map(({ path }) => path))
    .filter((path) => !exists(path, natives));
  if (missing.length > 0) throw new Error(`The bundle of ${entry} would need at its start: ${missing.join(', ')}.`);
  const inputs = outputs.flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

/** Whether an import resolves: to Node, to a package beside the bundle, or deliberately to nothing. */
const exists = (path: string, natives: readonly string[]): boolean =>
  isBuiltin(path) || natives.includes(path) || OPTIONAL_PACKAGES.includes(path);

/**
 * @returns the npm files of the page, relative to the root
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

/** Copies a folder without authoring files: of proto/, only the contracts. */
function copyDataPath(root: string, path: string, folder: string): void {
  const isFolder = statSync(join(root, path)).isDirectory();
  const files = isFolder ? readTree(join(root, path)).map((file) => join(path, file)) : [path];
  for (const file of files.filter((one) => !isFolder || one.endsWith('.proto'))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

/** Sets modes regardless of the umask: the image's user reads files of root, and `docker build` copies the modes. */
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
