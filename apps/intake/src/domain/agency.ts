import { AGENCIES, isCivilDate } from '@cups/application';
import type { DeskNoteKind, Effect, Message, MessageChange, State } from '@cups/application';
import type {
  ActionRecord,
  Application,
  Decision,
  DeskNote,
  DocumentRequest,
  RequestedDocument,
  Result,
  Text,
} from './application.ts';
import type { Happening, Step } from './acts.ts';
import { stoppedClock } from './clock.ts';
import { dueAfter, endOfDay, today } from './terms.ts';
import type { WorkingTime } from './terms.ts';

/**
 * What an agency's message does to an application. Nothing that it says is refused here: a date that cannot be is replaced,
 * an answer date that is too near or too far is moved, and each such change stands in the history and in a note for the
 * desk. However much an agency sends, the document stays small: repeated messages push the oldest of their kind out.
 */

/** What an agency, or the bridge, says about a delivery of this application. */
export interface AgencyWord {
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
const ANSWER_DAYS = 30;
/** So many working days a person has at least from the notice, and so many days from the message at most. */
const LEAST_ANSWER_DAYS = 5;
const MOST_ANSWER_DAYS = 365;
/** Three weeks hold five working days, whatever days off a year has. */
const UNKNOWN_YEAR_DAYS = 21;
const MAX_NOTES = 50;
/** Rows of one kind of message that moved nothing: the newest are kept. */
const KEPT_ROWS = 20;
const KEPT_PROGRESS = 50;
/** More submissions are not asked for: each is kept whole. */
const MAX_SUBMISSIONS = 50;

/** Every message has an effect in every state: it moves the application, or is noted for the desk. */
export function receive(app: Application, said: AgencyWord, working: WorkingTime): Step {
  const effect = effectOf(app, said.message);
  const word = judged(app, said, effect, working);
  const moved = 'to' in effect ? enter(app, effect.to, word, working) : noted(app, effect.note, word);
  const document: Application = {
    ...moved,
    ...(word.agencyReference ? { agencyReference: word.agencyReference } : {}),
    deskNotes: (word.changes ?? []).reduce(
      (notes, change) => withNote(notes, 'agency-message-changed', word.now, change),
      moved.deskNotes,
    ),
  };
  if (word.message === 'progressed' && word.words?.ro) {
    document.progress = { note: word.words.ro, time: word.occurTime };
  }
  addRow(document, app, word);
  return { document, events: happenings(app, document, word, effect) };
}

function effectOf(app: Application, message: Message): Effect {
  const effect = AGENCIES[app.state][message];
  const asks = 'to' in effect && effect.to === 'documents-requested';
  return asks && app.submissions.length >= MAX_SUBMISSIONS ? { note: 'documents-requested-too-often' } : effect;
}

type Judged = AgencyWord & { occurTime: Date };

/** The word with dates that can be, and a code for each that was changed. A request that opens nothing has no last day. */
function judged(app: Application, word: AgencyWord, effect: Effect, working: WorkingTime): Judged {
  const { now, occurTime: claimed = now } = word;
  const changes = new Set<MessageChange>(word.changes);
  const since = (app.submitTime ?? app.createTime).getTime() - DAY;
  const canBe = (time: Date, until: Date) => time.getTime() >= since && time.getTime() <= until.getTime() + HOUR;
  const occurTime = canBe(claimed, now) ? claimed : now;
  if (occurTime !== claimed) changes.add('CE_TIME_REPLACED');
  const next: Judged = { ...word, occurTime };
  if (word.decision) {
    const { decideTime } = word.decision;
    next.decision = { ...appealable(current(word.decision, occurTime, changes), occurTime, changes), decideTime };
    if (!canBe(decideTime, occurTime)) {
      next.decision.decideTime = occurTime;
      changes.add('DECIDE_TIME_REPLACED');
    }
  }
  if (word.result) next.result = current(word.result, occurTime, changes);
  if (word.request && 'to' in effect) next.request = answerable(word.request, next, working, changes);
  if (changes.size > 0) next.changes = [...changes];
  return next;
}

/** A result that ended before it was sent says nothing: its end is left out. */
function current<R extends { validUntil?: string }>(result: R, sent: Date, changes: Set<MessageChange>): R {
  if (result.validUntil === undefined || result.validUntil >= today(sent)) return result;
  changes.add('VALID_UNTIL_DROPPED');
  const { validUntil: _past, ...rest } = result;
  return rest as R;
}

/** An appeal whose last day had passed when it was sent keeps its words: only the day is left out. */
function appealable<D extends Pick<Decision, 'appeal'>>(decision: D, sent: Date, changes: Set<string>): D {
  const { how, until } = decision.appeal ?? {};
  if (!how || until === undefined || until >= today(sent)) return decision;
  changes.add('APPEAL_UNTIL_DROPPED');
  return { ...decision, appeal: { how } };
}

/**
 * A request whose answer date a person can keep: a year from the message at most, and at least 5 working days from the
 * notice, also where the message says that it is older than a year.
 */
function answerable(
  request: Omit<DocumentRequest, 'requestTime'>,
  { now, occurTime }: Judged,
  working: WorkingTime,
  changes: Set<MessageChange>,
): Omit<DocumentRequest, 'requestTime'> {
  const asked = request.answerBy;
  if (!isCivilDate(asked)) return { ...request, answerBy: today(after(now, ANSWER_DAYS)) };
  const least = leastAnswerBy(now, working);
  const yearEnds = today(after(occurTime, MOST_ANSWER_DAYS));
  const most = yearEnds > least ? yearEnds : least;
  if (asked >= least && asked <= most) return request;
  changes.add(asked < least ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT');
  return { ...request, answerBy: asked < least ? least : most, askedAnswerBy: asked };
}

const after = (time: Date, days: number) => new Date(time.getTime() + days * DAY);

function leastAnswerBy(now: Date, working: WorkingTime): string {
  try {
    return dueAfter(now, { amount: LEAST_ANSWER_DAYS, unit: 'working-days' }, working).dueDate;
  } catch {
    // The calendar of the next year is not there yet: a message must not wait for it.
    return today(after(now, UNKNOWN_YEAR_DAYS));
  }
}

/** The document in the state that a message leads to, with the fields that belong to that state. */
function enter(app: Application, state: State, word: Judged, working: WorkingTime): Application {
  const { documentRequest: _answered, ...open } = app;
  switch (state) {
    case 'documents-requested': {
      const asked = word.request ?? {
        id: word.eventId,
        evidenceKinds: [],
        answerBy: today(after(word.now, ANSWER_DAYS)),
      };
      const documentRequest: DocumentRequest = { ...asked, requestTime: word.now };
      const timer = { kind: 'answer-date-passed' as const, due: endOfDay(documentRequest.answerBy) };
      return { ...stoppedClock(open, word.now, working), state, documentRequest, timer };
    }
    case 'ready':
    case 'rejected': {
      const decideTime = word.decision?.decideTime ?? word.occurTime;
      const decision: Decision = { ...word.decision, decideTime, approved: state === 'ready' };
      return { ...open, state, decision, timer: null };
    }
    default:
      return { ...open, state };
  }
}

/** The document with a note for the desk; a corrected or revoked result is recorded in the decision as well. */
function noted(app: Application, kind: DeskNoteKind, word: Judged): Application {
  const kept = { ...app, deskNotes: withNote(app.deskNotes, kind, word.now, word.cause) };
  if (!changesResult(word.message) || !app.decision?.approved) return kept;
  return {
    ...kept,
    decision: word.message === 'result-corrected' ? corrected(app.decision, word) : revoked(app.decision, word),
  };
}

/** The new result takes the place of the old one, which the history keeps. */
function corrected(decision: Decision, { now, result, words }: Judged): Decision {
  const { resultKind: _k, resultNumber: _n, verificationCode: _c, validUntil: _v, ...rest } = decision;
  const correctTime = notBefore(now, decision.revokeTime && new Date(decision.revokeTime.getTime() + 1));
  return { ...rest, ...result, correctTime, ...(words ? { correctReason: words } : {}) };
}

function revoked(decision: Decision, { now, words }: Judged): Decision {
  return { ...decision, revokeTime: notBefore(now, decision.correctTime), ...(words ? { revokeReason: words } : {}) };
}

/** Of a correction and a revocation the later one counts, so their times keep their order when the clocks of two replicas do not. */
function notBefore(now: Date, earliest: Date | undefined): Date {
  return earliest && earliest > now ? earliest : now;
}

/** One more note, the newest last; one of the same kind and cause is counted in it. */
function withNote(notes: DeskNote[], kind: DeskNoteKind, recordTime: Date, cause?: string): DeskNote[] {
  const same = notes.find((note) => note.kind === kind && note.cause === cause);
  const others = notes.filter((note) => note !== same);
  const note: DeskNote = { kind, recordTime };
  if (cause !== undefined) note.cause = cause;
  if (same) note.count = (same.count ?? 1) + 1;
  return [...others.slice(1 - MAX_NOTES), note];
}

/** The row of a message, at the end of the history; of many that moved nothing the oldest goes, and is counted. */
function addRow(document: Application, app: Application, word: Judged): void {
  const row: ActionRecord = {
    kind: word.message,
    by: word.agency,
    occurTime: word.occurTime,
    recordTime: word.now,
    cause: word.eventId,
    fromState: app.state,
    toState: document.state,
    ...saidIn(word),
  };
  const history = [...app.history, row];
  document.history = history;
  const moves = (one: ActionRecord) => one.kind !== word.message || one.fromState !== one.toState;
  const same = history.filter((one) => !moves(one));
  if (moves(row) || same.length <= (word.message === 'progressed' ? KEPT_PROGRESS : KEPT_ROWS)) return;
  document.history = history.filter((one) => one !== same[0]);
  document.omittedMessages = (app.omittedMessages ?? 0) + 1;
}

/** What a message said, for its row; only what is there. */
function saidIn(word: Judged): Partial<ActionRecord> {
  const { words, changes, cause, fields, request } = word;
  const said: Partial<ActionRecord> = {};
  const result = resultOf(word);
  const documents: RequestedDocument[] = request?.documents ?? [];
  if (words && Object.keys(words).length > 0) said.words = words;
  if (result) said.result = result;
  if (documents.length > 0) said.documents = documents;
  if (changes) said.changes = changes;
  if (cause !== undefined) said.code = cause;
  if (fields && fields.length > 0) said.fields = fields;
  return said;
}

function resultOf({ decision, result }: Judged): Result | undefined {
  const { resultKind, resultNumber, verificationCode, validUntil } = result ?? decision ?? {};
  if (resultKind === undefined) return undefined;
  const named: Result = { resultKind };
  if (resultNumber !== undefined) named.resultNumber = resultNumber;
  if (verificationCode !== undefined) named.verificationCode = verificationCode;
  if (validUntil !== undefined) named.validUntil = validUntil;
  return named;
}

function changesResult(message: Message): boolean {
  return message === 'result-corrected' || message === 'result-revoked';
}

function happenings(app: Application, next: Application, word: Judged, effect: Effect): Happening[] {
  if ('note' in effect) {
    return changesResult(word.message) && next.decision?.approved
      ? [{ type: 'ResultChanged', revoked: word.message === 'result-revoked' }]
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
