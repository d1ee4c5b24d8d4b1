import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CHUNK_BYTES } from '../domain/limits.ts';

/**
 * Seals content in chunks (AES-256-GCM, NIST SP 800-38D). A sealed chunk is nonce, ciphertext and tag. The document, the
 * role of the content, the position of the chunk and whether it is the last one are associated data: a chunk that was
 * moved, exchanged, cut or appended does not open.
 */

/** Size of a data key, bytes. */
const DATA_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** What a document consists of: its upload, the content after the check if that differs, and a preview. */
export type ContentRole = 'upload' | 'content' | 'preview';

/** Where a chunk belongs. */
export interface ChunkPlace {
  /** ID of the document. */
  document: string;
  role: ContentRole;
  /** From 0. */
  index: number;
  isLast: boolean;
}

export const createDataKey = (): Buffer => randomBytes(DATA_KEY_BYTES);

/** Returns the number of chunks of a content. @param size bytes */
export const countChunks = (size: number): number => Math.ceil(size / CHUNK_BYTES);

export function sealChunk(key: Buffer, place: ChunkPlace, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(associatedData(place));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if the chunk was changed or belongs elsewhere */
export function openChunk(key: Buffer, place: ChunkPlace, sealed: Buffer): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new Error('A chunk of a document is too short.');
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(associatedData(place)).setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** No part contains the separator. */
const associatedData = ({ document, role, index, isLast }: ChunkPlace): Buffer =>
  Buffer.from([document, role, index, isLast ? 'last' : 'more'].join('|'));
