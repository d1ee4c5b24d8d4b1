import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The shape of what the services keep in a data folder. Raise it when documents of an older release cannot be read any
 * more and nothing lifts them. Of 2: what the desk fills in stands under `content` of an application.
 */
export const DATA_VERSION = 2;

const FILE = 'shape';

/**
 * Stamps an empty data folder with the shape of this release, and lets no other data be started on: services that met
 * documents of another shape would fail one by one, in the middle of somebody's work.
 * @param root what the folder is shown relative to, as a person names it
 * @throws Error with one sentence that says what to do
 */
export function claimDataVersion(dataDir: string, root: string): void {
  const found = readDataVersion(dataDir);
  if (found === DATA_VERSION) return;
  if (found !== undefined) {
    const shown = relative(root, dataDir) || '.';
    const folder = shown === join('.cups', 'data') ? '' : ` -- --data ${shown}`;
    const age = found < DATA_VERSION ? 'an older' : 'a newer';
    throw new Error(
      `The data in ${shown} is of ${age} shape (${found}, this release has ${DATA_VERSION}) and cannot be used: ` +
        `\`npm run wipe${folder}\` removes it, or name another folder with --data.`,
    );
  }
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, FILE), `${DATA_VERSION}\n`);
}

/** The shape of what is there; undefined when there are no data. The first release wrote no stamp. */
function readDataVersion(dataDir: string): number | undefined {
  const file = join(dataDir, FILE);
  if (existsSync(file)) return Number(readFileSync(file, 'utf8').trim());
  return ['store', 'kafka'].some((part) => holdsData(join(dataDir, part))) ? 1 : undefined;
}

/** Whether a folder holds anything: a volume that was just mounted is empty, but for what its file system keeps there. */
function holdsData(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((entry) => entry !== 'lost+found');
}
