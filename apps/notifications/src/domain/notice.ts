import type { NoticeCause, NoticeKind as NoticeKindCode } from '@cups/application';
import { backoffMs } from '@cups/contracts';
import type { Language } from './language.ts';

/** What a person can be told. Stored with the notice and shown by the desk. */
export type NoticeKind = Exclude<NoticeKindCode, 'other'>;

/** Why a notice waits or was given up; of a mail server that refuses, its code. */
export type FailCause = Exclude<NoticeCause, 'other' | 'smtp-refused'> | `smtp-${number}`;

export type Channel = 'email' | 'slip';

/**
 * compose: the contact is not known yet; pending: the mail is claimed and goes out; printable: the slip waits to be printed;
 * sent: given to the channel, which of a slip is the desk that printed it.
 */
export type NoticeState = 'compose' | 'pending' | 'printable' | 'sent' | 'failed';

/** One notice inside the thread of its application; the domain shape is the stored one. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  state: NoticeState;
  /** Time of the event that it tells of: its age counts from here. */
  eventTime: Date;
  /** Id of the event that caused that one; absent where none did, and of older releases. */
  causedBy?: string;
  createTime: Date;
  /** Last day to bring documents (yyyy-MM-dd), from the event. */
  answerBy?: string;
  channel?: Channel;
  language?: Language;
  /** E-mail address, only for the channel email. */
  to?: string;
  subject?: string;
  text?: string;
  trackingNumber?: string;
  /** Of a training: it is a slip, and its text says so. */
  training?: boolean;
  /** Tries to compose or send so far. */
  attempts: number;
  /** When to try next. */
  due?: Date;
  sendTime?: Date;
  failCause?: FailCause;
  /** It was one too many of its kind that day: it waits, and the newest of its kind takes its place. */
  held?: boolean;
  /** How many held ones it took the place of. */
  replaces?: number;
  /** When the person was told by word of mouth what it says, and how: phone, in-person or slip. */
  toldTime?: Date;
  toldHow?: string;
}

/** How long what is waited for, ms. */
export interface RetryPolicy {
  /** An older event causes no notice, and a notice is given up that could not go out for so long. */
  maxAgeMs: number;
  /** A notice later than this is dropped when its application has moved on. */
  overtakenAfterMs: number;
  /** A mail whose sending left no mark within this time is sent again. */
  claimMs: number;
  /** Before the second try; each further wait is twice as long, a minute at most. */
  retryMs: number;
}

/** The cause of a wait that the next answer of intake ends. */
export const INTAKE_UNAVAILABLE = 'intake-away';
const MAX_RETRY_DELAY_MS = 60_000;

/** True while the notice still has to be composed or sent. */
export function isOpen(notice: Notice): boolean {
  return notice.state === 'compose' || notice.state === 'pending';
}

/** True when it is time to compose or to send the notice. */
export function isDue(notice: Notice, now: Date): boolean {
  return isOpen(notice) && !(notice.due && notice.due > now);
}

/** The next time at which one of the notices is due, or undefined. */
export function nextDue(notices: readonly Notice[]): Date | undefined {
  const times = notices.filter(isOpen).flatMap(({ due }) => (due ? [due.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

/** Its mail goes out now: nobody else sends it before the claim has lapsed. */
export function claimNotice(notice: Notice, now: Date, { claimMs }: RetryPolicy): Notice {
  return { ...notice, state: 'pending', due: new Date(now.getTime() + claimMs) };
}

/** True when what happened is so long ago that it is of no use to tell it. */
export function isTooOld(eventTime: Date, now: Date, { maxAgeMs }: RetryPolicy): boolean {
  return now.getTime() - eventTime.getTime() > maxAgeMs;
}

/** The notices with the one of this id told by word of mouth; of one that is not there nothing changes. */
export function withPersonNotification(
  notices: readonly Notice[],
  id: string,
  method: string,
  toldTime: Date,
): Notice[] {
  return notices.map((notice) => (notice.id === id ? { ...notice, toldTime, toldHow: method } : notice));
}

/** A slip that the desk can print. */
export function markPrintable(notice: Notice): Notice {
  const { due: _due, failCause: _cause, ...rest } = notice;
  return { ...rest, state: 'printable' };
}

/** The notices with the slip of this id printed; one that was printed before keeps its time. */
export function withPrinted(notices: readonly Notice[], id: string, now: Date): Notice[] {
  return notices.map((notice) => (notice.id === id && notice.state === 'printable' ? markSent(notice, now) : notice));
}

/** Given to the channel. */
export function markSent(notice: Notice, now: Date): Notice {
  const { due: _due, failCause: _cause, ...rest } = notice;
  return { ...rest, state: 'sent', sendTime: now };
}

/** Given up, for a cause that is a code. */
export function markFailed(notice: Notice, cause: FailCause): Notice {
  const { due: _due, held: _held, ...rest } = notice;
  return { ...rest, state: 'failed', failCause: cause };
}

/** One more try failed for a cause that may pass: later again, until the notice is too old to be of use. */
export function scheduleRetry(notice: Notice, cause: FailCause, now: Date, retryPolicy: RetryPolicy): Notice {
  if (isTooOld(notice.eventTime, now, retryPolicy)) return markFailed(notice, cause);
  const attempts = notice.attempts + 1;
  const delayMs = backoffMs(attempts, { initialMs: retryPolicy.retryMs, maxMs: MAX_RETRY_DELAY_MS, jitter: 0 });
  return { ...notice, attempts, failCause: cause, due: new Date(now.getTime() + delayMs) };
}
