import { Problem } from '@cups/problem';
import { CODE_LIFETIME_MS, stateAt, timerOf, withoutMail } from './mandate.ts';
import type { CodeDelivery, MandateFields, MandateStep, SupportingCode } from './mandate.ts';

/** The one-time code by email, as pure functions. Code and address are sealed by the store until the email is sent. */

/** Interval of the emails of one mandate. */
const RESEND_MS = 60_000;
/** Emails of one person, over all their mandates. */
const MAX_MAILS = 5;
export const MAIL_PERIOD_MS = 3_600_000;

/** A code to send. */
export interface NewCodeMail {
  /** ULID. */
  id: string;
  /** Keyed hash of the code. */
  hash: string;
  /** Code and address, to be sealed. */
  mail: string;
  /** To be sealed: it stays with the code. */
  address: string;
  /** operators/{id} */
  sentBy: string;
}

/**
 * Stores a new code that is sent by email.
 * @param personTimes when codes were sent to this person, also for other mandates
 * @throws Problem ACTION_NOT_ALLOWED for an ended mandate, a training and a confirmed code; RATE_LIMITED
 */
export function requestCodeMail<M extends MandateFields>(
  mandate: M,
  { id, hash, mail, address, sentBy }: NewCodeMail,
  { personTimes, now }: { personTimes: readonly Date[]; now: Date },
): MandateStep<M> {
  const state = stateAt(mandate, now);
  if (state !== 'active' || mandate.training || mandate.supportingCode?.confirmTime)
    throw new Problem({
      reason: 'ACTION_NOT_ALLOWED',
      message: 'No one-time code can be sent for the mandate.',
      metadata: { state, action: 'mail-code' },
    });
  assertNotTooMany(mandate.mailTimes ?? [], personTimes, now);
  const supportingCode: SupportingCode = {
    channel: 'email',
    id,
    hash,
    sentBy,
    mail,
    address,
    delivery: 'pending',
    wrongTries: 0,
    sendTime: now,
    expireTime: new Date(now.getTime() + CODE_LIFETIME_MS),
  };
  const mailTimes = [...recentOf(mandate.mailTimes ?? [], now), now];
  const next = { ...mandate, supportingCode, mailTimes };
  return { mandate: { ...next, timer: timerOf(next) }, eventKind: 'code-requested' };
}

/** @throws Problem RATE_LIMITED with the time to wait */
function assertNotTooMany(own: readonly Date[], ofPerson: readonly Date[], now: Date): void {
  const lastTime = own.at(-1)?.getTime() ?? -Infinity;
  const recent = recentOf(ofPerson, now).sort((one, other) => one.getTime() - other.getTime());
  const oldest = recent.at(-MAX_MAILS);
  const waits = [lastTime + RESEND_MS, oldest ? oldest.getTime() + MAIL_PERIOD_MS : -Infinity];
  const retryAfterMs = Math.max(...waits) - now.getTime();
  if (retryAfterMs > 0)
    throw new Problem({ reason: 'RATE_LIMITED', message: 'Too many codes were sent to the person.', retryAfterMs });
}

const recentOf = (times: readonly Date[], now: Date): Date[] =>
  times.filter((time) => now.getTime() - time.getTime() < MAIL_PERIOD_MS);

/** Records what became of an email, and removes code and address. A report about another code changes nothing. */
export function recordDelivery<M extends MandateFields>(
  mandate: M,
  id: string,
  delivery: Exclude<CodeDelivery, 'pending'>,
): MandateStep<M> {
  if (mandate.supportingCode?.id !== id) return { mandate };
  const next = withoutMail(mandate, delivery);
  return { mandate: next !== mandate && next.state === 'active' ? { ...next, timer: timerOf(next) } : next };
}
