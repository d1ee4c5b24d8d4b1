import { normalizeTrackingNumber } from '@cups/application';
import { api, bodyOf, ApiError } from '../api/client.ts';
import type { TrackedApplication } from '../api/types.ts';

/** What became of asking for a number: where its application is, or why that cannot be said. */
export type TrackingOutcome =
  | { is: 'told'; number: string; tracked: TrackedApplication }
  | { is: 'missing' | 'misread' | 'unknown' | 'away' }
  /** @property seconds after which it may be tried again */
  | { is: 'tooMany'; seconds: number };

/** How long to wait when the answer does not say, in seconds. */
const DEFAULT_WAIT_SECONDS = 60;

/** Asks where an application is. What cannot be a number is not asked for: each try counts for the limit of the address. */
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
