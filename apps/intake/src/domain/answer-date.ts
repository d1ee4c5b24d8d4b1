import { MAX_OFFLINE_HOURS } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { DocumentRequest } from './application.ts';
import type { Actor } from './command.ts';
import { endOfDay } from './terms.ts';

/**
 * The answer date of requested documents. The person meets it at the desk, so what a desk without a line was given in time
 * may arrive later.
 */

type DatedRequest = Pick<DocumentRequest, 'answerBy'>;

/** Returns the first instant after the answer date. */
export const answerEndOf = ({ answerBy }: DatedRequest): Date => endOfDay(answerBy);

/** Returns when the last answer may arrive that a desk without a line was given in time. */
export const lastArrivalOf = (request: DatedRequest): Date =>
  new Date(answerEndOf(request).getTime() + MAX_OFFLINE_HOURS * 3_600_000);

/**
 * Asserts that documents came to the desk before the answer date ended. A time of the desk that nothing bounds needs the
 * decision of the person who releases the act.
 * @param occurTime when the act happened, as {@link resolveOccurTime} returns it
 * @throws Problem ANSWER_DATE_PASSED; DESK_TIME_UNBOUNDED for an act that was in time only by the clock of the desk
 */
export function assertAnsweredInTime(
  request: DatedRequest,
  occurTime: Date,
  { deskTime, release }: Pick<Actor, 'deskTime' | 'release'>,
): void {
  const end = answerEndOf(request);
  if (occurTime < end) return;
  const metadata = { answerBy: request.answerBy };
  if (!deskTime || deskTime.isBounded || deskTime.time >= end) {
    throw new Problem({ reason: 'ANSWER_DATE_PASSED', message: 'The answer date has passed.', metadata });
  }
  if (release) return;
  const message = 'The documents were in time by the clock of the desk only, which no contact bounds.';
  throw new Problem({ reason: 'DESK_TIME_UNBOUNDED', message, metadata });
}
