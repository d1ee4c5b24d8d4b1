import type { NoticeCause, NoticeKind as NoticeKindCode } from '@cups/application';
import { backoffMs } from '@cups/contracts';
import type { Language } from './language.ts';

/** Kinds of notices, stored and shown by the desk. */
export type NoticeKind = Exclude<NoticeKindCode, 'other'>;

/** Why a notice waits or failed; for an SMTP error, its code. */
export type FailCause = Exclude<NoticeCause, 'other' | 'smtp-refused'> | `smtp-${number}`;

export type Channel = 'email' | 'slip';

/**
 * compose: the contact is not known yet. pending: the email is claimed. printable: the slip can be printed.
 * sent: the mail server accepted it, or the desk printed it.
 */
export type NoticeState = 'compose' | 'pending' | 'printable' | 'sent' | 'failed';

/** A notice in the thread of its application. The stored shape is the domain shape. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  state: NoticeState;
  /** Time of the event; the age of the notice counts from here. */
  eventTime: Date;
  /** ID of the event that caused it; absent without one, and in notices of older releases. */
  causedBy?: string;
  createTime: Date;
  /** Last day to supply documents (yyyy-MM-dd), from the event. */
  answerBy?: string;
  channel?: Channel;
  language?: Language;
  /** Email address, for the channel email only. */
  emailAddress?: string;
  subject?: string;
  text?: string;
  trackingNumber?: string;
  /** Whether it is a training: always a slip, and labelled as a training. */
  training?: boolean;
  /** Number of attempts to compose or send. */
  attempts: number;
  /** Time of the next attempt. */
  due?: Date;
  sendTime?: Date;
  failCause?: FailCause;
  /** Whether it exceeded the daily limit of its kind: it waits, and the newest of its kind replaces it. */
  throttled?: boolean;
  /** Number of throttled notices that it replaced. */
  replacedCount?: number;
  /** When a colleague notified the applicant of its content, and the method: phone, in-person or slip. */
  notifyTime?: Date;
  notifyMethod?: string;
}

/** Intervals in ms. */
export interface RetryPolicy {
  /** Older events cause no notice, and unsent notices fail after this time. */
  maxAgeMs: number;
  /** A notice older than this fails when its application is in a later state. */
  overtakenAfterMs: number;
  /** An email that is not marked as sent within this time is sent again. */
  claimMs: number;
  /** Delay of the second attempt. It doubles up to one minute. */
  retryMs: number;
}

/** Cause of a wait that ends with the next response of intake. */
export const INTAKE_UNAVAILABLE = 'intake-unavailable';
const MAX_RETRY_DELAY_MS = 60_000;

/** Returns whether the notice must still be composed or sent. */
export function isOpen(notice: Notice): boolean {
  return notice.state === 'compose' || notice.state === 'pending';
}

export function isDue(notice: Notice, now: Date): boolean {
  return isOpen(notice) && !(notice.due && notice.due > now);
}

/** Returns the earliest time at which a notice is due, or undefined. */
export function nextDue(notices: readonly Notice[]): Date | undefined {
  const times = notices.filter(isOpen).flatMap(({ due }) => (due ? [due.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

/** Claims the notice for sending. Nobody else sends it before the claim expires. */
export function claimNotice(notice: Notice, now: Date, { claimMs }: RetryPolicy): Notice {
  return { ...notice, state: 'pending', due: new Date(now.getTime() + claimMs) };
}

/** Returns whether the event is too old for a notice. */
export function isTooOld(eventTime: Date, now: Date, { maxAgeMs }: RetryPolicy): boolean {
  return now.getTime() - eventTime.getTime() > maxAgeMs;
}

/** Returns the notices with the notification recorded on one of them; an unknown ID changes nothing. */
export function withPersonNotification(
  notices: readonly Notice[],
  id: string,
  method: string,
  notifyTime: Date,
): Notice[] {
  return notices.map((notice) => (notice.id === id ? { ...notice, notifyTime, notifyMethod: method } : notice));
}

/**
 * Returns the notices after a change of the contact. An email that no server accepted yet is composed again, for the
 * new address. So is one that the server rejected, unless a colleague has notified the applicant since.
 */
export function withNewContact(notices: readonly Notice[], now: Date, retryPolicy: RetryPolicy): Notice[] {
  return notices.map((notice) => {
    const wasRejected = notice.state === 'failed' && isAddressFailure(notice.failCause) && !notice.notifyTime;
    if (notice.state !== 'pending' && !(wasRejected && !isTooOld(notice.eventTime, now, retryPolicy))) return notice;
    const { emailAddress: _former, failCause: _cause, ...rest } = notice;
    return { ...rest, state: 'compose', attempts: 0, due: now };
  });
}

/** SMTP replies of class 5 reject the message for good (RFC 5321, section 4.2.1). */
const isAddressFailure = (cause: FailCause | undefined): boolean =>
  cause === 'address-invalid' || cause?.startsWith('smtp-5') === true;

/** Returns the slip as ready to print. */
export function markPrintable(notice: Notice): Notice {
  const { due: _due, failCause: _cause, ...rest } = notice;
  return { ...rest, state: 'printable' };
}

/** Returns the notices with one slip marked as printed. A slip that was printed before keeps its time. */
export function withPrinted(notices: readonly Notice[], id: string, now: Date): Notice[] {
  return notices.map((notice) => (notice.id === id && notice.state === 'printable' ? markSent(notice, now) : notice));
}

/** Returns the notice as handed to its channel. */
export function markSent(notice: Notice, now: Date): Notice {
  const { due: _due, failCause: _cause, ...rest } = notice;
  return { ...rest, state: 'sent', sendTime: now };
}

/** Returns the notice as failed. */
export function markFailed(notice: Notice, cause: FailCause): Notice {
  const { due: _due, throttled: _throttled, ...rest } = notice;
  return { ...rest, state: 'failed', failCause: cause };
}

/** Returns the notice with its next attempt, or as failed when it is too old. */
export function scheduleRetry(notice: Notice, cause: FailCause, now: Date, retryPolicy: RetryPolicy): Notice {
  if (isTooOld(notice.eventTime, now, retryPolicy)) return markFailed(notice, cause);
  const attempts = notice.attempts + 1;
  const delayMs = backoffMs(attempts, { initialMs: retryPolicy.retryMs, maxMs: MAX_RETRY_DELAY_MS, jitter: 0 });
  return { ...notice, attempts, failCause: cause, due: new Date(now.getTime() + delayMs) };
}
