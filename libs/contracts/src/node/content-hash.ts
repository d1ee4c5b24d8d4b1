import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import { randomHex } from './random.ts';

/** Bytes of a salt. */
const SALT_BYTES = 16;

/** Returns a new salt, 16 bytes in lower-case hexadecimal digits. Store it with the content: the hash proves nothing without. */
export const newSalt = (): string => randomHex(SALT_BYTES);

/** Returns SHA-256 over the salt and the canonical JSON (RFC 8785) of a content, 32 bytes. */
export const hashContent = (salt: string, content: unknown): Buffer =>
  createHash('sha256').update(Buffer.from(salt, 'hex')).update(canonicalJson(content)).digest();
