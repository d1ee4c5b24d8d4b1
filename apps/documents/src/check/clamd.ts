import { connect } from 'node:net';
import { setImmediate as nextEvents } from 'node:timers/promises';
import { parseAddress } from './address.ts';
import { CheckError, ScannerError, unavailable } from './check-error.ts';
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
 * @throws CheckError CHECK_UNSCANNED if the scanner read a part of the file only
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
  const destroy = () => socket.destroy(new ScannerError('SCANNER_TIMEOUT'));
  signal.addEventListener('abort', destroy);
  if (signal.aborted) destroy();
  const answer = readAnswer(socket);
  const sent = send(socket, content);
  answer.catch(() => {});
  sent.catch(() => {});
  try {
    // clamd answers before the end when it refuses the rest.
    await Promise.race([answer, sent]);
    return parseVerdict(await answer);
  } catch (cause) {
    throw cause instanceof CheckError ? cause : unavailable('malware-scanner', cause);
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
    // After a refusal clamd closes. A write that then fails loses the answer, so read what has arrived first.
    await nextEvents();
    const length = Buffer.alloc(CHUNK_LENGTH_BYTES);
    length.writeUInt32BE(part.length);
    await write(socket, Buffer.concat([length, part]));
  }
  await write(socket, Buffer.alloc(CHUNK_LENGTH_BYTES));
}

const write = (socket: Socket, part: Buffer): Promise<void> =>
  new Promise((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())));

/** Takes what arrives at once: an iterator of the socket would drop it when the connection fails after it. */
function readAnswer(socket: Socket): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const end = () => resolve(text.split('\0', 1)[0]!);
    socket.on('data', (part) => {
      text += part.toString('latin1');
      if (text.includes('\0') || text.length > MAX_ANSWER_BYTES) end();
    });
    socket.on('error', reject);
    socket.on('close', end);
  });
}

/** `stream: OK`, or `stream: <signature> FOUND`; everything else is an error (clamd(8), clamd.conf(5)). */
function parseVerdict(answer: string): Verdict {
  if (answer === 'stream: OK') return 'clean';
  // With AlertExceedsMax clamd reports as found what it did not scan.
  if (/^stream: Heuristics\.Limits\.Exceeded.* FOUND$/.test(answer)) throw new CheckError('CHECK_UNSCANNED');
  if (/^stream: .+ FOUND$/.test(answer)) return 'malware';
  throw new ScannerError(answer.startsWith('INSTREAM size limit exceeded') ? 'SCANNER_SIZE_LIMIT' : 'SCANNER_UNCLEAR');
}
