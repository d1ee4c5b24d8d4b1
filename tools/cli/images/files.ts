import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Entry } from './tar.ts';

export const FILE_MODE = 0o644;
export const FOLDER_MODE = 0o755;
const PROGRAM_MODE = 0o755;

/** Returns the sorted relative paths of the files under a folder. */
export function readTree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Returns a file as archive entry: executable if it is so here, and writable by root only. */
export function entryOf(file: string, path: string): Entry {
  const mode = statSync(file).mode & 0o111 ? PROGRAM_MODE : FILE_MODE;
  return { path, mode, content: readFileSync(file) };
}

export const textEntry = (path: string, text: string): Entry => ({ path, mode: FILE_MODE, content: Buffer.from(text) });

/** Returns a folder as archive entries. */
export const entriesOf = (folder: string, under: string): Entry[] =>
  readTree(folder).map((file) => entryOf(join(folder, file), `${under}/${file}`));
