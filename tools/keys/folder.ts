import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileOf } from './place.ts';
import type { Item, KeyPlace } from './place.ts';

/**
 * Keys in a folder as the services read it (`CUPS_KEYS`): private ones for their owner only, public ones in `public/`. Passwords of
 * users of Kafka are in `kafka/`, a file named after each, as the job of topics reads them (`KAFKA_USERS_DIR`).
 */
export function keyFolder(dir: string): KeyPlace {
  const pathOf = (item: Item) => {
    if (item.kind === 'kafka') return join(dir, 'kafka', item.user);
    return item.kind === 'public' ? join(dir, 'public', fileOf(item)) : join(dir, fileOf(item));
  };
  return {
    read: (item) =>
      readFile(pathOf(item), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw new Error(`${pathOf(item)} cannot be read: ${error.code}.`);
      }),
    async write(item, text) {
      const path = pathOf(item);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Readers see the old one or the new one, never half of one.
      const next = `${path}.${process.pid}.new`;
      await writeFile(next, text, { mode: item.kind === 'public' ? 0o644 : 0o600 });
      await rename(next, path);
    },
    remove: (item) => rm(pathOf(item), { force: true }),
  };
}
