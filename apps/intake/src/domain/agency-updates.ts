import { AGENCY_EFFECTS, isCivilDate, toCivilDate } from '@cups/application';
import { answerEndOf } from './answer-date.ts';
import type { DeskAlertKind, AgencyEffect, Message, MessageChange, State } from '@cups/application';
import { addDeskAlert } from './desk-alerts.ts';
import { receiveMessage } from './conversation.ts';
import type { WrittenMessage } from './conversation.ts';
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
import { countRows, newestRows } from './history.ts';
import { stopClock } from './clock.ts';
import { withExpectedDecision, withoutExpectedDecision } from './expected-decision.ts';
import { passingOnEvents, passOn } from './passing-on.ts';
import type { PassOnFacts, PassOnRequest } from './passing-on.ts';
import { computeDue } from './terms.ts';
import type { WorkingTime } from './terms.ts';

/**
 * Applies agency messages to an application. Nothing is rejected here: invalid dates are replaced or moved, and
 * each change is recorded in the history and as a desk alert.
 */

/** A message of an agency, or of the bridge, about the delivery of an application. */
export interface AgencyUpdate {
  message: Message;
  /** agencies/{code} */
  agency: string;
  /** Claimed send time. Dates are validated against it, since a message may arrive late after an outage. */
  occurTime?: Date;
  /** ID of the received event. */
  eventId: string;
  now: Date;
  agencyReference?: string;
  agencyText?: Text;
  /** What the agency wrote to the desk. */
  written?: WrittenMessage;
  request?: Omit<DocumentRequest, 'requestTime'>;
  decision?: Omit<Decision, 'approved'>;
  result?: Result;
  /** Day on which the agency expects to decide, yyyy-MM-dd. */
  expectedDecisionDate?: string;
  /** Set if the agency passes the application on. Without facts a supervisor decides. */
  passOn?: Pick<PassOnRequest, 'competentAgency'> & Partial<PassOnFacts>;
  /** The bridge's code for the reason. */
  cause?: string;
  fields?: string[];
  /** The newest submission that the agency is known to have seen; absent in events of earlier releases. */
  seenSubmission?: number;
  /** Codes of changes that the platform made to the message. */
  changes?: MessageChange[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DEFAULT_ANSWER_DAYS = 30;
/** Minimum number of working days from now to answer, and maximum number of days from the message. */
const MIN_ANSWER_WORKING_DAYS = 5;
const MAX_ANSWER_DAYS = 365;
/** 21 days contain five working days in any calendar. */
const FALLBACK_ANSWER_DAYS = 21;
/**
 * Maximum number of history entries per kind of message without transition, which bounds the archive. The first and the
 * newest are kept.
 */
const MAX_ROWS_PER_MESSAGE_KIND = 1_000;
/**
 * Maximum number of submissions per application; each is stored whole. Further document requests only raise an
 * alert.
 */
const MAX_SUBMISSIONS = 50;

/** Applies a message: it moves the application to another state or raises a desk alert. */
export function applyAgencyUpdate(app: Application, update: AgencyUpdate, workingTime: WorkingTime): CommandResult {
  const effect = resolveEffect(app, update.message);
  const normalized = normalizeUpdate(app, update, effect, workingTime);
  const applied =
    'to' in effect ? applyEffect(app, effect.to, normalized, workingTime) : recordAlert(app, effect.alert, normalized);
  const document: Application = {
    ...withExpectedDate(applied, normalized),
    // The number of an agency that passed the application on says nothing to the next one.
    ...(normalized.agencyReference && normalized.message !== 'passed-on'
      ? { agencyReference: normalized.agencyReference }
      : {}),
    deskAlerts: (normalized.changes ?? []).reduce(
      (alerts, change) => addDeskAlert(alerts, 'agency-message-changed', normalized.now, change),
      withEarlierViewAlert(app, applied, normalized, effect),
    ),
  };
  if (normalized.message === 'progressed' && normalized.agencyText?.ro) {
    document.progress = { note: normalized.agencyText.ro, time: normalized.occurTime };
  }
  const received = receiveWritten(app, normalized);
  if (received) document.messages = [...(app.messages ?? []), received];
  appendMessageRow(document, app, normalized, received?.number);
  return { document, events: domainEvents(app, document, normalized, effect) };
}

/** Returns the application with the day on which the agency expects to decide, if the message names one. */
const withExpectedDate = (app: Application, { agency, expectedDecisionDate: date }: NormalizedUpdate): Application =>
  date === undefined ? app : withExpectedDecision(app, { date, agency });

function resolveEffect(app: Application, message: Message): AgencyEffect {
  const effect = AGENCY_EFFECTS[app.state][message];
  // No agency has it: the bridge refuses what the former one sends, and what it sent before counts no longer.
  if (app.passingOn && 'to' in effect) return { alert: 'agency-undecided' };
  const requestsDocuments = 'to' in effect && effect.to === 'documents-requested';
  return requestsDocuments && app.submissions.length >= MAX_SUBMISSIONS
    ? { alert: 'documents-requested-too-often' }
    : effect;
}

type NormalizedUpdate = AgencyUpdate & { occurTime: Date };

/** Returns the update with plausible dates, and with a code for each date that was changed. */
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

/** Drops an expiry date that had passed when the message was sent. */
function dropPastValidity<R extends { validUntil?: string }>(result: R, sent: Date, changes: Set<MessageChange>): R {
  if (result.validUntil === undefined || result.validUntil >= toCivilDate(sent)) return result;
  changes.add('VALID_UNTIL_DROPPED');
  const { validUntil: _past, ...rest } = result;
  return rest as R;
}

/** Drops an appeal deadline that had passed when the message was sent; the text stays. */
function dropPastAppealDate<D extends Pick<Decision, 'appeal'>>(decision: D, sent: Date, changes: Set<string>): D {
  const { instructions, deadline } = decision.appeal ?? {};
  if (!instructions || deadline === undefined || deadline >= toCivilDate(sent)) return decision;
  changes.add('APPEAL_UNTIL_DROPPED');
  return { ...decision, appeal: { instructions } };
}

/**
 * Moves the answer date into bounds: at least 5 working days from now, and at most a year from the message. The
 * minimum wins if the two conflict.
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
  const maxDate = toCivilDate(addDays(occurTime, MAX_ANSWER_DAYS));
  const latest = maxDate > earliest ? maxDate : earliest;
  if (requested >= earliest && requested <= latest) return request;
  changes.add(requested < earliest ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT');
  return { ...request, answerBy: requested < earliest ? earliest : latest, requestedAnswerBy: requested };
}

const addDays = (time: Date, days: number) => new Date(time.getTime() + days * DAY);

function computeEarliestAnswerDate(now: Date, workingTime: WorkingTime): string {
  try {
    return computeDue(now, { amount: MIN_ANSWER_WORKING_DAYS, unit: 'working-days' }, workingTime).dueDate;
  } catch {
    // The calendar of the next year may be missing; the message must not wait for it.
    return toCivilDate(addDays(now, FALLBACK_ANSWER_DAYS));
  }
}

function applyEffect(app: Application, state: State, update: NormalizedUpdate, workingTime: WorkingTime): Application {
  if (update.message !== 'passed-on') return applyTransition(app, state, update, workingTime);
  const { passOn: { competentAgency = app.agency, isKnown = false, isCovered = false } = {}, agencyText, now } = update;
  const request: PassOnRequest = { competentAgency, now, ...(agencyText ? { reason: agencyText } : {}) };
  return passOn(app, request, { isKnown, isCovered }, workingTime);
}

/** Returns the document in the new state, with the fields that belong to that state. */
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
      const timer = { kind: 'answer-date-passed' as const, due: answerEndOf(documentRequest) };
      return { ...stopClock(open, update.now, workingTime), state, documentRequest, timer };
    }
    case 'ready':
    case 'rejected': {
      const decideTime = update.decision?.decideTime ?? update.occurTime;
      const decision: Decision = { ...update.decision, decideTime, approved: state === 'ready' };
      if (isOnItsWay(app, decision)) decision.awaitsArrival = true;
      return { ...withoutExpectedDecision(open), state, decision, timer: null };
    }
    default:
      return { ...open, state };
  }
}

/** Messages whose content depends on what the agency had seen of the application. */
const MESSAGES_OF_A_VIEW: readonly Message[] = ['approved', 'rejected', 'documents-requested', 'passed-on'];

/**
 * Returns the alerts of an application after a message. What an agency sends from an earlier view counts, but the desk must
 * know that documents or data may be missing in it.
 */
function withEarlierViewAlert(
  before: Application,
  after: Application,
  { message, seenSubmission, now }: NormalizedUpdate,
  effect: AgencyEffect,
): DeskAlert[] {
  const alerts = withCrossingAlert(before, after, now);
  const newest = before.submissions.at(-1)?.number ?? 0;
  const isEarlier = seenSubmission !== undefined && seenSubmission < newest;
  const counts = 'to' in effect && MESSAGES_OF_A_VIEW.includes(message);
  // A decision that crosses a correction has an alert of its own.
  const isNew = isEarlier && counts && alerts === after.deskAlerts;
  return isNew ? addDeskAlert(alerts, 'answered-earlier-submission', now) : alerts;
}

/** A decision from before the newest correction stands, but the desk must know that it is about the former content. */
function withCrossingAlert(before: Application, after: Application, now: Date): DeskAlert[] {
  const correction = after.submissions.findLast(({ correctedFields }) => correctedFields);
  const isDecision = before.decision === undefined && after.decision !== undefined;
  const hasCrossed = isDecision && correction && after.decision!.decideTime < correction.submitTime;
  return hasCrossed ? addDeskAlert(after.deskAlerts, 'decided-before-correction', now) : after.deskAlerts;
}

/** Returns the document with a desk alert. A corrected or revoked result also changes the decision. */
function recordAlert(app: Application, kind: DeskAlertKind, update: NormalizedUpdate): Application {
  const next = { ...app, deskAlerts: addDeskAlert(app.deskAlerts, kind, update.now, update.cause) };
  if (!isResultChange(update.message) || !app.decision?.approved) return next;
  return {
    ...next,
    decision:
      update.message === 'result-corrected'
        ? applyCorrection(app, app.decision, update)
        : applyRevocation(app.decision, update),
  };
}

/** Fields of a decision that a correction replaces as a whole. */
const RESULT_FIELDS = [
  'resultKind',
  'resultNumber',
  'verificationCode',
  'validUntil',
  'documents',
  'verificationUrl',
  'awaitsArrival',
  'arrivalTime',
] as const;

/** Replaces the result; the history keeps the old one. A new paper result is on its way, unless one was handed over. */
function applyCorrection(app: Application, before: Decision, update: NormalizedUpdate): Decision {
  const { now, result, agencyText } = update;
  const rest = { ...before };
  for (const field of RESULT_FIELDS) delete rest[field];
  const correctTime = latestOf(now, before.revokeTime && new Date(before.revokeTime.getTime() + 1));
  const decision = { ...rest, ...result, correctTime, ...(agencyText ? { correctReason: agencyText } : {}) };
  return app.state === 'ready' && isOnItsWay(app, decision) ? { ...decision, awaitsArrival: true } : decision;
}

/** Whether a decision has a paper result that comes to the centre. Result documents are printed there instead. */
function isOnItsWay({ content }: Application, { approved, resultKind, documents = [] }: Decision): boolean {
  return approved && resultKind === 'paper' && documents.length === 0 && content.delivery?.kind !== 'post';
}

function applyRevocation(before: Decision, { now, agencyText }: NormalizedUpdate): Decision {
  const { awaitsArrival: _revoked, ...decision } = before;
  return {
    ...decision,
    revokeTime: latestOf(now, decision.correctTime),
    ...(agencyText ? { revokeReason: agencyText } : {}),
  };
}

/** The later of a correction and a revocation wins. This keeps their order when the clocks of two replicas differ. */
function latestOf(now: Date, earliest: Date | undefined): Date {
  return earliest && earliest > now ? earliest : now;
}

/** Returns what the agency wrote to the desk, to be stored; undefined for other messages. */
const receiveWritten = (app: Application, { written, agency, occurTime, now }: NormalizedUpdate) =>
  written && receiveMessage(app, written, { agency, sendTime: occurTime, recordTime: now });

/**
 * Appends the history entry of a message. Over the limit, drops the oldest entry of its kind that has no transition and is
 * not archived, and counts it.
 */
function appendMessageRow(
  document: Application,
  app: Application,
  update: NormalizedUpdate,
  messageNumber: number | undefined,
): void {
  const row: ActionRecord = {
    kind: update.message,
    actor: update.agency,
    occurTime: update.occurTime,
    recordTime: update.now,
    cause: update.eventId,
    fromState: app.state,
    toState: document.state,
    ...toRowDetails(update),
    ...(messageNumber === undefined ? {} : { messageNumber }),
  };
  const history = [...app.history, row];
  document.history = history;
  if (row.fromState !== row.toState || countRows(document, [row.kind]) <= MAX_ROWS_PER_MESSAGE_KIND) return;
  const dropped = newestRows(document).find(
    ({ kind, fromState, toState }) => kind === row.kind && fromState === toState,
  );
  document.history = history.filter((entry) => entry !== dropped);
  document.omittedMessages = (app.omittedMessages ?? 0) + 1;
}

function toRowDetails(update: NormalizedUpdate): Partial<ActionRecord> {
  const { agencyText, changes, cause, fields, request, passOn: passed, expectedDecisionDate } = update;
  const details: Partial<ActionRecord> = {};
  const result = toResult(update);
  const documents: RequestedDocument[] = request?.documents ?? [];
  if (agencyText && Object.keys(agencyText).length > 0) details.agencyText = agencyText;
  if (result) details.result = result;
  if (passed) details.agency = passed.competentAgency;
  if (expectedDecisionDate !== undefined) details.expectedDecisionDate = expectedDecisionDate;
  if (documents.length > 0) details.documents = documents;
  if (changes) details.changes = changes;
  if (cause !== undefined) details.code = cause;
  if (fields && fields.length > 0) details.fields = fields;
  return details;
}

function toResult({ decision, result }: NormalizedUpdate): Result | undefined {
  const { resultKind, resultNumber, verificationCode, validUntil, documents, verificationUrl } =
    result ?? decision ?? {};
  if (resultKind === undefined) return undefined;
  const fields: Result = { resultKind };
  if (resultNumber !== undefined) fields.resultNumber = resultNumber;
  if (verificationCode !== undefined) fields.verificationCode = verificationCode;
  if (validUntil !== undefined) fields.validUntil = validUntil;
  if (documents !== undefined) fields.documents = documents;
  if (verificationUrl !== undefined) fields.verificationUrl = verificationUrl;
  return fields;
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
  if ('alert' in effect) {
    return isResultChange(update.message) && next.decision?.approved
      ? [{ type: 'ResultChanged', revoked: update.message === 'result-revoked' }]
      : [{ type: 'DeskAlertRaised', kind: effect.alert }];
  }
  if (update.message === 'passed-on') return passingOnEvents(next);
  switch (effect.to) {
    case 'documents-requested': {
      const { id: request, answerBy, requestedAnswerBy } = next.documentRequest!;
      return [{ type: 'DocumentsRequested', request, answerBy, ...(requestedAnswerBy ? { requestedAnswerBy } : {}) }];
    }
    case 'ready':
    case 'rejected': {
      const appealDeadline = next.decision?.appeal?.deadline;
      return [{ type: 'ApplicationDecided', ...(appealDeadline === undefined ? {} : { appealDeadline }) }];
    }
    default:
      return app.state === effect.to ? [] : [{ type: 'ApplicationInProgress' }];
  }
}
