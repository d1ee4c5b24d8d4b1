import { randomUUID } from 'node:crypto';
import { isUlid, isUuid } from '../formats.ts';
import { randomHex } from './random.ts';

/** W3C Trace Context, version 00: non-zero trace and span, and flags, in lower case. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Returns a new W3C trace context, sampled. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-01`;
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
