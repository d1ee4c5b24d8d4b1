import { normalizeTrackingNumber } from '@cups/application';
import { api, bodyOf, ApiError } from '../api/client.ts';
import type { TrackedApplication } from '../api/types.ts';

/** Why nothing was found. */
export type TrackingFailure =
  | { kind: 'empty' | 'malformed' | 'unknown' | 'unavailable' }
  /** `seconds`: wait before the next attempt. */
  | { kind: 'rateLimited'; seconds: number };

/** The result of a tracking request. */
export type TrackingOutcome = { kind: 'found'; number: string; tracked: TrackedApplication } | TrackingFailure;

/** Wait without a Retry-After header, in seconds. */
const DEFAULT_WAIT_SECONDS = 60;

/** Tracks an application. An invalid number is not sent: each request counts for the rate limit of the address. */
export async function trackApplication(typed: string): Promise<TrackingOutcome> {
  const number = readNumber(typed);
  if (typeof number !== 'string') return number;
  try {
    const tracked = await bodyOf(api.POST('/api/v1/tracking', { body: { trackingNumber: number } }));
    return { kind: 'found', number, tracked };
  } catch (error) {
    return toFailure(error);
  }
}

/** Reads a typed tracking number, or the code of a mandate, which has the same notation. */
export function readNumber(typed: string): string | TrackingFailure {
  if (typed.trim() === '') return { kind: 'empty' };
  return normalizeTrackingNumber(typed) ?? { kind: 'malformed' };
}

/** Returns what an error of the API means for the visitor. */
export function toFailure(error: unknown): TrackingFailure {
  if (!(error instanceof ApiError)) return { kind: 'unavailable' };
  if (error.status === 404 || error.status === 400) return { kind: 'unknown' };
  return error.status === 429
    ? { kind: 'rateLimited', seconds: error.retryAfter ?? DEFAULT_WAIT_SECONDS }
    : { kind: 'unavailable' };
}
