import { normalizeTrackingNumber } from '@cups/application';
import { api, bodyOf, ApiError } from '../api/client.ts';
import type { TrackedApplication } from '../api/types.ts';

/** The result of a tracking request. */
export type TrackingOutcome =
  | { kind: 'found'; number: string; tracked: TrackedApplication }
  | { kind: 'empty' | 'malformed' | 'unknown' | 'unavailable' }
  /** `seconds`: wait before the next attempt. */
  | { kind: 'rateLimited'; seconds: number };

/** Wait without a Retry-After header, in seconds. */
const DEFAULT_WAIT_SECONDS = 60;

/** Tracks an application. An invalid number is not sent: each request counts for the rate limit of the address. */
export async function trackApplication(typed: string): Promise<TrackingOutcome> {
  if (typed.trim() === '') return { kind: 'empty' };
  const number = normalizeTrackingNumber(typed);
  if (number === undefined) return { kind: 'malformed' };
  try {
    const tracked = await bodyOf(api.POST('/api/v1/tracking', { body: { trackingNumber: number } }));
    return { kind: 'found', number, tracked };
  } catch (error) {
    return toFailure(error);
  }
}

function toFailure(error: unknown): TrackingOutcome {
  if (!(error instanceof ApiError)) return { kind: 'unavailable' };
  if (error.status === 404 || error.status === 400) return { kind: 'unknown' };
  return error.status === 429
    ? { kind: 'rateLimited', seconds: error.retryAfter ?? DEFAULT_WAIT_SECONDS }
    : { kind: 'unavailable' };
}
