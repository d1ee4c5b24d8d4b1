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

/** Whether an operator may work where a session is. */
export interface Standing {
  /** There, or as a whole. */
  suspended: boolean;
  /** They do not work there any more. */
  left?: boolean | undefined;
  /** Sessions that began up to then have ended: the time of the last suspension or reinstatement. */
  endedBefore?: Date | undefined;
}

/** Throws OPERATOR_SUSPENDED while the operator is suspended. */
export function assertNotSuspended(standing: Standing | undefined): void {
  if (standing?.suspended)
    throw new Problem({
      reason: 'OPERATOR_SUSPENDED',
      message: 'This operator is suspended. Whoever manages the centre can lift the suspension.',
    });
}

/**
 * Throws unless the session counts now: OPERATOR_SUSPENDED, or SESSION_EXPIRED when it is unknown, over, signed out, or
 * began before a suspension, be it lifted or not, and when the operator has left.
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
    !standing?.left &&
    !(standing?.endedBefore && session.createTime <= standing.endedBefore);
  if (!counts)
    throw new Problem({
      reason: 'SESSION_EXPIRED',
      message: 'The session has ended. Sign in again.',
    });
}
