import { addCivilDays, endOfCivilDay, MANDATE_TERM_DAYS, toCivilDate } from '@cups/application';
import type { Language, MandateGround, MandateTerm } from '@cups/application';
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

/** One-time code for the person. Its hash is keyed. */
export interface SupportingCode {
  hash: string;
  sendTime: Date;
  expireTime: Date;
  wrongTries: number;
  confirmTime?: Date;
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
  /** operators/{id} */
  grantedBy: string;
  text: { version: string; language: Language; sha256: string };
  printTime?: Date;
  supportingCode?: SupportingCode;
  state: MandateState;
  revocations: Revocation[];
  /** When it was found to end soon. */
  remindTime?: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** What other services learn about a mandate. */
export type MandateEvent = 'granted' | 'revoked' | 'expired';

export interface MandateStep<M> {
  mandate: M;
  eventKind?: MandateEvent;
}

/** Days before the end at which a mandate is listed as ending soon. */
const REMINDER_DAYS = 14;
const DAY_MS = 86_400_000;
const CODE_LIFETIME_MS = 10 * 60_000;
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
  const next = whole ? { state: 'revoked' as const, timer: null } : {};
  return { mandate: { ...mandate, ...next, revocations }, eventKind: 'revoked' };
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
  if (mandate.state !== 'active') return { mandate: { ...mandate, timer: null } };
  if (now >= mandate.expireTime)
    return { mandate: { ...mandate, state: 'expired', timer: null }, eventKind: 'expired' };
  const timer = { kind: 'expire', due: mandate.expireTime };
  if (kind === 'remind') return { mandate: { ...mandate, remindTime: now, timer } };
  return { mandate: { ...mandate, timer } };
}

/** Records the first printing. */
export const recordPrinted = <M extends MandateFields>(mandate: M, now: Date): MandateStep<M> =>
  mandate.printTime ? { mandate } : { mandate: { ...mandate, printTime: now } };

/** Stores the keyed hash of a new one-time code. @throws Problem ACTION_NOT_ALLOWED for an ended mandate */
export function issueCode<M extends MandateFields>(mandate: M, hash: string, now: Date): MandateStep<M> {
  const state = stateAt(mandate, now);
  if (state !== 'active')
    throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The mandate has ended.', metadata: { state } });
  const expireTime = new Date(now.getTime() + CODE_LIFETIME_MS);
  return { mandate: { ...mandate, supportingCode: { hash, sendTime: now, expireTime, wrongTries: 0 } } };
}

/**
 * Confirms the one-time code, or counts a wrong try.
 * @param hashes of the given code, by all keys
 * @throws Problem ACTION_NOT_ALLOWED without a code that can still be confirmed
 */
export function confirmCode<M extends MandateFields>(mandate: M, hashes: readonly string[], now: Date): MandateStep<M> {
  const { supportingCode: code } = mandate;
  if (code?.confirmTime && hashes.includes(code.hash)) return { mandate };
  if (!code || code.confirmTime || now >= code.expireTime || code.wrongTries >= MAX_WRONG_TRIES) {
    const message = 'The mandate has no one-time code that can be confirmed.';
    throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { action: 'confirm-code' } });
  }
  const supportingCode = hashes.includes(code.hash)
    ? { ...code, confirmTime: now }
    : { ...code, wrongTries: code.wrongTries + 1 };
  return { mandate: { ...mandate, supportingCode } };
}
