import { violation } from '@cups/problem';
import { allow, occurredAt, record } from '../acts.ts';
import type { Actor, Step } from '../acts.ts';
import type { Application, Payment, ServiceVersion } from '../application.ts';
import { paidClock } from '../clock.ts';
import { assertNone } from '../refusals.ts';
import type { WorkingTime } from '../terms.ts';

/** What the desk notes of the fee: it takes no money itself. */

/** A receipt that is older is of something else. */
const MOST_AGE_DAYS = 30;
const DAY = 86_400_000;
/** So much may the clock of a desk, or of a cash register, be ahead. */
const MOST_AHEAD_MS = 60_000;

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
  { payTime: given, ...receipt }: Receipt,
  { version, working }: { version: ServiceVersion; working: WorkingTime },
): Step {
  const state = allow(app, 'record-payment', actor);
  const noteTime = occurredAt(app, actor);
  const payTime = given ?? noteTime;
  const age = actor.now.getTime() - payTime.getTime();
  const fee = version.costOptions.find(({ code }) => code === app.content.costOption)?.fee;
  assertNone([
    ...(age > MOST_AGE_DAYS * DAY || age < -MOST_AHEAD_MS
      ? [violation('/payTime', 'PAY_TIME_RANGE', { days: MOST_AGE_DAYS })]
      : []),
    ...(fee && fee.currency !== receipt.currency
      ? [violation('/amount/currency', 'ONE_OF', { choices: [fee.currency] })]
      : []),
  ]);
  const payment: Payment = { ...receipt, payTime, by: actor.by, noteTime };
  const paid = { ...paidClock(app, version, payTime, working), state, payment };
  return { document: record(paid, app.state, 'record-payment', actor), events: [] };
}
