import { chmod, mkdir } from 'node:fs/promises';

/** Creates the folder, or restricts an existing one, so that only its owner has access. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}
