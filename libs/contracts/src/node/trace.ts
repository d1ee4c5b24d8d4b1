import { randomBytes, randomUUID } from 'node:crypto';
import { isUlid, isUuid } from '../formats.ts';

/** Version 00 of W3C Trace Context: a trace and a span that are not all zeros, and flags, in lower case. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A new W3C trace context, sampled. */
export function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Whether `given` is a well formed `traceparent`: anything else is passed on by nobody. */
export function isTraceparent(given: unknown): given is string {
  return typeof given === 'string' && TRACEPARENT.test(given);
}

/** What a caller named as its `traceparent`, when it is well formed; otherwise a new one. */
export function ensureTraceparent(given: unknown): string {
  return isTraceparent(given) ? given : newTraceparent();
}

/**
 * What a caller named as the id of its request, when it is a UUID or ULID; otherwise a new one. Only ids of our own forms are
 * taken over: anything else could carry personal data into logs.
 */
export function ensureRequestId(given: unknown): string {
  return typeof given === 'string' && (isUuid(given) || isUlid(given)) ? given : randomUUID();
}
