import { Problem } from '@cups/problem';

/** Maximum lifetime of a session: one working day. */
export const MAX_SESSION_MS = 8 * 3_600_000;

/** The times that decide whether a session is valid. */
export interface SessionTimes {
  createTime: Date;
  expireTime: Date;
  /** Set by earlier releases. Ended sessions are now deleted. */
  endTime?: Date | undefined;
}

/** Whether an operator can work at the centre of a session. */
export interface EmploymentStatus {
  /** At this centre or everywhere. */
  suspended: boolean;
  /** The operator no longer works there. */
  left?: boolean | undefined;
  /** Time of the last suspension or reinstatement. Sessions created up to then have ended. */
  revokeTime?: Date | undefined;
}

/** @throws Problem OPERATOR_SUSPENDED */
export function assertNotSuspended(employment: EmploymentStatus | undefined): void {
  if (employment?.suspended)
    throw new Problem({
      reason: 'OPERATOR_SUSPENDED',
      message: 'The operator is suspended.',
    });
}

/**
 * @throws Problem OPERATOR_SUSPENDED; SESSION_EXPIRED if the session is unknown, expired or ended, was created before a
 *   suspension (even a lifted one), or the operator has left
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
    !(employment?.revokeTime && session.createTime <= employment.revokeTime);
  if (!isValid)
    throw new Problem({
      reason: 'SESSION_EXPIRED',
      message: 'The session has ended. Sign in again.',
    });
}
