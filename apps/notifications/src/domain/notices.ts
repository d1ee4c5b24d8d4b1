import { plainWords } from '@cups/application';
import { backoffMs } from '@cups/contracts';
import { dateForPeople, inLanguage, languageOf, quoted, writeLetter } from './texts.ts';
import type { Facts, Language, Words } from './texts.ts';

/** What a person can be told. Stored with the notice and shown by the desk. */
export type NoticeKind =
  | 'application-submitted'
  | 'documents-requested'
  | 'result-ready'
  | 'application-rejected'
  | 'application-withdrawn'
  | 'application-expired'
  | 'result-corrected'
  | 'result-revoked';

export type Channel = 'email' | 'slip';

/** compose: the contact is not known yet; pending: the mail is claimed and goes out; sent: given to the channel, a slip is ready to print. */
export type NoticeState = 'compose' | 'pending' | 'sent' | 'failed';

/** One notice inside the thread of its application; the domain shape is the stored one. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  state: NoticeState;
  /** Time of the event that it tells of: its age counts from here. */
  eventTime: Date;
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
  /** Tries to compose or send so far. */
  attempts: number;
  /** When to try next. */
  due?: Date;
  sendTime?: Date;
  failCause?: string;
  /** It was one too many of its kind that day: it waits, and the newest of its kind takes its place. */
  held?: boolean;
  /** How many held ones it took the place of. */
  replaces?: number;
}

/** What an event of cups.applications says, in words of this service. */
export interface Happening {
  /** Full name of the event's message. */
  type: string;
  time: Date;
  /** State after the event, such as `in-progress`. */
  state: string;
  fromState?: string;
  revoked?: boolean;
}

/** An older event causes no notice; a notice later than the other is dropped when its application has moved on. */
export interface Usefulness {
  maxAgeMs: number;
  overtakenAfterMs: number;
}

/**
 * Decides whether the person is told of an event, and what.
 * Not told: what the person did at the desk a moment ago (handing over, supplying, discarding a draft), what only the
 * desk must look at, and what is too old to be of use (design law 6).
 */
export function noticeFor(event: Happening, now: Date, rules: Usefulness): NoticeKind | undefined {
  if (now.getTime() - event.time.getTime() > rules.maxAgeMs) return undefined;
  switch (event.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
      return 'application-submitted';
    case 'cups.intake.v1.DocumentsRequested':
      return 'documents-requested';
    case 'cups.intake.v1.ApplicationDecided':
      return event.state === 'rejected' ? 'application-rejected' : 'result-ready';
    case 'cups.intake.v1.ApplicationWithdrawn':
      return event.fromState === 'draft' ? undefined : 'application-withdrawn';
    case 'cups.intake.v1.ApplicationExpired':
      return event.fromState === 'draft' ? undefined : 'application-expired';
    case 'cups.intake.v1.ResultChanged':
      return event.revoked ? 'result-revoked' : 'result-corrected';
    default:
      return undefined;
  }
}

/** The state in which a notice still asks for something; a kind without a row is true whatever came later. */
const ACTUAL_IN: { [Kind in NoticeKind]?: string } = {
  'documents-requested': 'documents-requested',
  'result-ready': 'ready',
  'application-rejected': 'rejected',
};

/** True when a late notice would only confuse: it asks for a step that the application has left behind. */
export function overtaken(kind: NoticeKind, stateNow: string, ageMs: number, rules: Usefulness): boolean {
  const state = ACTUAL_IN[kind];
  return state !== undefined && ageMs > rules.overtakenAfterMs && stateNow !== state;
}

/** What the agency did last to a result that it had given. */
export type ResultChange = 'corrected' | 'revoked';

/** After which change of the result a notice would be untrue, however young it is: the notice of the change follows. */
const UNTRUE_AFTER: { [Kind in NoticeKind]?: ResultChange } = {
  'result-ready': 'revoked',
  'result-corrected': 'revoked',
  'result-revoked': 'corrected',
};

/** True when the agency has changed the result since, so that the notice would say what is so no more. */
function untrue(kind: NoticeKind, lastChange: ResultChange | undefined): boolean {
  return lastChange !== undefined && UNTRUE_AFTER[kind] === lastChange;
}

/** One address without display name, list or line break; what is none is answered by a slip. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/;

/**
 * Decides the channel: whoever has an e-mail address gets e-mail; everybody else (a telephone only, or nothing) gets a
 * slip that the desk prints, the receipt of filing included.
 */
export function channelFor(contact: { email: string }): Channel {
  return ADDRESS.test(contact.email) ? 'email' : 'slip';
}

/** The cause of a wait that the next answer of intake ends. */
export const INTAKE_AWAY = 'intake-away';
const LAST_WAIT_MS = 60_000;

/** The next time at which the thread has work to do, or undefined. */
export function nextDue(notices: readonly Notice[]): Date | undefined {
  const times = notices.filter(open).flatMap(({ due }) => (due ? [due.getTime()] : []));
  return times.length > 0 ? new Date(Math.min(...times)) : undefined;
}

/** True while the notice still has to be composed or sent. */
export function open(notice: Notice): boolean {
  return notice.state === 'compose' || notice.state === 'pending';
}

/** What an agency can cause again and again. */
const REPEATABLE: readonly NoticeKind[] = ['documents-requested', 'result-corrected', 'result-revoked'];
/** Notices of one such kind about one application in 24 hours; the next one waits. */
export const MAX_A_DAY = 3;
const DAY_MS = 86_400_000;
/** Notices of one such kind that a thread keeps. */
const KEPT = 100;

/** Until when a further notice of this kind has to wait, so that nobody is told the same kind of thing all day long. */
export function heldUntil(notices: readonly Notice[], kind: NoticeKind, now: Date): Date | undefined {
  if (!REPEATABLE.includes(kind)) return undefined;
  const told = notices
    .filter((one) => one.kind === kind && !one.held && one.state !== 'failed')
    .map((one) => (one.sendTime ?? one.createTime).getTime() + DAY_MS)
    .filter((end) => end > now.getTime())
    .sort((a, b) => a - b);
  const next = told.at(-MAX_A_DAY);
  return next === undefined ? undefined : new Date(next);
}

/** The notices with one more. A held one takes the place of the one that is held already: the newest is what counts. */
export function withNotice(notices: readonly Notice[], added: Notice): Notice[] {
  const replaced = notices.find((one) => added.held && one.held && one.kind === added.kind);
  const notice = replaced ? { ...added, replaces: (replaced.replaces ?? 0) + 1 } : added;
  const kept = notices.filter((one) => one !== replaced);
  const same = REPEATABLE.includes(added.kind) ? kept.filter((one) => one.kind === added.kind && !open(one)) : [];
  const oldest = same.length >= KEPT ? same[0] : undefined;
  return [...kept.filter((one) => one !== oldest), notice];
}

/** What intake says of the person and the application at the time of writing. */
export interface Contact {
  language: string;
  email: string;
  personName: string;
  serviceTitle: Words;
  centreName: string;
  trackingNumber: string;
  /** yyyy-MM-dd or empty. */
  dueDate: string;
  /** State now. */
  state: string;
  /** Of the open request for documents, if any: yyyy-MM-dd, and the agency's words. */
  answerBy: string;
  requestWords: Words;
  /** The agency's words about single documents that it asks for. */
  documentWords: string[];
  /** The agency's reason for its decision, for a correction, for a revocation. */
  reasonWords: Words;
  correctWords: Words;
  revokeWords: Words;
  /** Of the result, '' where there is none: the agency's number, the code that verifies it, yyyy-MM-dd. */
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
  /** What the agency did last to the result, if anything. */
  lastChange?: ResultChange;
}

/**
 * Writes the letter and chooses the channel. A slip is ready at once; a mail becomes pending and is claimed until
 * `claimedUntil`: whoever finds it after that sends it again under the same id. A notice that would be untrue by now, and
 * a late one that the application has overtaken, fail with the cause `overtaken`.
 */
export function composeNotice(
  notice: Notice,
  contact: Contact,
  now: Date,
  rules: Usefulness,
  claimedUntil: Date,
): Notice {
  const age = now.getTime() - notice.eventTime.getTime();
  const isPast = untrue(notice.kind, contact.lastChange) || overtaken(notice.kind, contact.state, age, rules);
  if (isPast) return failed(notice, 'overtaken');
  const language = languageOf(contact.language);
  const { trackingNumber } = contact;
  const name = plainWords(contact.personName, 200);
  const facts = factsOf(notice, contact, language);
  const { held: _held, ...told } = notice;
  const written: Notice = {
    ...told,
    ...writeLetter(notice.kind, language, facts, { name, trackingNumber }),
    language,
    channel: channelFor(contact),
    trackingNumber,
    attempts: 0,
  };
  return written.channel === 'email'
    ? { ...written, to: contact.email, state: 'pending', due: claimedUntil }
    : sent(written, now);
}

/** What the letter may speak of; the words of the agency as they may be shown. */
function factsOf(notice: Notice, contact: Contact, language: Language): Facts {
  const words = (given: Words) => plainWords(inLanguage(given, language));
  const said: { [Kind in NoticeKind]?: string[] } = {
    'documents-requested': [
      words(contact.requestWords),
      ...contact.documentWords.map((note) => plainWords(note)).map((note) => note && `– ${note}`),
    ],
    'result-ready': [words(contact.reasonWords)],
    'application-rejected': [words(contact.reasonWords)],
    'result-corrected': [words(contact.correctWords)],
    'result-revoked': [words(contact.revokeWords)],
  };
  return {
    service: inLanguage(contact.serviceTitle, language),
    centre: contact.centreName,
    due: dateForPeople(contact.dueDate),
    // The words are those of the request that is open now, and so is its day; that of the event only where none is open.
    answerBy: dateForPeople(contact.answerBy || (notice.answerBy ?? '')),
    words: quoted(said[notice.kind] ?? []),
    number: plainWords(contact.resultNumber, 100),
    verificationCode: plainWords(contact.verificationCode, 100),
    validUntil: dateForPeople(contact.validUntil),
  };
}

/** Given to the channel. */
export function sent(notice: Notice, now: Date): Notice {
  const { due: _due, failCause: _cause, ...rest } = notice;
  return { ...rest, state: 'sent', sendTime: now };
}

/** Given up, for a cause that is a code. */
export function failed(notice: Notice, cause: string): Notice {
  const { due: _due, held: _held, ...rest } = notice;
  return { ...rest, state: 'failed', failCause: cause };
}

/** One more try failed for a cause that may pass: later again, until the notice is too old to be of use. */
export function later(notice: Notice, cause: string, now: Date, retryMs: number, rules: Usefulness): Notice {
  if (now.getTime() - notice.eventTime.getTime() > rules.maxAgeMs) return failed(notice, cause);
  const attempts = notice.attempts + 1;
  const wait = backoffMs(attempts, { first: retryMs, most: LAST_WAIT_MS, jitter: 0 });
  return { ...notice, attempts, failCause: cause, due: new Date(now.getTime() + wait) };
}
