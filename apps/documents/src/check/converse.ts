import type { Readable, Writable } from 'node:stream';
import { parseAnswer } from './answer.ts';
import { CheckError, unavailable } from './check-error.ts';
import { READY, readFrame, writeFrame } from './frame.ts';
import { CHECK_LIMITS } from './limits.ts';
import type { CheckInput, CheckResult } from './port.ts';

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
 * @throws CheckError, or Problem UPSTREAM_UNAVAILABLE if the check did not start; an error of `input.read` passes as it
 * is
 */
export async function converse(peer: Peer, input: CheckInput, timeoutMs: number): Promise<CheckResult> {
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

async function exchange({ to, from, kill }: Peer, input: CheckInput): Promise<CheckResult> {
  const start = { bytes: Buffer.alloc(0) };
  const source = { error: undefined as unknown };
  const peer = { isReady: false };
  const sent = writeFrame(to, { pageSizes: input.pageSizes }, observe(input, start, source)).catch(() => {
    // The child stopped reading, which its answer explains; only an error of the source ends the check.
    if (source.error !== undefined) kill();
  });
  try {
    const { header, content } = await readFrame(afterReady(from, peer), ANSWER_BYTES);
    await sent;
    return parseAnswer(header, content, start.bytes);
  } catch (cause) {
    if (source.error !== undefined) throw source.error;
    if (!peer.isReady) throw unavailable('documents-checker');
    throw cause instanceof CheckError ? cause : new CheckError('CHECK_ENDED', { cause });
  }
}

/** Passes the answer on without the byte that says that the check runs. */
async function* afterReady(from: Readable, peer: { isReady: boolean }): AsyncGenerator<Buffer> {
  for await (const part of from as AsyncIterable<Buffer>) {
    yield peer.isReady ? part : part.subarray(READY.length);
    peer.isReady = true;
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
