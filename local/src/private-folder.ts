import { chmod, mkdir } from 'node:fs/promises';

/** Makes the folder, or closes the one that is there: what lies in it is for its owner only. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}
