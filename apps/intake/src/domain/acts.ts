import { Problem } from '@cups/problem';
import type { ActionRecord, Application, ApplicationRow, ServiceVersion, Submission } from './application.ts';
import {
  allowedActions,
  closedBy,
  completenessViolations,
  MAX_EVIDENCE,
  MAX_SUPPLIED_BYTES,
  shapeViolations,
  stateAfter,
  TIMED,
} from '@cups/application';
import type {
  Action,
  AnswersCheck,
  Circumstance,
  Content,
  Evidence,
  HandOver,
  Outcome,
  State,
  Timer,
} from '@cups/application';
import { resumedClock, startedClock } from './clock.ts';
import { absent, assertNone } from './refusals.ts';
import { today } from './terms.ts';
import type { WorkingTime } from './terms.ts';

/**
 * What persons and timers do to an application (agencies: agency.ts): pure functions from a document to the next one and
 * what happened to it. The next document shares every unchanged part with the one before, so that the store writes the
 * difference only.
 */

/** Who acts, when, and what caused it. */
export interface Actor {
  /** operators/{id} */
  by: string;
  roles: readonly string[];
  /** centres/{code} of the session. */
  centre: string;
  /** centres/{code} that have closed, and whose applications that one took over. */
  takesOver?: readonly string[];
  now: Date;
  /** When it is claimed to have happened; a desk that was offline tells later. */
  occurTime?: Date;
  /** The request id. */
  cause: string;
}

/** What happened to an application, as it is told to the other services: each is a message of cups.intake.v1. */
export type Happening =
  | { type: 'ApplicationSubmitted'; submission: number; submitTime: Date }
  | { type: 'DocumentsSupplied'; submission: number; answersRequest: string }
  | { type: 'ApplicationWithdrawn'; fromState: State; withdrawTime: Date }
  | { type: 'ApplicationInProgress' }
  | { type: 'DocumentsRequested'; answerBy: string }
  | { type: 'ApplicationDecided' }
  | { type: 'ResultChanged'; revoked: boolean }
  | { type: 'ResultHandedOver' }
  | { type: 'ApplicationClosed'; needMet: boolean }
  | { type: 'ApplicationExpired'; fromState: State; expireTime: Date }
  /** `kind` is that of the note. */
  | { type: 'DeskNoted'; kind: string };

export interface Step {
  document: Application;
  events: Happening[];
}

/** A draft that nobody touches for so long expires. */
const DRAFT_DAYS = 30;
/** A desk may report at most this much later what it did offline. */
const OFFLINE_DAYS = 7;
const DAY = 86_400_000;

export interface NewApplication {
  id: string;
  centre: string;
  centreName: string;
  centreKind: string;
  trackingNumber: string;
  version: ServiceVersion;
  content: Content;
  corrects?: string;
  /** Set where its centre is in training: from then on it is what it is, whatever becomes of the centre. */
  training?: true;
}

/** The fields of a new draft that are not the store's own. */
export function draft(
  input: NewApplication,
  actor: Actor,
): Omit<Application, 'schemaVersion' | 'revision' | 'eventSeq' | 'createTime' | 'updateTime'> {
  assertNone(shapeViolations(input.content));
  return {
    _id: input.id,
    centre: input.centre,
    centreName: input.centreName,
    centreKind: input.centreKind,
    openedBy: actor.by,
    trackingNumber: input.trackingNumber,
    ...serviceFields(input.version),
    state: 'draft',
    ...(input.corrects === undefined ? {} : { corrects: input.corrects }),
    ...(input.training ? { training: true } : {}),
    content: input.content,
    submissions: [],
    history: [],
    deskNotes: [],
    timer: draftTimer(actor.now),
  };
}

/** Replaces the named fields of a draft; a named field that is absent is cleared. */
export function edit(app: Application, actor: Actor, fields: readonly (keyof Content)[], given: Content): Step {
  const state = allow(app, 'edit', actor);
  const content: Content = { ...app.content };
  for (const field of fields) {
    if (given[field] === undefined) delete content[field];
    else Object.assign(content, { [field]: given[field] });
  }
  assertNone(shapeViolations(content));
  return { document: { ...app, state, content, timer: draftTimer(actor.now) }, events: [] };
}

/** Takes the version in force today into the draft; a chosen cost option that it lacks is cleared. */
export function renew(app: Application, actor: Actor, version: ServiceVersion): Step {
  const state = allow(app, 'renew', actor);
  const { costOption, ...others } = app.content;
  const offered = version.costOptions.some((option) => option.code === costOption);
  const content = offered ? app.content : others;
  const document: Application = { ...app, ...serviceFields(version), state, content, timer: draftTimer(actor.now) };
  return { document: record(document, app.state, 'renew', actor), events: [] };
}

export interface SubmitParts {
  version: ServiceVersion;
  working: WorkingTime;
  answersViolations: AnswersCheck;
}

/** Freezes submission 1 and files it. The day of filing decides which version may be filed, also for an offline desk. */
export function submit(app: Application, actor: Actor, { version, working, answersViolations }: SubmitParts): Step {
  const state = allow(app, 'submit', actor);
  const at = occurTime(app, actor);
  if (app.service.validTo !== undefined && today(at) > app.service.validTo) {
    throw new Problem({
      reason: 'SERVICE_VERSION_EXPIRED',
      message: 'The public service changed since the draft was opened; renew the draft and check it again.',
      metadata: { version: app.serviceVersion, validTo: app.service.validTo },
    });
  }
  const violations = completenessViolations(app.content, version, app.centreKind, answersViolations);
  if (violations.length > 0) {
    throw new Problem({ reason: 'FILE_INCOMPLETE', message: 'The file is not complete.', violations });
  }
  const due = startedClock(version, app.content.costOption, at, working);
  const submission = freeze(app, 1, at, due.dueDate);
  const document = record(
    { ...app, state, submitTime: at, ...due, submissions: [...app.submissions, submission], timer: null },
    app.state,
    'submit',
    actor,
    { submission: 1, occurTime: at },
  );
  return {
    document,
    events: [{ type: 'ApplicationSubmitted', submission: 1, submitTime: at }],
  };
}

/** Withdraws, or discards a draft. */
export function withdraw(app: Application, actor: Actor, reason?: string): Step {
  const state = allow(app, 'withdraw', actor);
  const { documentRequest: _open, ...kept } = app;
  const document = record({ ...kept, state, timer: null }, app.state, 'withdraw', actor, reason ? { reason } : {});
  return {
    document,
    events: [{ type: 'ApplicationWithdrawn', fromState: app.state, withdrawTime: actor.now }],
  };
}

/** Adds what the agency asked for and freezes the next submission; the agency's clock goes on. */
export function supplyDocuments(
  app: Application,
  actor: Actor,
  supplied: { evidence: Evidence[]; answers?: Record<string, unknown> },
  { working, answersViolations }: Pick<SubmitParts, 'working' | 'answersViolations'>,
): Step {
  const state = allow(app, 'supply-documents', actor);
  const request = app.documentRequest!;
  const { documentRequest: _answered, ...open } = app;
  const content: Content = {
    ...app.content,
    // What was filed earlier is frozen: the oldest papers make room, so that whatever is asked for can be supplied.
    evidence: [...(app.content.evidence ?? []), ...supplied.evidence].slice(-MAX_EVIDENCE),
  };
  if (supplied.answers !== undefined) content.answers = supplied.answers;
  const next: Application = { ...resumedClock(open, actor.now, working), state, content, timer: null };
  const missing = request.evidenceKinds
    .filter((kind) => !supplied.evidence.some((paper) => paper.kind === kind))
    .map((kind) => ({ field: `evidence.${kind}`, rule: 'REQUIRED', message: `The paper ${kind} was asked for.` }));
  assertNone([
    ...missing,
    ...shapeViolations(content, MAX_SUPPLIED_BYTES),
    ...(supplied.answers === undefined ? [] : answersViolations(supplied.answers)),
  ]);
  const number = app.submissions.length + 1;
  const submission = { ...freeze(next, number, actor.now, next.dueDate), answersRequest: request.id };
  const document = record(
    { ...next, submissions: [...app.submissions, submission] },
    app.state,
    'supply-documents',
    actor,
    {
      submission: number,
      answers: request.id,
    },
  );
  return {
    document,
    events: [{ type: 'DocumentsSupplied', submission: number, answersRequest: request.id }],
  };
}

/** Records who collected the result or the decision, shown which paper. */
export function handOver(app: Application, actor: Actor, act: HandOver): Step {
  const state = allow(app, 'hand-over', actor);
  const document = record(
    { ...app, state, handOver: { ...act, handOverTime: actor.now } },
    app.state,
    'hand-over',
    actor,
  );
  return { document, events: [{ type: 'ResultHandedOver' }] };
}

/** Records whether the need is met, and closes. */
export function confirmOutcome(app: Application, actor: Actor, outcome: Outcome): Step {
  const state = allow(app, 'confirm-outcome', actor);
  const document = record({ ...app, state, outcome }, app.state, 'confirm-outcome', actor);
  return { document, events: [{ type: 'ApplicationClosed', needMet: outcome.needMet }] };
}

/** A timer fires; a stale one changes nothing. */
export function fire(app: Application, timer: Timer, now: Date): Step {
  const state = TIMED[timer][app.state];
  if (state === 'stale' || app.timer?.kind !== timer || app.timer.due > now) return { document: app, events: [] };
  const { documentRequest: _open, ...kept } = app;
  const row: ActionRecord = {
    kind: timer,
    by: 'timer',
    occurTime: app.timer.due,
    recordTime: now,
    cause: `timer:${timer}:${app.timer.due.toISOString()}`,
    fromState: app.state,
    toState: state,
  };
  return {
    document: { ...kept, state, timer: null, history: [...app.history, row] },
    events: [{ type: 'ApplicationExpired', fromState: app.state, expireTime: now }],
  };
}

/** The state that a history leads to, replayed from draft; the property tests hold the document against it. */
export function replay(history: readonly ActionRecord[]): State {
  return history.reduce<State>((state, row) => {
    if (row.fromState !== state) throw new Error(`history broken: ${row.kind} from ${row.fromState}, at ${state}`);
    return row.toState;
  }, 'draft');
}

/** What holds about an application beside its state. */
export function circumstancesOf({ decision }: Pick<ApplicationRow, 'decision'>): Circumstance[] {
  const { revokeTime, correctTime } = decision ?? {};
  const stands = revokeTime && !(correctTime && correctTime > revokeTime);
  return stands ? ['result-revoked'] : [];
}

function allow(app: Application, action: Action, actor: Actor): State {
  if (app.centre !== actor.centre && !actor.takesOver?.includes(app.centre)) throw absent();
  const holding = circumstancesOf(app);
  const state = stateAfter(app.state, action, actor.roles, holding);
  if (!state) {
    const allowed = allowedActions(app.state, actor.roles, holding).join(' ');
    const metadata = { state: app.state, action, allowed };
    if (closedBy(app.state, action, actor.roles, holding) === 'result-revoked') {
      const message = 'The agency revoked the result and has not corrected it since.';
      throw new Problem({ reason: 'RESULT_REVOKED', message, metadata });
    }
    throw new Problem({
      reason: 'ACTION_NOT_ALLOWED',
      message: `An application that is ${app.state} does not allow ${action}.`,
      metadata,
    });
  }
  return state;
}

function record(
  document: Application,
  fromState: State,
  kind: Action,
  actor: Actor,
  more: Partial<ActionRecord> = {},
): Application {
  const row: ActionRecord = {
    kind,
    by: actor.by,
    occurTime: actor.occurTime ?? actor.now,
    recordTime: actor.now,
    cause: actor.cause,
    fromState,
    toState: document.state,
    ...(actor.centre === document.centre ? {} : { centre: actor.centre }),
    ...more,
  };
  return { ...document, history: [...document.history, row] };
}

function draftTimer(now: Date): NonNullable<Application['timer']> {
  return { kind: 'draft-untouched', due: new Date(now.getTime() + DRAFT_DAYS * DAY) };
}

function serviceFields(version: ServiceVersion) {
  return {
    publicService: version.publicService,
    serviceVersion: version.version,
    agency: version.agency,
    service: {
      versionId: version._id,
      title: version.title,
      ...(version.validTo === undefined ? {} : { validTo: version.validTo }),
    },
  };
}

/** What an offline desk claims is believed within limits: not before the draft, not in the future, not too old. */
function occurTime(app: Application, actor: Actor): Date {
  const claimed = actor.occurTime;
  if (!claimed) return actor.now;
  const age = actor.now.getTime() - claimed.getTime();
  if (age < -60_000 || age > OFFLINE_DAYS * DAY) {
    assertNone([{ field: 'occurTime', rule: 'RANGE', message: `Within the last ${OFFLINE_DAYS} days.` }]);
  }
  if (claimed > actor.now) return actor.now;
  return claimed < app.createTime ? app.createTime : claimed;
}

function freeze(app: Application, number: number, submitTime: Date, dueDate?: string): Submission {
  // Its bound is that of the whole content, which was checked with everything else.
  const { contact: _contact, ...content } = app.content;
  return { number, submitTime, content, ...(dueDate === undefined ? {} : { dueDate }) };
}
