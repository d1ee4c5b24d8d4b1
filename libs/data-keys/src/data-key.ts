import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { takeRandomBytes } from '@cups/contracts/node';

/** Size of a data key, bytes. */
const DATA_KEY_BYTES = 32;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** The bytes of a new data key, to wrap. */
export const createDataKeyBytes = (): Buffer => randomBytes(DATA_KEY_BYTES);

/**
 * The key of one owner. It seals with AES-256-GCM under a random nonce (NIST SP 800-38D). Sealed bytes are nonce,
 * ciphertext and tag: 28 bytes more than the plain ones. Neither a log line nor JSON shows the key.
 */
export class DataKey {
  /** Tells the key from all others, and reveals nothing about it. Sealed fields begin with it. */
  readonly id: Buffer;
  readonly #key: KeyObject;

  constructor(bytes: Uint8Array) {
    this.id = createHash('sha256').update('cups-data-key').update(bytes).digest().subarray(0, ID_BYTES);
    this.#key = createSecretKey(bytes);
  }

  /** @param place where the bytes belong, such as `applications|<ID>|content`: they open at this place only */
  seal(place: string, plain: Uint8Array): Buffer {
    const nonce = takeRandomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(place));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws Error if the bytes were changed, belong elsewhere or were sealed by another key */
  open(place: string, sealed: Uint8Array): Buffer {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('Sealed bytes are too short.');
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }
}
