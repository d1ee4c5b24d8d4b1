import type { IncomingMessage } from 'node:http';
import type { Metrics } from '@cups/contracts';
import type { Problem } from '@cups/problem';
import type { Config } from '../config.ts';
import { overloaded } from './guards.ts';
import { notJson, notWhole, tooLarge } from './problems.ts';

/** Bodies of requests on their way here: read whole, within bounds of size, time and number. */

/** How quickly a body must arrive. */
export interface Pace {
  /** After this time a body must have arrived, or come at `bytesPerSecond` from then on. */
  graceMs: number;
  bytesPerSecond: number;
  /** No body may take longer. */
  maxMs: number;
}

/** The grace covers packets that a bad line loses. */
const PACE: Pace = { graceMs: 5_000, bytesPerSecond: 1024, maxMs: 60_000 };

/** One address holds at most this part of the places and of the bytes. */
const ADDRESS_SHARE = 1 / 8;

/** Unfinished bodies, and the bytes of them that are held. */
interface Held {
  count: number;
  bytes: number;
}

export interface BodiesParts extends Pick<Config, 'maxBodies' | 'maxBodyBytes'> {
  metrics: Metrics;
  pace?: Pace;
}

export interface BodyOptions {
  /** The largest size of this body, in bytes. */
  maxBytes: number;
  /** Of the client, in the form in which limits count it. */
  address: string;
}

/** Why a body is not read to its end. */
type Cause = 'count' | 'bytes' | 'address' | 'slow';

/** The places and bytes of unfinished bodies. @returns the pool; `enter` and `hold` throw a Problem OVERLOADED */
function openPool({ maxBodies, maxBodyBytes, metrics }: BodiesParts) {
  const all: Held = { count: 0, bytes: 0 };
  const byAddress = new Map<string, Held>();
  const refused = metrics.counter('http_bodies_refused_total', 'Bodies that were not read to their end.', ['cause']);
  metrics.gauge('http_bodies_unfinished', 'Bodies that are arriving.', [], (gauge) => gauge.set(all.count));
  metrics.gauge('http_body_bytes_held', 'Bytes of bodies that are arriving.', [], (gauge) => gauge.set(all.bytes));

  const count = (cause: Cause): void => refused.inc({ cause });
  function refuse(cause: Cause): Problem {
    count(cause);
    return overloaded('Too many unfinished requests at once.');
  }

  return {
    count,
    enter(address: string): Held {
      const own = byAddress.get(address) ?? { count: 0, bytes: 0 };
      if (all.count >= maxBodies) throw refuse('count');
      if (own.count >= Math.ceil(maxBodies * ADDRESS_SHARE)) throw refuse('address');
      byAddress.set(address, own);
      all.count++;
      own.count++;
      return own;
    },
    hold(own: Held, bytes: number): void {
      all.bytes += bytes;
      own.bytes += bytes;
      if (all.bytes > maxBodyBytes) throw refuse('bytes');
      if (own.bytes > maxBodyBytes * ADDRESS_SHARE) throw refuse('address');
    },
    leave(address: string, own: Held, bytes: number): void {
      all.count--;
      own.count--;
      all.bytes -= bytes;
      own.bytes -= bytes;
      if (own.count === 0) byAddress.delete(address);
    },
  };
}

/** Returns the reader of all bodies of a process. */
export function openBodies(parts: BodiesParts) {
  const pool = openPool(parts);
  const { pace = PACE } = parts;
  return {
    /**
     * Returns the whole body. A body that comes too slowly ends its connection with 408.
     * @throws Problem MEDIA_TYPE_UNSUPPORTED for a compressed one, PAYLOAD_TOO_LARGE, OVERLOADED when there is no place for it, and
     *   INVALID_ARGUMENT when it breaks off
     */
    async read(req: IncomingMessage, { maxBytes, address }: BodyOptions): Promise<Buffer> {
      if ((req.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') throw notJson();
      if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
      const own = pool.enter(address);
      const chunks: Buffer[] = [];
      let received = 0;
      const take = (chunk: Buffer): void => {
        received += chunk.length;
        pool.hold(own, chunk.length);
        if (received > maxBytes) throw tooLarge(maxBytes);
        chunks.push(chunk);
      };
      const stopTiming = cutWhenLate(
        req,
        pace,
        () => received,
        () => pool.count('slow'),
      );
      try {
        await arrival(req, take);
        return Buffer.concat(chunks, received);
      } finally {
        stopTiming();
        pool.leave(address, own, received);
      }
    },
  };
}

export type Bodies = ReturnType<typeof openBodies>;

/** Resolves at the end of a body. @throws Problem of `take`, or INVALID_ARGUMENT when the body breaks off */
function arrival(req: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: unknown): void => {
      req.off('data', onData).off('end', end).off('close', onClose).off('error', onClose);
      if (error === undefined) return resolve();
      // What still comes is passed over, so that the answer reaches who is sending.
      req.on('error', () => undefined).resume();
      reject(error as Error);
    };
    const onClose = (): void => end(notWhole());
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk);
      } catch (error) {
        end(error);
      }
    };
    // A request that broke off before it is read emits nothing more.
    if (req.destroyed) return end(notWhole());
    req.on('data', onData).on('end', end).on('close', onClose).on('error', onClose);
  });
}

/** Ends the connection of a body that falls behind its pace. @returns what stops the watch */
function cutWhenLate(req: IncomingMessage, pace: Pace, received: () => number, cut: () => void): () => void {
  const start = performance.now();
  const lateAt = () => Math.min(pace.graceMs + (received() / pace.bytesPerSecond) * 1000, pace.maxMs);
  const look = (): void => {
    const left = lateAt() - (performance.now() - start);
    if (left > 0) {
      timer = setTimeout(look, left);
      return;
    }
    cut();
    // As Node does for a request that takes too long: the server answers 408 and closes.
    req.socket.emit('error', Object.assign(new Error('The body did not arrive in time.'), { code: LATE }));
  };
  let timer = setTimeout(look, pace.graceMs);
  return () => clearTimeout(timer);
}

const LATE = 'ERR_HTTP_REQUEST_TIMEOUT';
