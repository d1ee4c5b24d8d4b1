import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The log of the journal in a backup: a copy of its folder, without its index, which the journal builds from it. */

const CHECKPOINT = 'checkpoint';
const INDEX = 'index';
/** Only the first pass copies the whole log; a later one copies the few files of the appends since. */
const MAX_PASSES = 100;

/** What a backup lacks whose log is elsewhere, for its manifest. */
export const EXCLUDED_LOG =
  'The log of the journal, which is on a volume of its own. Back up that volume, and never restore an older copy while a newer one exists.';

/**
 * Copies the log while the journal appends to it. An append removes the partial tiles and bundles of the former
 * checkpoint: a copy is whole only if the checkpoint stayed the same meanwhile, and is brought up to date until it did.
 * @param copyFile replaceable by tests
 * @returns whether there was a log
 * @throws Error, one sentence, when an append happened during every pass
 */
export function copyLog(from: string, to: string, copyFile = copyWithTimes): boolean {
  const checkpoint = join(from, CHECKPOINT);
  if (!existsSync(checkpoint)) return false;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const note = readFileSync(checkpoint);
    if (update(from, to, copyFile) && note.equals(readFileSync(checkpoint))) return true;
  }
  throw new Error(
    `The log in ${from} changed during ${MAX_PASSES} copies: repeat the backup when the platform is less busy.`,
  );
}

/** Makes a folder equal to the log in another. @returns false if a file was removed before its copy */
function update(from: string, to: string, copyFile: typeof copyWithTimes): boolean {
  const files = new Set(listFiles(from));
  for (const file of listFiles(to)) if (!files.has(file)) rmSync(join(to, file));
  try {
    for (const file of files) {
      if (file === CHECKPOINT || !isSame(join(from, file), join(to, file))) copyFile(join(from, file), join(to, file));
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Returns the paths of the files in the folder of a log, without its index. */
function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(`${INDEX}/`));
}

/** Whether a file was copied and not written since. Files of a log are replaced whole, so their times differ. */
function isSame(from: string, to: string): boolean {
  if (!existsSync(to)) return false;
  const [source, copy] = [statSync(from), statSync(to)];
  return source.size === copy.size && source.mtime.getTime() === copy.mtime.getTime();
}

function copyWithTimes(from: string, to: string): void {
  const { atime, mtime } = statSync(from);
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  copyFileSync(from, to);
  utimesSync(to, atime, mtime);
}
