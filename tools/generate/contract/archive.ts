import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';

/** The archive for agencies. Reproducible: the same files give the same bytes. */

export interface Archive {
  /** cups-agency-contract-<version>.zip */
  name: string;
  bytes: Uint8Array;
  /** Checksum in `sha256sum` format. */
  checksum: string;
  /** Paths of its files, without the top folder. */
  files: string[];
}

/** Paths in `libs/agency-contract`, and in the archive. */
const ARCHIVED_PATHS: readonly (readonly [from: string, to: string])[] = [
  ['README.md', 'README.md'],
  ['CHANGELOG.md', 'CHANGELOG.md'],
  ['agency-api.yaml', 'agency-api.yaml'],
  ['published', '.'],
  ...['samples', 'corpus', 'reference', 'examples'].map((folder) => [folder, folder] as const),
];
/** Build and editor output beside the examples. */
const IGNORED_PATHS = /(^|\/)(target|node_modules|__pycache__|\..*|.*\.(class|pyc|log))(\/|$)/;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * @param root repository root, with contract, licence, and the kit's tarball if packed
 * @param version version of the contract
 */
export function buildArchive(root: string, version: string): Archive {
  const files = new Map<string, Uint8Array>();
  const contract = join(root, 'libs/agency-contract');
  for (const [from, to] of ARCHIVED_PATHS) {
    for (const [path, bytes] of readFiles(join(contract, from))) files.set(join(to, path), bytes);
  }
  files.set('LICENSE', readFileSync(join(root, 'LICENSE')));
  for (const [path, bytes] of readFiles(join(root, 'libs/agency-kit/dist'))) {
    if (path.endsWith('.tgz')) files.set(path, bytes);
  }
  const paths = [...files.keys()].sort();
  const sums = paths.map((path) => `${sha256(files.get(path)!)}  ${path}\n`).join('');
  files.set('SHA256SUMS', Buffer.from(sums));
  return { ...zipFiles(`cups-agency-contract-${version}`, files), files: [...paths, 'SHA256SUMS'] };
}

/** Returns a file, or the files under a folder, by path; none if missing. */
function readFiles(place: string): [string, Uint8Array][] {
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [['', readFileSync(place)]];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(place, join(entry.parentPath, entry.name)))
    .filter((path) => !IGNORED_PATHS.test(path))
    .map((path) => [path, readFileSync(join(place, path))]);
}

function zipFiles(folder: string, files: Map<string, Uint8Array>): Omit<Archive, 'files'> {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [`${folder}/${path}`, bytes]);
  // ZIP stores local time: this one is the same in every time zone.
  const bytes = zipSync(Object.fromEntries(entries) as Record<string, Uint8Array>, {
    level: 9,
    mtime: new Date(1980, 0, 1),
  });
  const name = `${folder}.zip`;
  return { name, bytes, checksum: `${sha256(bytes)}  ${name}\n` };
}
