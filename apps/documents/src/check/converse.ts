import type { Readable, Writable } from 'node:stream';
import { parseAnswer } from './answer.ts';
import type { ChildResult } from './answer.ts';
import { CheckError } from './check-error.ts';
import { FrameError, readFrame, writeFrame } from './frame.ts';
import { CHECK_LIMITS } from './limits.ts';
import type { CheckInput } from './port.ts';

/** Where a file is sent and its answer comes from: pipes of a child, or a connection to a checker. */
export interface Peer {
  to: Writable;
  from: Readable;
  /** Ends the check on the other side. */
  kill(): void;
}

const ANSWER_BYTES = CHECK_LIMITS.contentBytes + CHECK_LIMITS.previewBytes;
const START_BYTES = 8;

/**
 * Sends a file and reads the answer.
 * @param timeoutMs after which the peer is killed
 * @throws CheckError; an error of `input.read` passes as it is
 */
export async function converse(peer: Peer, input: CheckInput, timeoutMs: number): Promise<ChildResult> {
  const stop = new AbortController();
  const kill = (code: 'CHECK_TIMEOUT' | 'CHECK_ABORTED') => {
    stop.abort(new CheckError(code));
    peer.kill();
  };
  const timer = setTimeout(() => kill('CHECK_TIMEOUT'), timeoutMs);
  const abort = () => kill('CHECK_ABORTED');
  input.signal?.addEventListener('abort', abort);
  if (input.signal?.aborted) abort();
  try {
    return await exchange(peer, input);
  } catch (cause) {
    throw stop.signal.aborted ? stop.signal.reason : cause;
  } finally {
    clearTimeout(timer);
    input.signal?.removeEventListener('abort', abort);
    peer.kill();
  }
}

async function exchange({ to, from, kill }: Peer, input: CheckInput): Promise<ChildResult> {
  const start = { bytes: Buffer.alloc(0) };
  const source = { error: undefined as unknown };
  const sent = writeFrame(to, { pageSizes: input.pageSizes }, observe(input, start, source)).catch(() => {
    // The child stopped reading, which its answer explains; only an error of the source ends the check.
    if (source.error !== undefined) kill();
  });
  try {
    const { header, content } = await readFrame(from, ANSWER_BYTES);
    await sent;
    return parseAnswer(header, content, start.bytes);
  } catch (cause) {
    if (source.error !== undefined) throw source.error;
    if (cause instanceof CheckError) throw cause;
    throw new CheckError(cause instanceof FrameError ? 'CHECK_ENDED' : 'CHECKER_UNAVAILABLE', { cause });
  }
}

/** Passes the file on, and keeps its first bytes and an error of its source. */
async function* observe(
  input: CheckInput,
  start: { bytes: Buffer },
  source: { error: unknown },
): AsyncGenerator<Buffer> {
  try {
    for await (const part of input.read()) {
      if (start.bytes.length < START_BYTES) start.bytes = Buffer.concat([start.bytes, part]).subarray(0, START_BYTES);
      yield part;
    }
  } catch (cause) {
    source.error = cause ?? new Error('The upload could not be read.');
    throw cause;
  }
}
