import type { IncomingMessage } from 'node:http';
import { bodyTooLarge, truncatedBody } from '../http/problems.ts';
import { endSlowRequest } from '../http/body-reader.ts';
import { freeBuffer } from './free-buffers.ts';

/** Reads a body chunk by chunk, so that a transfer holds one chunk in memory, whatever its size. */

/** Size of a chunk, as AppendContent takes it. */
export const CHUNK_BYTES = 64 * 1024;

/** Time limits of a client that sends a body. */
export interface ClientPace {
  /** Maximum time without a byte. */
  idleMs: number;
  /** Maximum time that the client takes for one chunk: at 5 kbit/s. */
  chunkMs: number;
}

const CLIENT_PACE: ClientPace = { idleMs: 60_000, chunkMs: 110_000 };

export interface ChunkOptions {
  /** Number of bytes up to the end of the content. */
  remaining: number;
  /** @default 60 s without a byte, 110 s a chunk */
  pace?: ClientPace | undefined;
}

/**
 * Yields the whole chunks of a body, and the rest if it ends at `remaining`. An incomplete chunk is dropped: the client sends
 * it again. A chunk is valid until the next one is requested, because they share one buffer. The connection of a slow client
 * ends with 408.
 * @throws Problem PAYLOAD_TOO_LARGE for more than `remaining` bytes, INVALID_ARGUMENT for a truncated body
 */
export async function* readChunks(
  req: IncomingMessage,
  { remaining, pace = CLIENT_PACE }: ChunkOptions,
): AsyncGenerator<Buffer, void, void> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, remaining));
  let [filled, received, waitedMs] = [0, 0, 0];
  for (;;) {
    const start = performance.now();
    const bytes = await readPiece(req, Math.min(pace.idleMs, pace.chunkMs - waitedMs));
    waitedMs += performance.now() - start;
    if (bytes === undefined) break;
    received += bytes.length;
    if (received > remaining) throw bodyTooLarge(remaining);
    for (let from = 0; from < bytes.length;) {
      const copied = bytes.copy(chunk, filled, from);
      [from, filled] = [from + copied, filled + copied];
      if (filled < chunk.length) break;
      yield chunk;
      [filled, waitedMs] = [0, 0];
    }
    freeBuffer(bytes);
  }
  if (filled > 0 && received === remaining) yield chunk.subarray(0, filled);
}

/** Returns the next bytes of a body, or undefined at its end. @throws Problem INVALID_ARGUMENT for a truncated body */
function readPiece(req: IncomingMessage, maxWaitMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => endSlowRequest(req), Math.max(0, maxWaitMs));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      req.off('readable', take).off('end', onEnd).off('close', onClose).off('error', onClose);
      settle();
    };
    const onEnd = (): void => finish(() => resolve(undefined));
    const onClose = (): void => {
      if (!take()) finish(() => reject(truncatedBody()));
    };
    /** Takes what has arrived, also on a connection that is gone. */
    function take(): boolean {
      const bytes = req.read() as Buffer | null;
      if (bytes !== null) finish(() => resolve(bytes));
      return bytes !== null;
    }
    req.on('readable', take).on('end', onEnd).on('close', onClose).on('error', onClose);
    // Neither emits another event.
    if (req.readableEnded) onEnd();
    else if (req.destroyed) onClose();
    else take();
  });
}
