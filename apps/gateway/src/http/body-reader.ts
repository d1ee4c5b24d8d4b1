import type { IncomingMessage } from 'node:http';
import type { Metrics } from '@cups/contracts';
import type { Problem } from '@cups/problem';
import type { Config } from '../config.ts';
import { overloaded } from './admission.ts';
import { unsupportedMediaType, truncatedBody, bodyTooLarge } from './problems.ts';

/** Reads whole request bodies within limits of size, time and number. */

export interface MinDataRate {
  /** A body must arrive within this time, or later keep up `bytesPerSecond`. */
  graceMs: number;
  bytesPerSecond: number;
  /** Maximum time for any body. */
  maxMs: number;
}

/** The grace period covers packets lost on an unreliable network. */
const MIN_DATA_RATE: MinDataRate = { graceMs: 5_000, bytesPerSecond: 1024, maxMs: 60_000 };

/** Maximum share of bodies and bytes for one address. */
const ADDRESS_SHARE = 1 / 8;

/** Unfinished bodies and the bytes buffered for them. */
interface BodyUsage {
  count: number;
  bytes: number;
}

export interface BodyReaderDeps extends Pick<Config, 'maxBodies' | 'maxBodyBytes'> {
  metrics: Metrics;
  minDataRate?: MinDataRate;
}

export interface BodyOptions {
  /** Maximum size of this body in bytes. */
  maxBytes: number;
  /** Client address in the form that rate limits use. */
  address: string;
}

type RejectCause = 'count' | 'bytes' | 'address' | 'slow';

/** Creates the pool of unfinished bodies. Its `acquire` and `reserve` throw Problem OVERLOADED. */
function createBodyPool({ maxBodies, maxBodyBytes, metrics }: BodyReaderDeps) {
  const total: BodyUsage = { count: 0, bytes: 0 };
  const byAddress = new Map<string, BodyUsage>();
  const rejectedCounter = metrics.counter(
    'http_request_bodies_refused_total',
    'Bodies that were not read to their end.',
    ['cause'],
  );
  metrics.gauge('http_request_bodies_unfinished', 'Bodies that are arriving.', [], (gauge) => gauge.set(total.count));
  metrics.gauge('http_request_bodies_unfinished_bytes', 'Bytes of bodies that are arriving.', [], (gauge) =>
    gauge.set(total.bytes),
  );

  const count = (cause: RejectCause): void => rejectedCounter.inc({ cause });
  function reject(cause: RejectCause): Problem {
    count(cause);
    return overloaded('Too many unfinished requests.');
  }

  return {
    count,
    acquire(address: string): BodyUsage {
      const own = byAddress.get(address) ?? { count: 0, bytes: 0 };
      if (total.count >= maxBodies) throw reject('count');
      if (own.count >= Math.ceil(maxBodies * ADDRESS_SHARE)) throw reject('address');
      byAddress.set(address, own);
      total.count++;
      own.count++;
      return own;
    },
    reserve(own: BodyUsage, bytes: number): void {
      total.bytes += bytes;
      own.bytes += bytes;
      if (total.bytes > maxBodyBytes) throw reject('bytes');
      if (own.bytes > maxBodyBytes * ADDRESS_SHARE) throw reject('address');
    },
    release(address: string, own: BodyUsage, bytes: number): void {
      total.count--;
      own.count--;
      total.bytes -= bytes;
      own.bytes -= bytes;
      if (own.count === 0) byAddress.delete(address);
    },
  };
}

/** Returns the body reader that all requests of a process share. */
export function createBodyReader(deps: BodyReaderDeps) {
  const pool = createBodyPool(deps);
  const { minDataRate = MIN_DATA_RATE } = deps;
  return {
    /**
     * Returns the whole body. A body that arrives too slowly ends its connection with 408.
     * @throws Problem MEDIA_TYPE_UNSUPPORTED for a compressed body, PAYLOAD_TOO_LARGE, OVERLOADED when the pool is
     *   full, INVALID_ARGUMENT for a truncated body
     */
    async read(req: IncomingMessage, { maxBytes, address }: BodyOptions): Promise<Buffer> {
      assertNotEncoded(req);
      if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes);
      const own = pool.acquire(address);
      const chunks: Buffer[] = [];
      let received = 0;
      const appendChunk = (chunk: Buffer): void => {
        received += chunk.length;
        pool.reserve(own, chunk.length);
        if (received > maxBytes) throw bodyTooLarge(maxBytes);
        chunks.push(chunk);
      };
      const stopRateCheck = abortWhenSlow(
        req,
        minDataRate,
        () => received,
        () => pool.count('slow'),
      );
      try {
        await receiveBody(req, appendChunk);
        return Buffer.concat(chunks, received);
      } finally {
        stopRateCheck();
        pool.release(address, own, received);
      }
    },
  };
}

export type BodyReader = ReturnType<typeof createBodyReader>;

/** @throws Problem MEDIA_TYPE_UNSUPPORTED for a compressed body, whose size the client alone knows */
export function assertNotEncoded({ headers }: IncomingMessage, expected?: string): void {
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') throw unsupportedMediaType(expected);
}

/** Resolves at the end of a body. @throws Problem of `onChunk`, or INVALID_ARGUMENT for a truncated body */
function receiveBody(req: IncomingMessage, onChunk: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: unknown): void => {
      req.off('data', onData).off('end', finish).off('close', onClose).off('error', onClose);
      if (error === undefined) return resolve();
      // Discard the rest of the body, so that the client can read the response.
      req.on('error', () => undefined).resume();
      reject(error as Error);
    };
    const onClose = (): void => finish(truncatedBody());
    const onData = (chunk: Buffer): void => {
      try {
        onChunk(chunk);
      } catch (error) {
        finish(error);
      }
    };
    // An aborted request emits no further events.
    if (req.destroyed) return finish(truncatedBody());
    req.on('data', onData).on('end', finish).on('close', onClose).on('error', onClose);
  });
}

/** Ends the connection of a body below its minimum data rate. Returns a function that stops the check. */
function abortWhenSlow(
  req: IncomingMessage,
  minDataRate: MinDataRate,
  received: () => number,
  onAbort: () => void,
): () => void {
  const start = performance.now();
  const deadline = () =>
    Math.min(minDataRate.graceMs + (received() / minDataRate.bytesPerSecond) * 1000, minDataRate.maxMs);
  const checkRate = (): void => {
    const remainingMs = deadline() - (performance.now() - start);
    if (remainingMs > 0) {
      timer = setTimeout(checkRate, remainingMs);
      return;
    }
    onAbort();
    endSlowRequest(req);
  };
  let timer = setTimeout(checkRate, minDataRate.graceMs);
  return () => clearTimeout(timer);
}

const TIMEOUT_ERROR_CODE = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Ends the connection of a request whose body is late, as Node does: the server responds with 408 and closes. */
export function endSlowRequest(req: IncomingMessage): void {
  req.socket.emit('error', Object.assign(new Error('The body did not arrive in time.'), { code: TIMEOUT_ERROR_CODE }));
}
