import { Problem } from '@cups/problem';

/** The longest life of a session: one working day. */
export const MAX_SESSION_MS = 8 * 3_600_000;

/** What decides whether a session still counts. */
export interface SessionTimes {
  createTime: Date;
  expireTime: Date;
  /** Set by a release before this one: today a session that ends is deleted. */
  endTime?: Date | undefined;
}

/** What is known of an operator beyond what the provider says. */
export interface Standing {
  suspended: boolean;
  /** Sessions that began up to then have ended: the time of the last suspension or reinstatement. */
  endedBefore?: Date | undefined;
}

/** Throws OPERATOR_SUSPENDED while the operator is suspended. */
export function assertNotSuspended(standing: Standing | undefined): void {
  if (standing?.suspended)
    throw new Problem({
      reason: 'OPERATOR_SUSPENDED',
      message: 'This operator is suspended. Support can lift the suspension.',
    });
}

/**
 * Throws unless the session counts now: OPERATOR_SUSPENDED, or SESSION_EXPIRED when it is unknown, over, signed out, or
 * began before a suspension, be it lifted or not.
 */
export function assertSessionCounts(
  session: SessionTimes | undefined,
  standing: Standing | undefined,
  now: Date,
): void {
  assertNotSuspended(standing);
  const counts =
    session !== undefined &&
    session.endTime === undefined &&
    session.expireTime > now &&
    !(standing?.endedBefore && session.createTime <= standing.endedBefore);
  if (!counts)
    throw new Problem({
      reason: 'SESSION_EXPIRED',
      message: 'The session has ended. Sign in again.',
    });
}
