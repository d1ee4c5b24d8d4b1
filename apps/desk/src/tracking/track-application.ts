import { normalizeTrackingNumber } from '@cups/application';
import { api, bodyOf, ApiError } from '../api/client.ts';
import type { TrackedApplication } from '../api/types.ts';

/** The result of a tracking request. */
export type TrackingOutcome =
  | { is: 'told'; number: string; tracked: TrackedApplication }
  | { is: 'missing' | 'misread' | 'unknown' | 'away' }
  /** `seconds`: wait before the next attempt. */
  | { is: 'tooMany'; seconds: number };

/** Wait without a Retry-After header, in seconds. */
const DEFAULT_WAIT_SECONDS = 60;

/** Tracks an application. An invalid number is not sent: each request counts for the rate limit of the address. */
export async function trackApplication(typed: string): Promise<TrackingOutcome> {
  if (typed.trim() === '') return { is: 'missing' };
  const number = normalizeTrackingNumber(typed);
  if (number === undefined) return { is: 'misread' };
  try {
    const tracked = await bodyOf(api.POST('/api/v1/tracking', { body: { trackingNumber: number } }));
    return { is: 'told', number, tracked };
  } catch (error) {
    return toFailure(error);
  }
}

function toFailure(error: unknown): TrackingOutcome {
  if (!(error instanceof ApiError)) return { is: 'away' };
  if (error.status === 404 || error.status === 400) return { is: 'unknown' };
  return error.status === 429 ? { is: 'tooMany', seconds: error.retryAfter ?? DEFAULT_WAIT_SECONDS } : { is: 'away' };
}
