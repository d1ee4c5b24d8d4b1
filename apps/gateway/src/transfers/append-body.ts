import type { CallContext } from '@cups/rpc';
import { Problem, violation, withLocation } from '@cups/problem';
import type { ClientConnection } from '../http/handler.ts';
import { CHUNK_BYTES, readChunks } from './chunk-reader.ts';
import type { ClientPace } from './chunk-reader.ts';
import type { ChunkTurns } from './chunk-turns.ts';

export interface AppendOptions {
  /** Position of the first byte of the body. */
  offset: number;
  /** Size of the whole content. */
  size: number;
  context: CallContext;
  /** Stores a chunk durably. @returns the number of bytes stored since the start of the content */
  append: (chunk: { offset: number; data: Buffer }, context: CallContext) => Promise<number>;
  /** Whether the process stops: the client continues at another replica. */
  isStopping: () => boolean;
  turns: ChunkTurns;
  pace?: ClientPace | undefined;
}

/**
 * Stores a body chunk by chunk: reads the next chunk only when the last one is durable, and holds no admission slot while it
 * waits for the client or for its turn. A chunk that has arrived is stored even if the client is gone, so that it need not send it again.
 * @returns the number of bytes stored since the start of the content
 * @throws Problem INVALID_ARGUMENT for a body that cannot complete a chunk, and what `append` and `readChunks` throw
 */
export async function appendBody(
  client: ClientConnection,
  { offset, size, context, append, isStopping, turns, pace }: AppendOptions,
): Promise<number> {
  assertWholeChunk(client.req.headers['content-length'], size - offset);
  const chunks = readChunks(client.req, { remaining: size - offset, pace });
  let position = offset;
  for (;;) {
    let endTurn = (): void => {};
    try {
      const { value: data, done } = await client.waitForClient(async () => {
        const chunk = await chunks.next();
        if (!chunk.done) endTurn = await turns.begin();
        return chunk;
      });
      if (done) return position;
      const uninterrupted = { ...context, signal: new AbortController().signal };
      // A repeated upload is stored up to a later position already.
      const stored = await append({ offset: position, data }, uninterrupted);
      position += data.length;
      if (stored < position) throw new Problem({ reason: 'UPLOAD_OFFSET_MISMATCH', message: 'A chunk is not stored.' });
    } finally {
      endTurn();
    }
    if (isStopping() && position < size) {
      throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'The gateway restarts.', retryAfterMs: 1000 });
    }
  }
}

/** A shorter body would make no progress, and its client would send it for ever. */
function assertWholeChunk(contentLength: string | undefined, remaining: number): void {
  if (contentLength === undefined || Number(contentLength) >= Math.min(CHUNK_BYTES, remaining)) return;
  const violations = [withLocation('header', violation('/Content-Length', 'MINIMUM', { min: CHUNK_BYTES }))];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The body is shorter than a chunk of 64 KiB.', violations });
}
