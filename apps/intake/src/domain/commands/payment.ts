import { violation } from '@cups/problem';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, Payment, ServiceVersion } from '../application.ts';
import { startClockOnPayment } from '../clock.ts';
import { assertNoViolations } from '../problems.ts';
import type { WorkingTime } from '../terms.ts';

/** What the desk notes of the fee: it takes no money itself. */

/** A receipt that is older is of something else. */
const MAX_RECEIPT_AGE_DAYS = 30;
const DAY = 86_400_000;
/** So much may the clock of a desk, or of a cash register, be ahead. */
const MAX_CLOCK_SKEW_MS = 60_000;

/** A payment as its receipt says; without a time it was made when it is noted. */
export type Receipt = Pick<Payment, 'receiptNumber' | 'amountMinor' | 'currency'> & { payTime?: Date };

/**
 * Notes that the fee was paid; a term that counts from payment starts when it was, and when it was filed at the earliest.
 * @throws Problem INVALID_ARGUMENT for a time that lies ahead or is older than 30 days, or another currency than that of the
 *   fee; ACTION_NOT_ALLOWED when a payment is noted already
 */
export function recordPayment(
  app: Application,
  actor: Actor,
  { payTime: claimedPayTime, ...receipt }: Receipt,
  { version, workingTime: working }: { version: ServiceVersion; workingTime: WorkingTime },
): CommandResult {
  const state = assertTransition(app, 'record-payment', actor);
  const noteTime = resolveOccurTime(app, actor);
  const payTime = claimedPayTime ?? noteTime;
  const age = actor.now.getTime() - payTime.getTime();
  const fee = version.costOptions.find(({ code }) => code === app.content.costOption)?.fee;
  assertNoViolations([
    ...(age > MAX_RECEIPT_AGE_DAYS * DAY || age < -MAX_CLOCK_SKEW_MS
      ? [violation('/payTime', 'PAY_TIME_RANGE', { days: MAX_RECEIPT_AGE_DAYS })]
      : []),
    ...(fee && fee.currency !== receipt.currency
      ? [violation('/amount/currency', 'ONE_OF', { choices: [fee.currency] })]
      : []),
  ]);
  const payment: Payment = { ...receipt, payTime, by: actor.operator, noteTime };
  const paid = { ...startClockOnPayment(app, version, payTime, working), state, payment };
  return { document: appendHistory(paid, app.state, 'record-payment', actor), events: [] };
}
