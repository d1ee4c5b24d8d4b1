import type { TlsFileContents } from '@cups/rpc/certificate';

/** Storage of keys: a folder, or Secrets and a ConfigMap of a cluster. */
export interface KeyStore {
  /** @returns undefined when it is missing */
  read(item: KeyItem): Promise<string | undefined>;
  write(item: KeyItem, text: string): Promise<void>;
  /** Writes files of one folder or Secret, which a pod sees change together. */
  writeTogether(entries: readonly (readonly [KeyItem, string])[]): Promise<void>;
  remove(item: KeyItem): Promise<void>;
  /** DNS names of a service. */
  hosts(service: string): string[];
}

/**
 * A stored item. `private` is the active key and `next` the published one; `public` holds all valid public keys. `secret` is
 * the key of intake's request fingerprints. `set` is a key set of one service, `shared-set` one of several. `kafka` is the
 * password of a Kafka user. `tls` is a service certificate, `authority` the active authority and `next-authority` the next.
 */
export type KeyItem =
  | { kind: 'private' | 'next' | 'public'; service: string }
  | { kind: 'secret' }
  | { kind: 'set'; service: string; file: string }
  | { kind: 'shared-set'; name: string; file: string }
  | { kind: 'kafka'; user: string }
  | { kind: 'tls'; service: string; file: TlsFile }
  | { kind: 'authority' | 'next-authority'; file: TlsFile };
export type TlsFile = keyof TlsFileContents;

/** Returns the file name of an item, also in a Secret or ConfigMap. */
export function fileOf(item: KeyItem): string {
  switch (item.kind) {
    case 'private':
      return `${item.service}.key.jwk`;
    case 'next':
      return `${item.service}.next.key.jwk`;
    case 'public':
      return `${item.service}.jwk`;
    case 'secret':
      return 'intake.secret';
    case 'set':
    case 'shared-set':
      return item.file;
    case 'kafka':
      return 'password';
    case 'tls':
    case 'authority':
    case 'next-authority':
      return item.file;
  }
}
