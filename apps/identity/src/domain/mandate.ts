import { addCivilDays, endOfCivilDay, MANDATE_TERM_DAYS, toCivilDate } from '@cups/application';
import type { Language, MandateGround, MandateTerm } from '@cups/application';
import type { DeskTime } from '@cups/contracts';
import { Problem } from '@cups/problem';

/** A mandate and its life, as pure functions. Personal data is sealed elsewhere: nothing here names a person. */

export type MandateState = 'active' | 'revoked' | 'expired';

/** Public services and themes, as codes. */
export interface MandateScope {
  publicServices: string[];
  themes: string[];
}

/** A revocation of everything that remained, or of a part. */
export interface Revocation {
  scope: MandateScope;
  time: Date;
  /** `operators/{id}`, or `applicant` for the holder of the code. */
  actor: string;
  /** Number of the receipt. */
  receipt: string;
  whole: boolean;
  /** ID of the request, by which a repeat finds its receipt. */
  request: string;
}

/** What became of the email with a one-time code. `refused`: the mail server rejected the address. */
export type CodeDelivery = 'pending' | 'sent' | 'refused' | 'unavailable';

/** One-time code for the person, as supporting evidence. Its hash is keyed. */
export interface SupportingCode {
  /** Absent in codes of earlier releases, which were printed. */
  channel?: 'print' | 'email';
  hash: string;
  sendTime: Date;
  expireTime: Date;
  wrongTries: number;
  confirmTime?: Date;
  /** operators/{id} who printed or sent it, and who confirmed it. Absent in codes of earlier releases. */
  sentBy?: string;
  confirmedBy?: string;
  /** Of an email: its ULID, and what became of it. */
  id?: string;
  delivery?: CodeDelivery;
  /** Where the email went: its readers have the code. The store encrypts it. */
  address?: string;
  /** Code and address, until the email is sent. The store encrypts them. */
  mail?: string;
}

export interface MandateFields {
  _id: string;
  /** centres/{code} that holds it. */
  centre: string;
  training: boolean;
  ground: MandateGround;
  scope: MandateScope;
  term: MandateTerm;
  /** applications/{id} of a mandate for one application. */
  application?: string;
  grantTime: Date;
  expireTime: Date;
  /** Set if it was granted without a line. A bounded time of the desk is the time of the grant. */
  deskTime?: DeskTime;
  /** operators/{id} */
  grantedBy: string;
  text: { version: string; language: Language; sha256: string };
  printTime?: Date;
  supportingCode?: SupportingCode;
  /** When codes were sent by email; those of the last hour. */
  mailTimes?: Date[];
  state: MandateState;
  revocations: Revocation[];
  /** When it was found to end soon. */
  remindTime?: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** What other services learn about a mandate. */
export type MandateEvent = 'granted' | 'revoked' | 'expired' | 'code-requested';

/** What an operator did with codes of a mandate. Only the journal receives it. */
export type CodeAct = 'own-code-issued' | 'code-printed' | 'code-confirmed';

export interface MandateStep<M> {
  mandate: M;
  eventKind?: MandateEvent;
  codeAct?: { kind: CodeAct; operator: string };
}

/** Days before the end at which a mandate is listed as ending soon. */
const REMINDER_DAYS = 14;
const DAY_MS = 86_400_000;
/** Timer that ends an email which nobody sent in time. */
export const MAIL_TIMER = 'end-mail';
export const CODE_LIFETIME_MS = 10 * 60_000;
const MAX_WRONG_TRIES = 5;
/** Scope parts are few, so a mandate has at most this number of revocations and stays small. */
export const MAX_SCOPE_SERVICES = 50;
export const MAX_SCOPE_THEMES = 20;
/** Services of a theme can be revoked one by one, which needs a bound of its own. */
const MAX_REVOCATIONS = 100;

/** Returns the end of a term: the end of its last day in Chisinau. The day of the grant does not count. */
export const expiryOf = (grantTime: Date, term: MandateTerm): Date =>
  endOfCivilDay(addCivilDays(toCivilDate(grantTime), MANDATE_TERM_DAYS[term]));

/** Returns the last day of a mandate, yyyy-MM-dd. */
export const lastDayOf = (expireTime: Date): string => toCivilDate(new Date(expireTime.getTime() - 1));

/** Returns the timer of an active mandate: the reminder, then the end. */
export function nextTimer(expireTime: Date, now: Date): NonNullable<MandateFields['timer']> {
  const reminder = new Date(expireTime.getTime() - REMINDER_DAYS * DAY_MS);
  return now < reminder ? { kind: 'remind', due: reminder } : { kind: 'expire', due: expireTime };
}

/** Returns what remains of the scope. A service that was revoked by name is not covered by its theme either. */
export function remainingScope({ scope, revocations }: Pick<MandateFields, 'scope' | 'revocations'>): MandateScope {
  const services = new Set(revocations.flatMap(({ scope: part }) => part.publicServices));
  const themes = new Set(revocations.flatMap(({ scope: part }) => part.themes));
  return {
    publicServices: scope.publicServices.filter((code) => !services.has(code)),
    themes: scope.themes.filter((code) => !themes.has(code)),
  };
}

const isEmpty = ({ publicServices, themes }: MandateScope): boolean =>
  publicServices.length === 0 && themes.length === 0;

/** Returns the state at a time: the timer may be late, the end is not. */
export const stateAt = ({ state, expireTime }: Pick<MandateFields, 'state' | 'expireTime'>, now: Date): MandateState =>
  state === 'active' && now >= expireTime ? 'expired' : state;

/**
 * Revokes everything that remains, or a part.
 * @param part empty for everything
 * @throws Problem ACTION_NOT_ALLOWED if the mandate has ended, or covers nothing of the part
 */
export function revoke<M extends MandateFields>(
  mandate: M,
  part: MandateScope,
  { actor, request, now }: { actor: string; request: string; now: Date },
): MandateStep<M> {
  const state = stateAt(mandate, now);
  if (state !== 'active') throw notAllowed('The mandate has ended.', state);
  const remaining = remainingScope(mandate);
  const scope = isEmpty(part) ? remaining : coveredPart(mandate, part);
  if (isEmpty(scope)) throw notAllowed('The mandate covers nothing of this part.', state);
  const revocation = { scope, time: now, actor, request, receipt: receiptNumber(mandate), whole: false };
  const revocations = [...mandate.revocations, revocation];
  const whole = isEmpty(remainingScope({ scope: mandate.scope, revocations }));
  if (!whole && revocations.length >= MAX_REVOCATIONS)
    throw notAllowed('Only the whole mandate can be revoked.', state);
  revocation.whole = whole;
  const next = { ...mandate, revocations };
  if (!whole) return { mandate: next, eventKind: 'revoked' };
  return { mandate: { ...withoutMail(next, 'unavailable'), state: 'revoked', timer: null }, eventKind: 'revoked' };
}

/** Returns what of a part is covered now. A service can be covered by a theme alone, so any service may be named. */
function coveredPart(mandate: MandateFields, part: MandateScope): MandateScope {
  const remaining = remainingScope(mandate);
  const revoked = new Set(mandate.revocations.flatMap(({ scope }) => scope.publicServices));
  const isCovered = (code: string) => remaining.publicServices.includes(code) || remaining.themes.length > 0;
  return {
    publicServices: [...new Set(part.publicServices)].filter((code) => !revoked.has(code) && isCovered(code)),
    themes: [...new Set(part.themes)].filter((code) => remaining.themes.includes(code)),
  };
}

/** Returns the revocation of a request that was applied. */
export const revocationOf = ({ revocations }: Pick<MandateFields, 'revocations'>, request: string): Revocation =>
  revocations.findLast((one) => one.request === request) ?? revocations.at(-1)!;

/** Returns the receipt number of the next revocation: unique, short, and without personal data. */
const receiptNumber = ({ _id, revocations }: Pick<MandateFields, '_id' | 'revocations'>): string =>
  `${_id.slice(-10)}-${revocations.length + 1}`;

const notAllowed = (message: string, state: MandateState): Problem =>
  new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { state, action: 'revoke' } });

/** Handles a due timer. A mandate whose timer is of no use any longer loses it. */
export function onTimer<M extends MandateFields>(mandate: M, kind: string, now: Date): MandateStep<M> {
  const current = withoutUnsentMail(mandate, now);
  if (current.state !== 'active') return { mandate: { ...current, timer: null } };
  if (now >= current.expireTime)
    return { mandate: { ...current, state: 'expired', timer: null }, eventKind: 'expired' };
  // A timer of the end that is early waits for it.
  if (kind === 'expire') return { mandate: { ...current, timer: { kind, due: current.expireTime } } };
  const reminded = kind === 'remind' ? { ...current, remindTime: now } : current;
  return { mandate: { ...reminded, timer: timerOf(reminded) } };
}

/** Returns the timer of an active mandate: its unsent email, the reminder, or the end, whichever is first. */
export function timerOf({
  supportingCode,
  grantTime,
  expireTime,
  remindTime,
}: Pick<MandateFields, 'supportingCode' | 'grantTime' | 'expireTime' | 'remindTime'>): NonNullable<
  MandateFields['timer']
> {
  const next = remindTime ? { kind: 'expire', due: expireTime } : nextTimer(expireTime, grantTime);
  if (supportingCode?.mail === undefined || supportingCode.expireTime > next.due) return next;
  return { kind: MAIL_TIMER, due: supportingCode.expireTime };
}

/** Ends an active mandate before its term. One that has ended stays as it is. */
export function end<M extends MandateFields>(mandate: M, now: Date): MandateStep<M> {
  if (mandate.state !== 'active') return { mandate };
  const expireTime = now < mandate.expireTime ? now : mandate.expireTime;
  return { mandate: { ...mandate, state: 'expired', expireTime, timer: null }, eventKind: 'expired' };
}

/** Returns the mandate without an email whose code has expired: notifications did not send it. */
const withoutUnsentMail = <M extends MandateFields>(mandate: M, now: Date): M =>
  mandate.supportingCode && now >= mandate.supportingCode.expireTime ? withoutMail(mandate, 'unavailable') : mandate;

/** Returns the mandate with what became of an email that waits, and without its code and address. */
export function withoutMail<M extends Pick<MandateFields, 'supportingCode'>>(
  mandate: M,
  delivery: Exclude<CodeDelivery, 'pending'>,
): M {
  if (mandate.supportingCode?.mail === undefined) return mandate;
  const { mail: _mail, ...rest } = mandate.supportingCode;
  return { ...mandate, supportingCode: { ...rest, delivery } };
}

/** Records the first printing. */
export const recordPrinted = <M extends MandateFields>(mandate: M, now: Date): MandateStep<M> =>
  mandate.printTime ? { mandate } : { mandate: { ...mandate, printTime: now } };

/**
 * Replaces the person's own code of the mandate, for a printout: the former one ends.
 * @param codeHash of the new code
 */
export function issueOwnCode<M extends MandateFields & { codeHash: string }>(
  mandate: M,
  { codeHash, operator, now }: { codeHash: string; operator: string; now: Date },
): MandateStep<M> {
  const { mandate: printed } = recordPrinted(mandate, now);
  return { mandate: { ...printed, codeHash }, codeAct: { kind: 'own-code-issued', operator } };
}

/**
 * Stores the keyed hash of a new one-time code to print.
 * @throws Problem ACTION_NOT_ALLOWED for an ended mandate, and for a confirmed code: it stays the evidence
 */
export function issueCode<M extends MandateFields>(
  mandate: M,
  { hash, operator, now }: { hash: string; operator: string; now: Date },
): MandateStep<M> {
  const state = stateAt(mandate, now);
  if (state !== 'active' || mandate.supportingCode?.confirmTime)
    throw new Problem({
      reason: 'ACTION_NOT_ALLOWED',
      message: 'No one-time code can be printed for the mandate.',
      metadata: { state, action: 'print-code' },
    });
  const expireTime = new Date(now.getTime() + CODE_LIFETIME_MS);
  const code = { channel: 'print' as const, hash, sentBy: operator, sendTime: now, expireTime, wrongTries: 0 };
  const next = { ...mandate, supportingCode: code };
  return { mandate: { ...next, timer: timerOf(next) }, codeAct: { kind: 'code-printed', operator } };
}

/**
 * Confirms the one-time code, or counts a wrong try.
 * @param hashes of the given code, by all keys
 * @throws Problem ACTION_NOT_ALLOWED without a code that can still be confirmed
 */
export function confirmCode<M extends MandateFields>(
  mandate: M,
  { hashes, operator, now }: { hashes: readonly string[]; operator: string; now: Date },
): MandateStep<M> {
  const { supportingCode: code } = mandate;
  if (code?.confirmTime && hashes.includes(code.hash)) return { mandate };
  if (!code || code.confirmTime || now >= code.expireTime || code.wrongTries >= MAX_WRONG_TRIES) {
    const message = 'The mandate has no one-time code that can be confirmed.';
    throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { action: 'confirm-code' } });
  }
  if (!hashes.includes(code.hash))
    return { mandate: { ...mandate, supportingCode: { ...code, wrongTries: code.wrongTries + 1 } } };
  const supportingCode = { ...code, confirmTime: now, confirmedBy: operator };
  return { mandate: { ...mandate, supportingCode }, codeAct: { kind: 'code-confirmed', operator } };
}
