import type { TlsFileContents } from '@cups/rpc/certificate';

/** Where keys are kept: a folder, or Secrets and a ConfigMap of a cluster. */
export interface KeyStore {
  /** @returns undefined when it is not there */
  read(item: KeyItem): Promise<string | undefined>;
  write(item: KeyItem, text: string): Promise<void>;
  /** Several files of one folder or Secret; a pod sees all of them change together. */
  writeTogether(entries: readonly (readonly [KeyItem, string])[]): Promise<void>;
  remove(item: KeyItem): Promise<void>;
  /** The DNS names under which a service is called here. */
  hosts(service: string): string[];
}

/**
 * What is kept. `private` signs now and `next` will; `public` holds every key that counts; `secret` is what intake makes
 * fingerprints of requests with; `set` is a file of secret keys that a service has for itself, `shared-set` one that a few have alone; `kafka` is the password of a user of
 * Kafka. `tls` is the certificate of a service, `authority` what certifies now and `next-authority` what will.
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

/** The name of an item's file, also within a Secret or ConfigMap. */
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
