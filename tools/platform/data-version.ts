import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Version of the stored data. Raise it when a release cannot read older documents and does not migrate them. Version 2
 * stores the form answers under `content` of an application.
 */
export const DATA_VERSION = 2;

const FILE = 'shape';

/**
 * Stamps an empty data folder with the data version, and refuses data of another version before services fail on it.
 * @param root folder that messages show paths relative to
 * @throws Error, one sentence with the remedy
 */
export function claimDataVersion(dataDir: string, root: string): void {
  const found = readDataVersion(dataDir);
  if (found === DATA_VERSION) return;
  if (found !== undefined) {
    const shown = relative(root, dataDir) || '.';
    const folder = shown === join('.cups', 'data') ? '' : ` -- --data ${shown}`;
    const age = found < DATA_VERSION ? 'an older' : 'a newer';
    throw new Error(
      `The data in ${shown} has ${age} data version (${found}, this release has ${DATA_VERSION}): ` +
        `\`npm run wipe${folder}\` removes it, or name another folder with --data.`,
    );
  }
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, FILE), `${DATA_VERSION}\n`);
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
