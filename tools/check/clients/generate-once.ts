import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createOnce } from '@cups/local';

const root = join(import.meta.dirname, '../../..');

/** Returns a folder in `.cups/` that `make` filled once for this content; it appears complete or not at all. */
export async function generateOnce(
  name: string,
  content: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const sum = createHash('sha256').update(content).digest('hex').slice(0, 12);
  const folder = join(root, '.cups/clients', `${name}-${sum}`);
  await createOnce(folder, make);
  return folder;
}
