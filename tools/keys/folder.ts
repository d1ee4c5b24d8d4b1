import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileOf } from './key-store.ts';
import type { KeyItem, KeyStore } from './key-store.ts';

/**
 * Keys in a folder as the services read it (`CUPS_KEYS`): private ones for their owner only, public ones in `public/`. Passwords of
 * users of Kafka are in `kafka/`, a file named after each, as the job of topics reads them (`KAFKA_USERS_DIR`); certificates in
 * `tls/<service>/`, as GRPC_TLS_DIR names it, and what makes them in `authority/`, which no service needs.
 */
export function openFolderKeyStore(dir: string): KeyStore {
  const pathOf = (item: KeyItem) => pathIn(dir, item);
  const write = async (item: KeyItem, text: string) => {
    const path = pathOf(item);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Readers see the old one or the new one, never half of one.
    const next = `${path}.${process.pid}.new`;
    await writeFile(next, text, { mode: item.kind === 'public' ? 0o644 : 0o600 });
    await rename(next, path);
  };
  return {
    read: (item) =>
      readFile(pathOf(item), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw new Error(`${pathOf(item)} cannot be read: ${error.code}.`);
      }),
    write,
    async writeTogether(entries) {
      // One after the other: whoever reads a certificate and the key of another waits for the rest.
      for (const [item, text] of entries) await write(item, text);
    },
    remove: (item) => rm(pathOf(item), { force: true }),
    hosts: (service) => [service, 'localhost'],
  };
}

function pathIn(dir: string, item: KeyItem): string {
  const file = fileOf(item);
  switch (item.kind) {
    case 'kafka':
      return join(dir, 'kafka', item.user);
    case 'public':
      return join(dir, 'public', file);
    case 'tls':
      return join(tlsFolderPath(dir, item.service), file);
    case 'authority':
      return join(dir, 'authority', file);
    case 'next-authority':
      return join(dir, 'authority', 'next', file);
    default:
      return join(dir, file);
  }
}

/** Where the certificate of a service is in such a folder: what its GRPC_TLS_DIR names. */
export const tlsFolderPath = (dir: string, service: string): string => join(dir, 'tls', service);
