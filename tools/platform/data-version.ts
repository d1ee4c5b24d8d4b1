import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The oldest version that migrations start from; it stores the form answers under `content` of an application. */
export const OLDEST_DATA_VERSION = 2;

/** The version that each exclusive migration leads to. Before such a migration `npm start` copies the store. */
export const VERSIONS_AFTER: Readonly<Record<string, number>> = { '0001-standard-names': 3 };

/** Version of the stored data. */
export const DATA_VERSION = Math.max(OLDEST_DATA_VERSION, ...Object.values(VERSIONS_AFTER));

const FILE = 'shape';

/** What a data folder holds. */
export type DataFolderState = 'new' | 'current' | 'older';

/**
 * Stamps an empty data folder with the data version, and copies the store of an older one to `store-version-<n>` before
 * it is migrated. Call `stampDataVersion` after the migration.
 * @param root folder that messages show paths relative to
 * @throws Error, one sentence with the remedy, for data that this release can neither read nor migrate
 */
export function claimDataVersion(dataDir: string, root: string): DataFolderState {
  const found = readDataVersion(dataDir);
  if (found === DATA_VERSION) return 'current';
  if (found === undefined) {
    stampDataVersion(dataDir);
    return 'new';
  }
  const shown = relative(root, dataDir) || '.';
  if (found > DATA_VERSION) {
    throw new Error(
      `The data in ${shown} has a newer data version (${found}, this release has ${DATA_VERSION}): ` +
        `start the release that wrote it, or revert its migrations with that release.`,
    );
  }
  if (found < OLDEST_DATA_VERSION) {
    const folder = shown === join('.cups', 'data') ? '' : ` --data ${shown}`;
    throw new Error(
      `The data in ${shown} has data version ${found}, from before migrations existed: ` +
        `\`npm run cups -- wipe${folder}\` removes it, or name another folder with --data.`,
    );
  }
  copyStore(dataDir, found);
  return 'older';
}

/** Records the version of the data. */
export function stampDataVersion(dataDir: string, version = DATA_VERSION): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, FILE), `${version}\n`);
}

/** Returns the name of the copy of a store, in its data folder. */
const storeCopyName = (version: number): string => `store-version-${version}`;

/** Copies the store, which does not run. An interrupted copy is repeated, a complete one stays. */
function copyStore(dataDir: string, version: number): void {
  const [store, copy] = [join(dataDir, 'store'), join(dataDir, storeCopyName(version))];
  if (!existsSync(store) || existsSync(copy)) return;
  const draft = `${copy}.part`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(store, draft, { recursive: true, preserveTimestamps: true });
  renameSync(draft, copy);
}

/** Returns the data version, or undefined without data. The first release wrote no stamp. */
function readDataVersion(dataDir: string): number | undefined {
  const file = join(dataDir, FILE);
  if (existsSync(file)) return Number(readFileSync(file, 'utf8').trim());
  return ['store', 'kafka'].some((part) => holdsData(join(dataDir, part))) ? 1 : undefined;
}

/** Whether a folder holds data. A newly mounted volume holds only files of its file system. */
function holdsData(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((entry) => entry !== 'lost+found');
}
