import { AGENCY_EFFECTS, isCivilDate } from '@cups/application';
import type { DeskAlertKind, AgencyEffect, Message, MessageChange, State } from '@cups/application';
import type {
  ActionRecord,
  Application,
  Decision,
  DeskAlert,
  DocumentRequest,
  RequestedDocument,
  Result,
  Text,
} from './application.ts';
import type { DomainEvent, CommandResult } from './command.ts';
import { stopClock } from './clock.ts';
import { computeDue, endOfDay, toCivilDate } from './terms.ts';
import type { WorkingTime } from './terms.ts';

/**
 * What an agency's message does to an application. Nothing that it says is refused here: a date that cannot be is replaced,
 * an answer date that is too near or too far is moved, and each such change stands in the history and in a note for the
 * desk. However much an agency sends, the document stays small: repeated messages push the oldest of their kind out.
 */

/** What an agency, or the bridge, says about a delivery of this application. */
export interface AgencyUpdate {
  message: Message;
  /** agencies/{code} */
  agency: string;
  /** When it was sent, as it says itself: dates are judged by it, since a message may have waited out an outage. */
  occurTime?: Date;
  /** Id of the event that brought it. */
  eventId: string;
  now: Date;
  agencyReference?: string;
  /** The agency's words: a reason, a message, a note. */
  words?: Text;
  request?: Omit<DocumentRequest, 'requestTime'>;
  decision?: Omit<Decision, 'approved'>;
  result?: Result;
  /** Why, a code of the bridge. */
  cause?: string;
  /** Names of fields of a message that was refused. */
  fields?: string[];
  /** What the bridge could not take as it was sent, codes. */
  changes?: MessageChange[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** For an agency that asks for documents without naming a date. */
const DEFAULT_ANSWER_DAYS = 30;
/** So many working days a person has at least from the notice, and so many days from the message at most. */
const MIN_ANSWER_WORKING_DAYS = 5;
const MAX_ANSWER_DAYS = 365;
/** Three weeks hold five working days, whatever days off a year has. */
const FALLBACK_ANSWER_DAYS = 21;
const MAX_DESK_ALERTS = 50;
/** Rows of one kind of message that moved nothing: the newest are kept. */
const MAX_ROWS_PER_MESSAGE_KIND = 20;
const MAX_PROGRESS_ROWS = 50;
/** More submissions are not asked for: each is kept whole. */
const MAX_SUBMISSIONS = 50;

/** Every message has an effect in every state: it moves the application, or is noted for the desk. */
export function applyAgencyUpdate(app: Application, update: AgencyUpdate, workingTime: WorkingTime): CommandResult {
  const effect = resolveEffect(app, update.message);
  const normalized = normalizeUpdate(app, update, effect, workingTime);
  const moved =
    'to' in effect
      ? applyTransition(app, effect.to, normalized, workingTime)
      : recordAlert(app, effect.note, normalized);
  const document: Application = {
    ...moved,
    ...(normalized.agencyReference ? { agencyReference: normalized.agencyReference } : {}),
    deskNotes: (normalized.changes ?? []).reduce(
      (notes, change) => addDeskAlert(notes, 'agency-message-changed', normalized.now, change),
      moved.deskNotes,
    ),
  };
  if (normalized.message === 'progressed' && normalized.words?.ro) {
    document.progress = { note: normalized.words.ro, time: normalized.occurTime };
  }
  appendMessageRow(document, app, normalized);
  return { document, events: domainEvents(app, document, normalized, effect) };
}

function resolveEffect(app: Application, message: Message): AgencyEffect {
  const effect = AGENCY_EFFECTS[app.state][message];
  const asks = 'to' in effect && effect.to === 'documents-requested';
  return asks && app.submissions.length >= MAX_SUBMISSIONS ? { note: 'documents-requested-too-often' } : effect;
}

type NormalizedUpdate = AgencyUpdate & { occurTime: Date };

/** The word with dates that can be, and a code for each that was changed. A request that opens nothing has no last day. */
function normalizeUpdate(
  app: Application,
  update: AgencyUpdate,
  effect: AgencyEffect,
  workingTime: WorkingTime,
): NormalizedUpdate {
  const { now, occurTime: claimedTime = now } = update;
  const changes = new Set<MessageChange>(update.changes);
  const earliest = (app.submitTime ?? app.createTime).getTime() - DAY;
  const isPlausible = (time: Date, until: Date) =>
    time.getTime() >= earliest && time.getTime() <= until.getTime() + HOUR;
  const occurTime = isPlausible(claimedTime, now) ? claimedTime : now;
  if (occurTime !== claimedTime) changes.add('CE_TIME_REPLACED');
  const next: NormalizedUpdate = { ...update, occurTime };
  if (update.decision) {
    const { decideTime } = update.decision;
    next.decision = {
      ...dropPastAppealDate(dropPastValidity(update.decision, occurTime, changes), occurTime, changes),
      decideTime,
    };
    if (!isPlausible(decideTime, occurTime)) {
      next.decision.decideTime = occurTime;
      changes.add('DECIDE_TIME_REPLACED');
    }
  }
  if (update.result) next.result = dropPastValidity(update.result, occurTime, changes);
  if (update.request && 'to' in effect) next.request = clampAnswerDate(update.request, next, workingTime, changes);
  if (changes.size > 0) next.changes = [...changes];
  return next;
}

/** A result that ended before it was sent says nothing: its end is left out. */
function dropPastValidity<R extends { validUntil?: string }>(result: R, sent: Date, changes: Set<MessageChange>): R {
  if (result.validUntil === undefined || result.validUntil >= toCivilDate(sent)) return result;
  changes.add('VALID_UNTIL_DROPPED');
  const { validUntil: _past, ...rest } = result;
  return rest as R;
}

/** An appeal whose last day had passed when it was sent keeps its words: only the day is left out. */
function dropPastAppealDate<D extends Pick<Decision, 'appeal'>>(decision: D, sent: Date, changes: Set<string>): D {
  const { how, until } = decision.appeal ?? {};
  if (!how || until === undefined || until >= toCivilDate(sent)) return decision;
  changes.add('APPEAL_UNTIL_DROPPED');
  return { ...decision, appeal: { how } };
}

/**
 * A request whose answer date a person can keep: a year from the message at most, and at least 5 working days from the
 * notice, also where the message says that it is older than a year.
 */
function clampAnswerDate(
  request: Omit<DocumentRequest, 'requestTime'>,
  { now, occurTime }: NormalizedUpdate,
  workingTime: WorkingTime,
  changes: Set<MessageChange>,
): Omit<DocumentRequest, 'requestTime'> {
  const requested = request.answerBy;
  if (!isCivilDate(requested)) return { ...request, answerBy: toCivilDate(addDays(now, DEFAULT_ANSWER_DAYS)) };
  const earliest = computeEarliestAnswerDate(now, workingTime);
  const yearEnds = toCivilDate(addDays(occurTime, MAX_ANSWER_DAYS));
  const latest = yearEnds > earliest ? yearEnds : earliest;
  if (requested >= earliest && requested <= latest) return request;
  changes.add(requested < earliest ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT');
  return { ...request, answerBy: requested < earliest ? earliest : latest, askedAnswerBy: requested };
}

const addDays = (time: Date, days: number) => new Date(time.getTime() + days * DAY);

function computeEarliestAnswerDate(now: Date, workingTime: WorkingTime): string {
  try {
    return computeDue(now, { amount: MIN_ANSWER_WORKING_DAYS, unit: 'working-days' }, workingTime).dueDate;
  } catch {
    // The calendar of the next year is not there yet: a message must not wait for it.
    return toCivilDate(addDays(now, FALLBACK_ANSWER_DAYS));
  }
}

/** The document in the state that a message leads to, with the fields that belong to that state. */
function applyTransition(
  app: Application,
  state: State,
  update: NormalizedUpdate,
  workingTime: WorkingTime,
): Application {
  const { documentRequest: _answered, ...open } = app;
  switch (state) {
    case 'documents-requested': {
      const requested = update.request ?? {
        id: update.eventId,
        evidenceKinds: [],
        answerBy: toCivilDate(addDays(update.now, DEFAULT_ANSWER_DAYS)),
      };
      const documentRequest: DocumentRequest = { ...requested, requestTime: update.now };
      const timer = { kind: 'answer-date-passed' as const, due: endOfDay(documentRequest.answerBy) };
      return { ...stopClock(open, update.now, workingTime), state, documentRequest, timer };
    }
    case 'ready':
    case 'rejected': {
      const decideTime = update.decision?.decideTime ?? update.occurTime;
      const decision: Decision = { ...update.decision, decideTime, approved: state === 'ready' };
      return { ...open, state, decision, timer: null };
    }
    default:
      return { ...open, state };
  }
}

/** The document with a note for the desk; a corrected or revoked result is recorded in the decision as well. */
function recordAlert(app: Application, kind: DeskAlertKind, update: NormalizedUpdate): Application {
  const next = { ...app, deskNotes: addDeskAlert(app.deskNotes, kind, update.now, update.cause) };
  if (!isResultChange(update.message) || !app.decision?.approved) return next;
  return {
    ...next,
    decision:
      update.message === 'result-corrected'
        ? applyCorrection(app.decision, update)
        : applyRevocation(app.decision, update),
  };
}

/** The new result takes the place of the old one, which the history keeps. */
function applyCorrection(decision: Decision, { now, result, words }: NormalizedUpdate): Decision {
  const { resultKind: _k, resultNumber: _n, verificationCode: _c, validUntil: _v, ...rest } = decision;
  const correctTime = latestOf(now, decision.revokeTime && new Date(decision.revokeTime.getTime() + 1));
  return { ...rest, ...result, correctTime, ...(words ? { correctReason: words } : {}) };
}

function applyRevocation(decision: Decision, { now, words }: NormalizedUpdate): Decision {
  return { ...decision, revokeTime: latestOf(now, decision.correctTime), ...(words ? { revokeReason: words } : {}) };
}

/** Of a correction and a revocation the later one counts, so their times keep their order when the clocks of two replicas do not. */
function latestOf(now: Date, earliest: Date | undefined): Date {
  return earliest && earliest > now ? earliest : now;
}

/** One more note, the newest last; one of the same kind and cause is counted in it. */
function addDeskAlert(notes: DeskAlert[], kind: DeskAlertKind, recordTime: Date, cause?: string): DeskAlert[] {
  const same = notes.find((note) => note.kind === kind && note.cause === cause);
  const others = notes.filter((note) => note !== same);
  const note: DeskAlert = { kind, recordTime };
  if (cause !== undefined) note.cause = cause;
  if (same) note.count = (same.count ?? 1) + 1;
  return [...others.slice(1 - MAX_DESK_ALERTS), note];
}

/** The row of a message, at the end of the history; of many that moved nothing the oldest goes, and is counted. */
function appendMessageRow(document: Application, app: Application, update: NormalizedUpdate): void {
  const row: ActionRecord = {
    kind: update.message,
    by: update.agency,
    occurTime: update.occurTime,
    recordTime: update.now,
    cause: update.eventId,
    fromState: app.state,
    toState: document.state,
    ...toRowDetails(update),
  };
  const history = [...app.history, row];
  document.history = history;
  const isTransition = (one: ActionRecord) => one.kind !== update.message || one.fromState !== one.toState;
  const same = history.filter((one) => !isTransition(one));
  if (
    isTransition(row) ||
    same.length <= (update.message === 'progressed' ? MAX_PROGRESS_ROWS : MAX_ROWS_PER_MESSAGE_KIND)
  )
    return;
  document.history = history.filter((one) => one !== same[0]);
  document.omittedMessages = (app.omittedMessages ?? 0) + 1;
}

/** What a message said, for its row; only what is there. */
function toRowDetails(update: NormalizedUpdate): Partial<ActionRecord> {
  const { words, changes, cause, fields, request } = update;
  const details: Partial<ActionRecord> = {};
  const result = toResult(update);
  const documents: RequestedDocument[] = request?.documents ?? [];
  if (words && Object.keys(words).length > 0) details.words = words;
  if (result) details.result = result;
  if (documents.length > 0) details.documents = documents;
  if (changes) details.changes = changes;
  if (cause !== undefined) details.code = cause;
  if (fields && fields.length > 0) details.fields = fields;
  return details;
}

function toResult({ decision, result }: NormalizedUpdate): Result | undefined {
  const { resultKind, resultNumber, verificationCode, validUntil } = result ?? decision ?? {};
  if (resultKind === undefined) return undefined;
  const named: Result = { resultKind };
  if (resultNumber !== undefined) named.resultNumber = resultNumber;
  if (verificationCode !== undefined) named.verificationCode = verificationCode;
  if (validUntil !== undefined) named.validUntil = validUntil;
  return named;
}

function isResultChange(message: Message): boolean {
  return message === 'result-corrected' || message === 'result-revoked';
}

function domainEvents(
  app: Application,
  next: Application,
  update: NormalizedUpdate,
  effect: AgencyEffect,
): DomainEvent[] {
  if ('note' in effect) {
    return isResultChange(update.message) && next.decision?.approved
      ? [{ type: 'ResultChanged', revoked: update.message === 'result-revoked' }]
      : [{ type: 'DeskNoted', kind: effect.note }];
  }
  switch (effect.to) {
    case 'documents-requested': {
      const { id: request, answerBy, askedAnswerBy } = next.documentRequest!;
      return [{ type: 'DocumentsRequested', request, answerBy, ...(askedAnswerBy ? { askedAnswerBy } : {}) }];
    }
    case 'ready':
    case 'rejected':
      return [{ type: 'ApplicationDecided' }];
    default:
      return app.state === effect.to ? [] : [{ type: 'ApplicationInProgress' }];
  }
}
