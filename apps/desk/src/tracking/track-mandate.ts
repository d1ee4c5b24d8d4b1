import { api, ApiError, bodyOf } from '../api/client.ts';
import type { MandateRevocation, MandateScope, TrackedMandate } from '../api/types.ts';
import { readNumber, toFailure } from './track-application.ts';
import type { TrackingFailure } from './track-application.ts';

/** The result of a request for a mandate. */
export type MandateOutcome = { kind: 'found'; code: string; mandate: TrackedMandate } | TrackingFailure;

/** The result of a revocation. `ended`: the mandate, or the part, had ended before. */
export type RevocationOutcome =
  { kind: 'revoked'; mandate: TrackedMandate; revocation: MandateRevocation } | { kind: 'ended' } | TrackingFailure;

/** Reads a mandate by its code. The code travels in the body, and an invalid one is not sent. */
export async function trackMandate(typed: string): Promise<MandateOutcome> {
  const code = readNumber(typed);
  if (typeof code !== 'string') return code;
  try {
    return { kind: 'found', code, mandate: await bodyOf(api.POST('/api/v1/mandate-tracking', { body: { code } })) };
  } catch (error) {
    return toFailure(error);
  }
}

/**
 * Revokes a mandate, or a part of it.
 * @param scope the part; undefined for all that remains
 * @param key idempotency key: a repeat with the same key revokes once
 */
export async function revokeMandate(
  code: string,
  scope: MandateScope | undefined,
  key: string,
): Promise<RevocationOutcome> {
  const body = scope ? { code, scope } : { code };
  const params = { header: { 'Idempotency-Key': key } };
  try {
    const revoked = await bodyOf(api.POST('/api/v1/mandate-tracking/end', { params, body }));
    return { kind: 'revoked', ...revoked };
  } catch (error) {
    return error instanceof ApiError && error.status === 409 ? { kind: 'ended' } : toFailure(error);
  }
}
