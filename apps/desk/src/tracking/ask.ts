import { normalizeTrackingNumber } from '@cups/application';
import { api, bodyOf, Refusal } from '../api/client.ts';
import type { Tracked } from '../api/types.ts';

/** What became of asking for a number: where its application is, or why that cannot be said. */
export type Answer =
  | { is: 'told'; number: string; tracked: Tracked }
  | { is: 'missing' | 'misread' | 'unknown' | 'away' }
  /** @property seconds after which it may be tried again */
  | { is: 'tooMany'; seconds: number };

/** How long to wait when the answer does not say, in seconds. */
const WAIT = 60;

/** Asks where an application is. What cannot be a number is not asked for: each try counts for the limit of the address. */
export async function ask(typed: string): Promise<Answer> {
  if (typed.trim() === '') return { is: 'missing' };
  const number = normalizeTrackingNumber(typed);
  if (number === undefined) return { is: 'misread' };
  try {
    const tracked = await bodyOf(api.POST('/api/v1/tracking', { body: { trackingNumber: number } }));
    return { is: 'told', number, tracked };
  } catch (error) {
    return whyNot(error);
  }
}

function whyNot(error: unknown): Answer {
  if (!(error instanceof Refusal)) return { is: 'away' };
  if (error.status === 404 || error.status === 400) return { is: 'unknown' };
  return error.status === 429 ? { is: 'tooMany', seconds: error.retryAfter ?? WAIT } : { is: 'away' };
}
