import { occurTimeOf } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import { Problem, violation } from '@cups/problem';
import type { ActionRecord, Application, ApplicationRow, PassingOnCause } from './application.ts';
import { allowedActions, findBlockingGuard, CASEWORK_ACTIONS, DESK_ROLES, stateAfter } from '@cups/application';
import type {
  Action,
  CaseworkAction,
  DeskAlertKind,
  Guard,
  NotificationMethod,
  ReleaseEvent,
  State,
} from '@cups/application';
import type { EscalationAction, EscalationStep } from '@cups/application/escalation';
import { findComplaintGuards } from './complaints.ts';
import { countRows } from './history.ts';
import type { ActRelease } from './quarantine.ts';
import { assertNoViolations, centreMismatch, erasedProblem, notFound, restrictedProblem } from './problems.ts';
import { isRevoked, resolveCollectingCentre } from './result-delivery.ts';

/**
 * Shared parts of all commands on an application. Commands (commands/, agency-updates.ts) are pure functions from a
 * document to the next document and its events. Unchanged parts stay the same objects, so that the store writes
 * only the difference.
 */

export interface Actor {
  /** operators/{id} */
  operator: string;
  roles: readonly string[];
  /** centres/{code} of the session. */
  centre: string;
  /** centres/{code} of closed centres whose applications this centre inherited. */
  inheritedCentres?: readonly string[];
  /** Set if the actor's centre hands over the result of another centre's application. */
  isCollecting?: true;
  now: Date;
  /** Claimed time of the action, if any; {@link resolveOccurTime} checks it. */
  occurTime?: Date;
  /** Set if the action was done without a line. Then `occurTime` does not count. */
  deskTime?: DeskTime;
  /** centres/{code} at which the action was done without a line, by its grant. */
  grantCentre?: string;
  /** Set if the actor releases an act from quarantine. */
  release?: ActRelease;
  /** The request ID. */
  cause: string;
  isPartyTo: IsPartyTo;
  acceptsCorrections: AcceptsCorrections;
  acceptsMessages: AcceptsMessages;
}

/** Tells whether the actor is the applicant or the represented person. */
export type IsPartyTo = (people: Parties) => boolean;

/** Tells whether an agency, agencies/{code}, accepts corrections of filed applications. */
export type AcceptsCorrections = (agency: string) => boolean;

/** Tells whether desks may write to an agency, agencies/{code}. */
export type AcceptsMessages = (agency: string) => boolean;

export interface Parties {
  applicant?: { idnp?: string };
  represented?: { idnp?: string };
}

/** Domain events of an application; each becomes a message of cups.intake.v1. */
export type DomainEvent =
  | { type: 'ApplicationSubmitted'; submission: number; submitTime: Date }
  | { type: 'DocumentsSupplied'; submission: number; answersRequest: string }
  | { type: 'ApplicationWithdrawn'; fromState: State; withdrawTime: Date }
  | { type: 'ApplicationInProgress' }
  /** `requestedAnswerBy` is the agency's date, if intake moved it. */
  | { type: 'DocumentsRequested'; request: string; answerBy: string; requestedAnswerBy?: string }
  /** `appealDeadline` is yyyy-MM-dd. */
  | { type: 'ApplicationDecided'; appealDeadline?: string }
  | { type: 'ResultArrived' }
  | { type: 'ResultChanged'; revoked: boolean }
  | { type: 'ResultHandedOver' }
  | { type: 'CollectionCentreChosen' }
  | { type: 'ContactChanged' }
  | { type: 'ApplicationCorrected'; submission: number }
  | { type: 'ApplicationMessageSent'; number: number }
  | { type: 'ApplicationComplaintChanged'; number: number; change: 'prepared' | 'filed' | 'answered' }
  | { type: 'ApplicationClosed'; needMet: boolean }
  | { type: 'ApplicationExpired'; fromState: State; expireTime: Date }
  /** `notice` is notices/{id}, if the notification was about a notice. */
  | { type: 'PersonNotified'; method: NotificationMethod; notice?: string }
  | { type: 'DeskAlertRaised'; kind: DeskAlertKind }
  | { type: 'ApplicationErased'; mandates: string[] }
  /** `formerAgency` is agencies/{code}. The application names the agency that has it now. */
  | { type: 'ApplicationPassedOn'; formerAgency: string; submission: number }
  | { type: 'AgencyUndecided'; cause: PassingOnCause }
  /** `dueDate` is yyyy-MM-dd. */
  | { type: 'ApplicationEscalated'; step: EscalationStep; actions: readonly EscalationAction[]; dueDate?: string };

/**
 * Asserts that an action without a line was done at the actor's centre, or at one that it inherited. Otherwise an operator of
 * several centres would file at the wrong one.
 * @throws Problem CENTRE_MISMATCH
 */
export function assertCentreOfGrant({ centre, inheritedCentres = [], grantCentre }: Actor): void {
  if (grantCentre === undefined || [centre, ...inheritedCentres].includes(grantCentre)) return;
  throw centreMismatch();
}

export interface CommandResult {
  document: Application;
  events: DomainEvent[];
}

/**
 * Returns the state that a history leads to, replayed from draft.
 * @throws Error if an entry does not start in the state of the one before
 */
export function replayHistory(history: readonly ActionRecord[]): State {
  return history.reduce<State>((state, row) => {
    if (row.fromState !== state)
      throw new Error(`Invalid history: ${row.kind} starts from ${row.fromState}, but the state is ${state}.`);
    return row.toState;
  }, 'draft');
}

type GuardedApplication = Pick<
  ApplicationRow,
  | 'state'
  | 'agency'
  | 'dueDate'
  | 'escalations'
  | 'complaints'
  | 'decision'
  | 'payment'
  | 'content'
  | 'restriction'
  | 'erasure'
  | 'passingOn'
>;

/** Returns the guards that hold for an application and the given viewer. */
export function findActiveGuards(
  app: GuardedApplication,
  {
    isPartyTo,
    acceptsCorrections,
    acceptsMessages,
  }: Pick<Actor, 'isPartyTo' | 'acceptsCorrections' | 'acceptsMessages'>,
): Guard[] {
  const { agency, decision, payment, content = {}, restriction, erasure, passingOn } = app;
  const activeGuards: Guard[] = [];
  if (erasure) activeGuards.push('data-erased');
  if (restriction) activeGuards.push('processing-restricted');
  if (decision && isRevoked(decision)) activeGuards.push('result-revoked');
  if (payment) activeGuards.push('fee-paid');
  if (decision?.awaitsArrival) activeGuards.push('result-on-its-way');
  if (!acceptsCorrections(agency)) activeGuards.push('corrections-unsupported');
  if (passingOn) activeGuards.push('agency-undecided');
  if (passingOn?.cause === 'not-covered') activeGuards.push('consent-awaited');
  if (!acceptsMessages(agency)) activeGuards.push('messages-unsupported');
  activeGuards.push(...findComplaintGuards(app));
  if (isPartyTo(content)) activeGuards.push('own-application');
  return activeGuards;
}

/**
 * Returns the state after an action.
 * @throws Problem NOT_FOUND for another centre's application; PERSONAL_DATA_ERASED, PROCESSING_RESTRICTED,
 * RESULT_REVOKED, CORRECTION_NOT_SUPPORTED, MESSAGES_NOT_SUPPORTED, OWN_APPLICATION or ACTION_NOT_ALLOWED if the lifecycle does not allow the action
 */
export function assertTransition(app: Application, action: Action, actor: Actor): State {
  assertServedByCentre(app, actor);
  const activeGuards = findActiveGuards(app, actor);
  const state = stateAfter(app.state, action, actor.roles, activeGuards);
  if (state) return state;
  const metadata = {
    state: app.state,
    action,
    allowed: allowedActions(app.state, actor.roles, activeGuards).join(' '),
  };
  switch (findBlockingGuard(app.state, action, actor.roles, activeGuards)) {
    case 'data-erased':
      throw erasedProblem();
    case 'processing-restricted':
      throw restrictedProblem(metadata);
    case 'result-revoked': {
      const message = 'The agency revoked the result and has not corrected it.';
      throw new Problem({ reason: 'RESULT_REVOKED', message, metadata });
    }
    case 'corrections-unsupported': {
      const message = 'The agency does not accept corrections of filed applications.';
      throw new Problem({ reason: 'CORRECTION_NOT_SUPPORTED', message, metadata });
    }
    case 'messages-unsupported': {
      throw new Problem({ reason: 'MESSAGES_NOT_SUPPORTED', message: 'The agency does not accept messages.' });
    }
    case 'own-application': {
      const message = `Operators cannot ${action} their own application.`;
      throw new Problem({ reason: 'OWN_APPLICATION', message, metadata });
    }
    default: {
      const message = `An application in state ${app.state} does not allow ${action}.`;
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata });
    }
  }
}

/**
 * Asserts that the actor may do casework. Casework is open to desk roles in every state.
 * @throws Problem NOT_FOUND for another centre's application; PERSONAL_DATA_ERASED, PROCESSING_RESTRICTED;
 * ACTION_NOT_ALLOWED for other roles or at the limit
 */
export function assertDeskRole(app: Application, action: CaseworkAction, actor: Actor): void {
  assertServedByCentre(app, actor);
  if (app.erasure) throw erasedProblem();
  if (app.restriction) throw restrictedProblem({ state: app.state, action, allowed: '' });
  assertBelowActionLimit(app, action);
  if (DESK_ROLES.some((role) => actor.roles.includes(role))) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: `Only desk roles may ${action}.`,
    metadata: { state: app.state, action, allowed: '' },
  });
}

/** Maximum number of casework actions per application. It bounds the archive of the history. */
const MAX_CASEWORK_ACTIONS = 500;

function assertBelowActionLimit(app: Application, action: CaseworkAction): void {
  if (countRows(app, CASEWORK_ACTIONS) < MAX_CASEWORK_ACTIONS) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: `The application has reached the limit of ${MAX_CASEWORK_ACTIONS} casework actions.`,
    metadata: { state: app.state, action, max: String(MAX_CASEWORK_ACTIONS), allowed: '' },
  });
}

function assertServedByCentre(app: Application, actor: Actor): void {
  const centre = actor.isCollecting ? resolveCollectingCentre(app) : app.centre;
  if (centre === undefined) throw notFound();
  if (centre !== actor.centre && !actor.inheritedCentres?.includes(centre)) throw notFound();
}

/** Maximum age of a claimed time. Older actions need a {@link DeskTime}, which an offline grant bounds. */
const MAX_OCCUR_AGE_MS = 5 * 60_000;
/** Maximum time that a desk's clock may be ahead. */
const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * Returns when an action happened: the claimed time, clamped between the opening of the application and now. An action
 * without a line happened at its desk time if that is bounded, otherwise now.
 * @throws Problem INVALID_ARGUMENT for a claim older than 5 minutes or more than 60 seconds ahead
 */
export function resolveOccurTime(
  app: Pick<Application, 'createTime' | 'deskTime'>,
  { occurTime: claimedTime, deskTime, now }: Pick<Actor, 'occurTime' | 'deskTime' | 'now'>,
): Date {
  if (deskTime) return laterOf(occurTimeOf(deskTime, now), openTimeOf(app));
  if (!claimedTime) return now;
  const age = now.getTime() - claimedTime.getTime();
  if (age > MAX_OCCUR_AGE_MS || age < -MAX_CLOCK_SKEW_MS) {
    const [minutes, seconds] = [MAX_OCCUR_AGE_MS / 60_000, MAX_CLOCK_SKEW_MS / 1000];
    assertNoViolations([violation('/occurTime', 'OCCUR_TIME_RANGE', { minutes, seconds })]);
  }
  return claimedTime > now ? now : laterOf(claimedTime, openTimeOf(app));
}

/**
 * Returns when the platform registers an action, from which the terms of agencies count: the arrival of an action without
 * a line, otherwise the time when it happened.
 */
export const resolveRegisterTime = (app: Pick<Application, 'createTime' | 'deskTime'>, actor: Actor): Date =>
  actor.deskTime ? actor.now : resolveOccurTime(app, actor);

/** Returns when the draft was opened at the desk. */
const openTimeOf = ({ createTime, deskTime }: Pick<Application, 'createTime' | 'deskTime'>): Date =>
  deskTime ? occurTimeOf(deskTime, createTime) : createTime;

const laterOf = (one: Date, other: Date): Date => (one > other ? one : other);

type WithHistory = Pick<Application, 'history' | 'state' | 'centre' | 'createTime' | 'deskTime'>;

/**
 * Returns the document with a new history entry.
 * @throws Problem INVALID_ARGUMENT, see {@link resolveOccurTime}
 */
export function appendHistory<A extends WithHistory>(
  document: A,
  fromState: State,
  kind: Action | CaseworkAction | ReleaseEvent,
  actor: Actor,
  details: Partial<ActionRecord> = {},
): A {
  const row: ActionRecord = {
    kind,
    actor: actor.operator,
    occurTime: resolveOccurTime(document, actor),
    recordTime: actor.now,
    cause: actor.cause,
    fromState,
    toState: document.state,
    ...(actor.centre === document.centre ? {} : { centre: actor.centre }),
    ...(actor.deskTime && { deskTime: actor.deskTime }),
    ...(actor.release ? { released: { operator: actor.release.author, deskTime: actor.release.deskTime.time } } : {}),
    ...details,
  };
  return { ...document, history: [...document.history, row] };
}

/** Records in the history which scans a released act left out. Only their kinds remain of them. */
export function recordOmittedScans<A extends WithHistory>(document: A, actor: Actor): A {
  const { missingScans = [] } = actor.release ?? {};
  if (missingScans.length === 0) return document;
  const documents = missingScans.map((kind) => ({ kind }));
  return appendHistory(document, document.state, 'omit-scans', actor, { documents });
}
