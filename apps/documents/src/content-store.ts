import { randomBytes } from 'node:crypto';
import type { DataKey, DataKeys } from '@cups/data-keys';
import { Problem } from '@cups/problem';
import { countChunks, openChunk, sealChunk } from './chunks.ts';
import type { ChunkPlace, ContentRole } from './chunks.ts';
import { CHUNK_BYTES } from './domain/limits.ts';
import type { Storage } from './storage/port.ts';

/** A content in storage: its chunks have random names, so that no writer replaces what another one acknowledged. */
export interface StoredContent {
  document: string;
  role: ContentRole;
  /** Names of the chunks, in order. */
  chunks: readonly string[];
  /** Bytes. */
  size: number;
}

/** Chunks that are read or written at the same time. */
const CONCURRENCY = 4;

const keyOf = ({ document, role, index }: ChunkPlace, name: string): string => `${document}/${role}/${index}-${name}`;

/** Returns the keys of the objects that a content consists of. */
export const objectKeys = ({ document, role, chunks }: Omit<StoredContent, 'size'>): string[] =>
  chunks.map((name, index) => keyOf({ document, role, index, isLast: false }, name));

/** Reads and writes sealed content. */
export class ContentStore {
  readonly #storage: Storage;
  readonly #dataKeys: Pick<DataKeys, 'find'>;

  constructor(storage: Storage, dataKeys: Pick<DataKeys, 'find'>) {
    this.#storage = storage;
    this.#dataKeys = dataKeys;
  }

  /**
   * Stores one chunk durably. @returns its name
   * @throws Problem NOT_FOUND after the key was destroyed; STORAGE_FULL, STORE_UNAVAILABLE; UnreadableKeyError
   */
  async writeChunk(place: ChunkPlace, plain: Uint8Array): Promise<string> {
    return this.#putChunk(await this.#keyOf(place.document), place, plain);
  }

  /** Stores a whole content. @returns the names of its chunks */
  async write(document: string, role: ContentRole, content: Buffer): Promise<string[]> {
    const key = await this.#keyOf(document);
    const count = countChunks(content.length);
    return inOrder(count, (index) => {
      const plain = content.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      return this.#putChunk(key, { document, role, index, isLast: index === count - 1 }, plain);
    });
  }

  /**
   * Returns the bytes from `offset`, at most `limit`; fewer only at the end.
   * @throws Problem NOT_FOUND after the key was destroyed; Error for a missing or changed chunk, or a lost key
   */
  async read(content: StoredContent, offset: number, limit: number): Promise<Buffer> {
    const end = Math.min(offset + limit, content.size);
    if (offset >= end) return Buffer.alloc(0);
    const key = await this.#keyOf(content.document);
    const first = Math.floor(offset / CHUNK_BYTES);
    const count = countChunks(end) - first;
    const chunks = await inOrder(count, (at) => this.#readChunk(key, content, first + at));
    const start = first * CHUNK_BYTES;
    return Buffer.concat(chunks).subarray(offset - start, end - start);
  }

  /** Reads the whole content, chunk by chunk. */
  async *stream(content: StoredContent): AsyncGenerator<Buffer> {
    const key = await this.#keyOf(content.document);
    for (let index = 0; index < content.chunks.length; index += 1) yield this.#readChunk(key, content, index);
  }

  /** Removes a chunk that no record names. */
  discardChunk(place: ChunkPlace, name: string): Promise<void> {
    return this.#storage.remove(keyOf(place, name));
  }

  /** Removes the chunks of a content that no record names. */
  async discard(content: Omit<StoredContent, 'size'>): Promise<void> {
    for (const key of objectKeys(content)) await this.#storage.remove(key);
  }

  async #putChunk(key: DataKey, place: ChunkPlace, plain: Uint8Array): Promise<string> {
    const name = randomBytes(8).toString('hex');
    await this.#storage.put(keyOf(place, name), sealChunk(key, place, plain));
    return name;
  }

  async #readChunk(key: DataKey, { document, role, chunks, size }: StoredContent, index: number): Promise<Buffer> {
    const place = { document, role, index, isLast: index === countChunks(size) - 1 };
    const sealed = await this.#storage.get(keyOf(place, chunks[index]!));
    if (!sealed) throw new DamagedContentError(document);
    try {
      return openChunk(key, place, sealed);
    } catch {
      throw new DamagedContentError(document);
    }
  }

  async #keyOf(document: string): Promise<DataKey> {
    const key = await this.#dataKeys.find(document);
    if (!key) throw new Problem({ reason: 'NOT_FOUND', message: 'Document not found.' });
    return key;
  }
}

/** A chunk that is missing or was changed in storage. */
export class DamagedContentError extends Error {
  override readonly name = 'DamagedContentError';
  /** ID of the document. */
  readonly document: string;

  constructor(document: string) {
    super('A chunk of a document is missing or changed.');
    this.document = document;
  }
}

/** Runs `work` for 0 to count - 1, a few at a time. @returns the results in order */
async function inOrder<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let start = 0; start < count; start += CONCURRENCY) {
    const size = Math.min(CONCURRENCY, count - start);
    results.push(...(await Promise.all(Array.from({ length: size }, (_, at) => work(start + at)))));
  }
  return results;
}
