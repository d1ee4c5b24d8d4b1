import { violation } from '@cups/problem';
import { assertTransition, resolveOccurTime, appendHistory } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, Payment, ServiceVersion } from '../application.ts';
import { startClockOnPayment } from '../clock.ts';
import { assertNoViolations } from '../problems.ts';
import type { WorkingTime } from '../terms.ts';

/** Records the payment of the fee. The desk itself takes no money. */

/** An older receipt belongs to something else. */
const MAX_RECEIPT_AGE_DAYS = 30;
const DAY = 86_400_000;
/** Maximum time that the clock of a desk or cash register may be ahead. */
const MAX_CLOCK_SKEW_MS = 60_000;

/** A payment according to its receipt. Without a time, it counts as paid when it is recorded. */
export type Receipt = Pick<Payment, 'receiptNumber' | 'amountMinor' | 'currency'> & { payTime?: Date };

/**
 * Records that the fee was paid. A term that counts from payment starts at the payment, at the earliest when the
 * application was filed.
 * @throws Problem INVALID_ARGUMENT for a time in the future or older than 30 days, or a currency other than the
 * fee's; ACTION_NOT_ALLOWED if a payment is recorded already
 */
export function recordPayment(
  app: Application,
  actor: Actor,
  { payTime: claimedPayTime, ...receipt }: Receipt,
  { version, workingTime }: { version: ServiceVersion; workingTime: WorkingTime },
): CommandResult {
  const state = assertTransition(app, 'record-payment', actor);
  const recordTime = resolveOccurTime(app, actor);
  const payTime = claimedPayTime ?? recordTime;
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
  const payment: Payment = { ...receipt, payTime, recordedBy: actor.operator, recordTime };
  const paid = { ...startClockOnPayment(app, version, payTime, workingTime), state, payment };
  return { document: appendHistory(paid, app.state, 'record-payment', actor), events: [] };
}
