import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileOf } from './key-store.ts';
import type { KeyItem, KeyStore } from './key-store.ts';

/**
 * Keys in a folder, as services read it (`KEYS_DIR`). Private keys are readable by their owner only, public keys are in
 * `public/`. `kafka/` holds the passwords of Kafka users for the topics job (`KAFKA_USERS_DIR`), and `tls/<service>/` the
 * certificates (GRPC_TLS_DIR). `authority/` holds the certificate authority, which no service needs.
 */
export function openFolderKeyStore(dir: string): KeyStore {
  const pathOf = (item: KeyItem) => pathIn(dir, item);
  const write = async (item: KeyItem, text: string) => {
    const path = pathOf(item);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Atomic: readers see the old file or the new one.
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
      // One after the other: a reader waits until a certificate and its key match.
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

/** Returns the folder of a service's certificate, for its GRPC_TLS_DIR. */
export const tlsFolderPath = (dir: string, service: string): string => join(dir, 'tls', service);
