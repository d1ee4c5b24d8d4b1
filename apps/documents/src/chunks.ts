import type { DataKey } from '@cups/data-keys';
import { CHUNK_BYTES } from './domain/limits.ts';

/**
 * Seals content in chunks, under the data key of the document. The document, the role of the content, the position of the
 * chunk and whether it is the last one are associated data: a chunk that was moved, exchanged, cut or appended does not
 * open.
 */

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

/** Returns the number of chunks of a content. @param size bytes */
export const countChunks = (size: number): number => Math.ceil(size / CHUNK_BYTES);

export const sealChunk = (key: DataKey, place: ChunkPlace, plain: Uint8Array): Buffer => key.seal(format(place), plain);

/** @throws Error if the chunk was changed or belongs elsewhere */
export const openChunk = (key: DataKey, place: ChunkPlace, sealed: Buffer): Buffer => key.open(format(place), sealed);

/** No part contains the separator. */
const format = ({ document, role, index, isLast }: ChunkPlace): string =>
  [document, role, index, isLast ? 'last' : 'more'].join('|');
