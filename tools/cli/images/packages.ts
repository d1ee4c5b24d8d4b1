import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A package in an image. */
export interface Package {
  name: string;
  version: string;
  /** SPDX expression or name, as its author wrote it. */
  license: string | undefined;
  description: string | undefined;
  homepage: string | undefined;
  /** Texts of its licence and notices. */
  notices: string[];
}

const NOTICE = /^(?:licen[cs]e|copying|notice)/i;

/**
 * Returns the npm packages of bundled files, by name and version. Files of the repository belong to none.
 * @param files paths from the root, as esbuild lists them
 * @throws Error when a file is in no package
 */
export function packagesOf(root: string, files: Iterable<string>): Package[] {
  const folders = new Set<string>();
  for (const file of files) if (file.includes('node_modules/')) folders.add(packageFolder(root, file));
  const found = new Map<string, Package>();
  for (const folder of folders) {
    const one = readPackage(folder);
    found.set(`${one.name}@${one.version}`, one);
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** Finds the nearest package.json with name and version: some nested ones only set `type`. */
function packageFolder(root: string, file: string): string {
  for (let folder = dirname(join(root, file)); folder.includes('node_modules'); folder = dirname(folder)) {
    if (isPackage(join(folder, 'package.json'))) return folder;
  }
  throw new Error(`${file} lies in no package.`);
}

function isPackage(file: string): boolean {
  if (!existsSync(file)) return false;
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Package>;
  return name !== undefined && version !== undefined;
}

function readPackage(folder: string): Package {
  const { name, version, license, description, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Package;
  const notices = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && NOTICE.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  return {
    name,
    version,
    license: typeof license === 'string' ? license : undefined,
    description,
    homepage,
    notices: notices.map((notice) => readFileSync(join(folder, notice), 'utf8').trim()),
  };
}
