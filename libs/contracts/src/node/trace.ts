import { randomFillSync, randomUUID } from 'node:crypto';
import { isUlid, isUuid } from '../formats.ts';

/** W3C Trace Context, version 00: non-zero trace and span, and flags, in lower case. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const TRACE_BYTES = 16;
const CONTEXT_BYTES = TRACE_BYTES + 8;
/** Random bytes of the next contexts: filling once for many costs far less than once for each. */
const pool = Buffer.alloc(CONTEXT_BYTES * 128);
let used = pool.length;

/** Returns a new W3C trace context, sampled. */
export function newTraceparent(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const trace = pool.toString('hex', used, used + TRACE_BYTES);
  const span = pool.toString('hex', used + TRACE_BYTES, used + CONTEXT_BYTES);
  used += CONTEXT_BYTES;
  return `00-${trace}-${span}-01`;
}

/** Whether `given` is a valid `traceparent`; others are not propagated. */
export function isTraceparent(given: unknown): given is string {
  return typeof given === 'string' && TRACEPARENT.test(given);
}

/** Returns the caller's valid `traceparent`, or a new one. */
export function ensureTraceparent(given: unknown): string {
  return isTraceparent(given) ? given : newTraceparent();
}

/**
 * Returns the caller's request ID if it is a UUID or ULID, or a new one. Other formats could carry personal data into
 * logs.
 */
export function ensureRequestId(given: unknown): string {
  return typeof given === 'string' && (isUuid(given) || isUlid(given)) ? given : randomUUID();
}
