import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Returns a folder in `.cups/` that `make` filled once for this content; it appears complete or not at all. */
export async function once(name: string, content: string, make: (folder: string) => Promise<void>): Promise<string> {
  const sum = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const folder = join(root, '.cups/clients', `${name}-${sum}`);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await make(draft);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
