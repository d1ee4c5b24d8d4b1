import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import { watchKeySet } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';

/** A data key, encrypted under a key-encryption key. */
export interface WrappedKey {
  /** ID of the key-encryption key. */
  keyId: string;
  bytes: Buffer;
}

/**
 * Encrypts data keys under a key-encryption key. Both functions work locally: a provider of keys over a network fetches
 * its key at the start and at a rotation, and no request waits for it.
 */
export interface KeyWrapper {
  /** Encrypts with the current key. */
  wrap(dataKey: Buffer): WrappedKey;
  /** @throws Error if the key is not known or the bytes were changed */
  unwrap(wrapped: WrappedKey): Buffer;
  /** IDs of the keys that unwrap, the current one first. */
  keyIds(): readonly string[];
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Wraps with a key that is in memory. The first key wraps; all of them unwrap, so that keys can rotate. */
export function createKeyWrapper(keys: () => readonly SecretKey[]): KeyWrapper {
  return {
    wrap(dataKey) {
      const { kid, secret } = keys()[0]!;
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, secret, nonce).setAAD(Buffer.from(kid));
      const bytes = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
      return { keyId: kid, bytes };
    },
    unwrap({ keyId, bytes }) {
      const key = keys().find(({ kid }) => kid === keyId);
      if (!key) throw new Error('The key-encryption key of a data key is not in the key set.');
      const decipher = createDecipheriv(CIPHER, key.secret, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(Buffer.from(keyId)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    },
    keyIds: () => keys().map(({ kid }) => kid),
  };
}

/**
 * Wraps with the keys of a file: a JWK set of 256-bit keys with `use: enc`, reloaded on change.
 * @param name of the key set in logs, metrics and errors
 * @throws Error, one sentence, if the file is unusable or others can read it
 */
export function openKeyFile(
  file: string,
  { name, log, metrics }: { name: string; log: Log; metrics: Metrics },
): KeyWrapper {
  const check = (keys: readonly SecretKey[]) => {
    if (!keys.every(({ use }) => use === 'enc')) throw new Error(`The key set ${name} has a key that is not use: enc.`);
  };
  return createKeyWrapper(watchKeySet({ file, name, check, log, metrics }));
}
