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
export interface EmploymentStatus {
  /** There, or as a whole. */
  suspended: boolean;
  /** They do not work there any more. */
  left?: boolean | undefined;
  /** Sessions that began up to then have ended: the time of the last suspension or reinstatement. */
  endedBefore?: Date | undefined;
}

/** Throws OPERATOR_SUSPENDED while the operator is suspended. */
export function assertNotSuspended(employment: EmploymentStatus | undefined): void {
  if (employment?.suspended)
    throw new Problem({
      reason: 'OPERATOR_SUSPENDED',
      message: 'This operator is suspended. Whoever manages the centre can lift the suspension.',
    });
}

/**
 * Throws unless the session counts now: OPERATOR_SUSPENDED, or SESSION_EXPIRED when it is unknown, over, signed out, or
 * began before a suspension, be it lifted or not, and when the operator has left.
 */
export function assertSessionValid(
  session: SessionTimes | undefined,
  employment: EmploymentStatus | undefined,
  now: Date,
): void {
  assertNotSuspended(employment);
  const isValid =
    session !== undefined &&
    session.endTime === undefined &&
    session.expireTime > now &&
    !employment?.left &&
    !(employment?.endedBefore && session.createTime <= employment.endedBefore);
  if (!isValid)
    throw new Problem({
      reason: 'SESSION_EXPIRED',
      message: 'The session has ended. Sign in again.',
    });
}
