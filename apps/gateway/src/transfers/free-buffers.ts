/**
 * Returns the memory of transferred bytes early. V8 sees buffers as objects of a few bytes: until a collection is due, 64 MiB of
 * used ones can wait for it, and more among objects that have grown old.
 */

/** Frees a buffer that nothing refers to any more, unless it shares its memory with others. It is empty afterwards. */
export function freeBuffer({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

/** 2 MiB of content. A call leaves a message and a frame with the bytes of its chunk. */
const CHUNKS_PER_COLLECTION = 32;

let chunks = 0;

/** Counts a stored chunk. Every 32 chunks collects the young generation, in 1 to 2 ms, if Node runs with --expose-gc. */
export function countStoredChunk(): void {
  chunks += 1;
  if (chunks % CHUNKS_PER_COLLECTION === 0) globalThis.gc?.({ type: 'minor' });
}
