import { connect } from 'node:net';
import { isProblem } from '@cups/problem';
import { parseAddress } from './address.ts';
import { unavailable } from './check-error.ts';
import type { CheckInput } from './port.ts';

/**
 * The malware scan: sends the uploaded bytes to clamd with INSTREAM (clamd(8)), over TCP or a local socket. Bytes are
 * passed on, never opened here. The protocol is a length of 4 bytes (big endian) before each chunk, 0 at the end, and
 * one line as answer.
 */

const CHUNK_LENGTH_BYTES = 4;
const MAX_ANSWER_BYTES = 4096;
const TIMEOUT_MS = 60_000;

export type Verdict = 'clean' | 'malware';

/**
 * Scans a file, each photographed page by itself.
 * @param address host:port, or unix:/path
 * @throws Problem UPSTREAM_UNAVAILABLE without a verdict: an unreachable scanner never means clean
 */
export async function scanUpload(address: string, input: CheckInput, timeoutMs = TIMEOUT_MS): Promise<Verdict> {
  const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(input.signal ? [input.signal] : [])]);
  // The scanner sees what a reader would see: the upload as a whole, and the images in it.
  for await (const part of splitPages(input)) {
    if ((await scanStream(address, part, signal)) === 'malware') return 'malware';
  }
  return 'clean';
}

/** Yields the upload, or each of its pages, as a stream. */
async function* splitPages({ pageSizes, read }: CheckInput): AsyncGenerator<AsyncIterable<Buffer>> {
  if (pageSizes.length === 0) return yield read();
  let start = 0;
  for (const size of pageSizes) {
    yield slice(read(), start, size);
    start += size;
  }
}

async function* slice(content: AsyncIterable<Buffer>, start: number, size: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const part of content) {
    const from = Math.max(0, start - at);
    const to = Math.min(part.length, start + size - at);
    if (from < to) yield part.subarray(from, to);
    at += part.length;
    if (at >= start + size) return;
  }
}

async function scanStream(address: string, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict> {
  const socket = connect(parseAddress(address));
  const destroy = () => socket.destroy(unavailable('malware-scanner'));
  signal.addEventListener('abort', destroy);
  if (signal.aborted) destroy();
  try {
    const answer = readAnswer(socket);
    answer.catch(() => {});
    await send(socket, content);
    return parseVerdict(await answer);
  } catch (cause) {
    throw isProblem(cause) ? cause : unavailable('malware-scanner');
  } finally {
    signal.removeEventListener('abort', destroy);
    socket.destroy();
  }
}

type Socket = ReturnType<typeof connect>;

async function send(socket: Socket, content: AsyncIterable<Buffer>): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const part of content) {
    if (part.length === 0) continue;
    const length = Buffer.alloc(CHUNK_LENGTH_BYTES);
    length.writeUInt32BE(part.length);
    await write(socket, Buffer.concat([length, part]));
  }
  await write(socket, Buffer.alloc(CHUNK_LENGTH_BYTES));
}

const write = (socket: Socket, part: Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())));

async function readAnswer(socket: Socket): Promise<string> {
  let text = '';
  for await (const part of socket as AsyncIterable<Buffer>) {
    text += part.toString('latin1');
    if (text.includes('\0') || text.length > MAX_ANSWER_BYTES) break;
  }
  return text.split('\0', 1)[0]!;
}

/** `stream: OK`, or `stream: <signature> FOUND`; everything else, such as a size limit, is an error. */
function parseVerdict(answer: string): Verdict {
  if (answer === 'stream: OK') return 'clean';
  if (/^stream: .+ FOUND$/.test(answer)) return 'malware';
  throw unavailable('malware-scanner');
}
