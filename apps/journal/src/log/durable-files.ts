import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only the owner reads entries and salts. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** Writes a file whole, or not at all: a draft, its sync, a rename, and the sync of the folder. */
export async function writeDurably(path: string, content: string | Buffer): Promise<void> {
  const folder = dirname(path);
  await createFolder(folder);
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', FILE_MODE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(folder);
}

/** Creates missing folders, each synced into its parent. */
export async function createFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (first === undefined) return;
  for (let created = folder; created.length >= first.length; created = dirname(created))
    await syncFolder(dirname(created));
}

/** Makes the names of a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
