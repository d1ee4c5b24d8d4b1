import { DATA_END_STATES, DATA_EVENTS, endOfCivilDay, toCivilDate } from '@cups/application';
import type { DataEvent, ErasureRefusal, HistoryKind } from '@cups/application';
import { NO_LEGAL_SOURCE, RETENTION_RULES } from '@cups/contracts/retention';
import type { RetentionRule, RetentionSource } from '@cups/contracts/retention';
import type { ActionRecord, Application, DataEndRule, TopicEnd } from './application.ts';

/**
 * The end of an application's personal data: when, by which rule, and what remains. The terms are settings, the rules are in
 * libs/contracts/src/retention-rules.ts.
 */

/** From the end of an application to the erasure of its data, by rule. */
export type DataEndTerms = Readonly<Record<DataEndRule, number>>;

const DAY_MS = 86_400_000;
/** Time from the end of an application to its first check. */
const FIRST_CHECK_MS = DAY_MS;
/** Longest time between two checks, so that a shorter term takes effect. */
const MAX_CHECK_INTERVAL_MS = 90 * DAY_MS;
/** Time until an erasure that cannot happen now is tried again. */
export const RETRY_MS = DAY_MS;
/** The same, while another service does not say whether it can happen. */
export const UNKNOWN_RETRY_MS = 5 * 60_000;

/** A new application has no time of update yet. */
type TimedApplication = Pick<Application, 'state' | 'history' | 'submitTime' | 'decision'> &
  Partial<Pick<Application, 'updateTime'>>;

/** Whether an entry of the history is about a right of the person or the end of the data. */
export const isDataEvent = (kind: HistoryKind): kind is DataEvent =>
  (DATA_EVENTS as readonly HistoryKind[]).includes(kind);

/** Whether the erasure of an application has started. From then on nothing of it is read or changed. */
export const isErased = ({ erasure }: Pick<Application, 'erasure'>): boolean => erasure !== undefined;

export const ruleOf = ({ submitTime }: Pick<Application, 'submitTime'>): DataEndRule =>
  submitTime ? 'closed-applications' : 'ended-drafts';

/** Returns when the application reached a state from which its term counts; undefined before. */
function endTimeOf({ state, history, updateTime }: TimedApplication): Date | undefined {
  if (!DATA_END_STATES.includes(state)) return undefined;
  return history.findLast(({ fromState, toState }) => fromState !== toState)?.recordTime ?? updateTime;
}

/** Returns the timer of the first check of an application that has ended; null for others. */
export function createDataEndTimer(app: TimedApplication): NonNullable<Application['timer']> | null {
  const end = endTimeOf(app);
  return end ? { kind: 'retention', due: new Date(end.getTime() + FIRST_CHECK_MS) } : null;
}

/** Returns when the term of an application ends, at the earliest after the last day of appeal; undefined before its end. */
export function expiryOf(app: TimedApplication, terms: DataEndTerms): Date | undefined {
  const end = endTimeOf(app);
  if (!end) return undefined;
  const expiry = new Date(end.getTime() + terms[ruleOf(app)]);
  const { deadline } = app.decision?.appeal ?? {};
  const appealEnd = deadline === undefined ? expiry : endOfCivilDay(deadline);
  return appealEnd > expiry ? appealEnd : expiry;
}

/** Returns when an application whose term has not ended is checked again. */
export const nextCheckOf = (expiry: Date, now: Date): Date =>
  new Date(Math.min(expiry.getTime(), now.getTime() + MAX_CHECK_INTERVAL_MS));

export interface Refusal {
  cause: ErasureRefusal;
  rule: DataEndRule;
  source: RetentionSource;
  /** yyyy-MM-dd, the end of a term that a law sets. */
  until?: string;
}

/** Returns why the person's request to erase an application is refused; undefined if it is not. */
export function findRefusal(
  app: TimedApplication & Pick<Application, 'restriction'>,
  { isHeld, terms, now }: { isHeld: boolean; terms: DataEndTerms; now: Date },
): Refusal | undefined {
  const rule = ruleOf(app);
  const expiry = expiryOf(app, terms);
  // The data serve the public service that the person asked for.
  if (!expiry) return { cause: 'open', rule, source: 'Law 234/2021' };
  if (isHeld) return { cause: 'held', rule, source: NO_LEGAL_SOURCE };
  if (app.restriction) return { cause: 'restricted', rule, source: 'Law 195/2024' };
  const { source }: RetentionRule = RETENTION_RULES[rule];
  if (source === NO_LEGAL_SOURCE || expiry <= now) return undefined;
  return { cause: 'term', rule, source, until: toCivilDate(expiry) };
}

type CopiedApplication = Pick<Application, 'agency' | 'history' | 'updateTime' | 'submitTime' | 'training'>;

/**
 * Returns when the last copy in each topic with personal data ends. Topics of internal events name resources only. The
 * last entry of the history bounds the last message.
 */
function topicEndsOf({ agency, history, updateTime, submitTime, training }: CopiedApplication): TopicEnd[] {
  if (!submitTime) return [];
  const last = history.findLast(({ kind }) => kind !== 'request-erasure')?.recordTime ?? updateTime;
  const endAfter = (days: number | null) => toCivilDate(new Date(last.getTime() + (days ?? 0) * DAY_MS));
  const internal = endAfter(RETENTION_RULES['internal-topics'].days);
  const copies = training
    ? ['training.requests', 'training.replies'].map((topic) => ({ topic, day: internal }))
    : ['requests', 'replies'].map((kind) => ({
        topic: `agency.${agency.slice('agencies/'.length)}.${kind}`,
        day: endAfter(RETENTION_RULES['agency-topics'].days),
      }));
  return [{ topic: 'cups.deliveries', day: internal }, ...copies];
}

/**
 * Returns the application without what names somebody: the store erases the sealed fields in the same write. State, dates,
 * actors and codes remain, for lists and statistics.
 */
export function eraseApplication(app: Application, now: Date): Application {
  const { erasure, notes: _notes, messages: _messages, complaints: _complaints, ...named } = app;
  const { documents: _documents, detachedDocuments: _detached, ...kept } = named;
  if (!erasure) throw new Error('The erasure of the application has not started.');
  const row: ActionRecord = {
    kind: 'erase-application',
    actor: 'timer',
    occurTime: now,
    recordTime: now,
    cause: `erasure:${erasure.startTime.toISOString()}`,
    fromState: app.state,
    toState: app.state,
    code: erasure.cause,
  };
  const erased: Application = {
    ...kept,
    timer: null,
    // The hash of a text that names the person would confirm a guess.
    submissions: app.submissions.map((one) =>
      one.mandate ? { ...one, mandate: { ...one.mandate, textSha256: '' } } : one,
    ),
    erasure: { ...erasure, time: now, topicEnds: topicEndsOf(app) },
    history: [...app.history, row],
  };
  if (erased.decision?.documents) {
    const { documents: _results, ...decision } = erased.decision;
    erased.decision = decision;
  }
  return erased;
}
