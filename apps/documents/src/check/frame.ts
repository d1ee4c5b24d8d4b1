import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * The protocol between the service and a check, over pipes or one TCP connection. Each direction carries one frame:
 * the length of a JSON header as 4 bytes (big endian), the header, then bytes whose sizes the header contains. Before
 * its frame, the check sends one byte: it runs, and has not read the file yet. Without that byte the file cannot be the
 * cause of a failure.
 */

export const READY = Buffer.from([0x01]);

const LENGTH_BYTES = 4;
const MAX_HEADER_BYTES = 4096;

/** The frame does not follow the protocol, or ended early. */
class FrameError extends Error {}

export function encodeHeader(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

/** Writes a frame and ends the stream. */
export async function writeFrame(
  to: Writable,
  header: object,
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  const end = finished(to, { readable: false });
  // A receiver that stops reading shows at the next write, or here.
  end.catch(() => {});
  await write(to, encodeHeader(header));
  for await (const part of content) await write(to, part);
  to.end();
  await end;
}

function write(to: Writable, part: Buffer): Promise<void> {
  return new Promise((resolve, reject) => to.write(part, (error) => (error ? reject(error) : resolve())));
}

/**
 * Reads a frame to the end of the stream.
 * @param maxBytes of the content
 * @throws FrameError
 */
export async function readFrame(
  from: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<{ header: unknown; content: Buffer }> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of from) {
    parts.push(part);
    size += part.length;
    if (size > LENGTH_BYTES + MAX_HEADER_BYTES + maxBytes) throw new FrameError('The frame is too large.');
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length < LENGTH_BYTES) throw new FrameError('The frame has no header.');
  const end = LENGTH_BYTES + bytes.readUInt32BE();
  if (end > LENGTH_BYTES + MAX_HEADER_BYTES || end > bytes.length) throw new FrameError('The header is incomplete.');
  return { header: parseHeader(bytes.subarray(LENGTH_BYTES, end)), content: bytes.subarray(end) };
}

function parseHeader(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new FrameError('The header is not JSON.');
  }
}
