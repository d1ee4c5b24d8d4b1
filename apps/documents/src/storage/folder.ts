import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { mkdir, open, opendir, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Storage, StoredObject } from './port.ts';
import { toStorageProblem } from './storage-problem.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

const hasCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as { code?: string }).code ?? '');

/**
 * Stores objects as files below a folder that only its owner can read.
 * @throws Error if the folder cannot be created
 */
export function openFolderStorage(root: string): Storage {
  mkdirSync(root, { recursive: true, mode: FOLDER_MODE });
  const pathOf = (key: string): string => join(root, key);
  return {
    put: (key, bytes) => run(() => writeDurably(root, pathOf(key), bytes)),
    get: (key) => run(() => ignoreMissing(readFile(pathOf(key)))),
    remove: (key) => run(() => removeFile(root, pathOf(key))),
    removeDocument: (document) => run(() => removeFolder(root, pathOf(document))),
    list: () => listObjects(root),
    close: () => Promise.resolve(),
  };
}

async function run<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageProblem(error);
  }
}

async function ignoreMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/**
 * Writes a file that is complete under its name after a power cut: the bytes are synced before the rename, the name
 * after it.
 */
async function writeDurably(root: string, path: string, bytes: Buffer): Promise<void> {
  const folder = dirname(path);
  await createFolder(root, folder);
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    const file = await open(partial, 'wx', FILE_MODE);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    // A full disk must not stay full because of the attempt. After a crash the sweep removes the file.
    await unlink(partial).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** Creates the missing folders below the root, each synced into its parent. */
async function createFolder(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!hasCode(error, 'ENOENT') || dirname(folder) === folder) throw error;
    await createFolder(root, dirname(folder));
    return createFolder(root, folder);
  }
  await syncFolder(dirname(folder));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeFile(root: string, path: string): Promise<void> {
  await ignoreMissing(unlink(path));
  // The last file takes its empty folders along.
  for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (hasCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) return;
      throw error;
    }
  }
}

async function removeFolder(root: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await syncFolder(root);
}

async function* listObjects(root: string): AsyncGenerator<StoredObject> {
  for await (const { name: document } of await run(() => opendir(root))) {
    for (const entry of await run(() => ignoreNoFolder(join(root, document)))) {
      const key = `${document}/${entry}`;
      const found = await run(() => ignoreMissing(stat(join(root, key))));
      if (found?.isFile()) yield { key, time: found.mtime };
    }
  }
}

/** Returns the names below a document's folder; none if it was removed meanwhile or is no folder. */
async function ignoreNoFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive: true })).sort();
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
