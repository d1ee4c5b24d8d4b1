import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readTree } from './files.ts';

/** Packages with native code: no bundle can hold their files, so they lie beside it with everything that they load. */

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** Files that no program loads. */
const IGNORED = /\.(?:d\.[cm]?ts|map|md|h|cc|cpp|gyp)$/;

/**
 * Copies packages, and what they depend on, into `node_modules` of a folder. Optional dependencies are copied where they
 * are installed: those for this machine's system and processor.
 * @returns the copied files, relative to the root
 * @throws Error when a package is not installed
 */
export function copyNatives(root: string, names: readonly string[], folder: string): string[] {
  const files = listFiles(root, names);
  for (const file of files) cpSync(file, join(folder, relative(root, file)));
  return files.map((file) => relative(root, file));
}

/**
 * Returns the paths of the shared objects in packages and in what they depend on.
 * @throws Error when a package is not installed
 */
export const listSharedObjects = (root: string, names: readonly string[]): string[] =>
  listFiles(root, names).filter((file) => /\.(?:node|so(?:\.\d+)*)$/.test(file));

function listFiles(root: string, names: readonly string[]): string[] {
  const found = new Set<string>();
  for (const name of names) collectPackages(root, name, root, found);
  return [...found].flatMap((place) =>
    readTree(place)
      .filter((file) => !IGNORED.test(file) && !file.startsWith('node_modules/'))
      .map((file) => join(place, file)),
  );
}

/** Adds a package and its dependencies by folder, as Node would resolve them from `from`. */
function collectPackages(root: string, name: string, from: string, found: Set<string>): void {
  const place = findPackage(root, name, from);
  if (place === undefined) throw new Error(`The package ${name} is not installed: npm ci.`);
  if (found.has(place)) return;
  found.add(place);
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(place, 'package.json'), 'utf8'),
  ) as Manifest;
  for (const one of Object.keys(dependencies)) collectPackages(root, one, place, found);
  for (const one of Object.keys(optionalDependencies)) {
    if (findPackage(root, one, place) !== undefined) collectPackages(root, one, place, found);
  }
}

/** Returns the folder of a package, nearest to `from`, or undefined. */
function findPackage(root: string, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}
