import { Problem, violation } from '@cups/problem';
import type { ActionRecord, Application, ApplicationRow } from './application.ts';
import { allowedActions, findBlockingGuard, CASEWORK_ACTIONS, DESK_ROLES, stateAfter } from '@cups/application';
import type { Action, Guard, CaseworkAction, DeskAlertKind, State, NotificationMethod } from '@cups/application';
import { notFound, assertNoViolations } from './problems.ts';

/**
 * What all acts on an application have in common. What persons and timers do to one stands in acts/, by what it is about
 * (agencies: agency.ts): pure functions from a document to the next one and what happened to it. The next document shares
 * every unchanged part with the one before, so that the store writes the difference only.
 */

/** Who acts, when, and what caused it. */
export interface Actor {
  /** operators/{id} */
  operator: string;
  roles: readonly string[];
  /** centres/{code} of the session. */
  centre: string;
  /** centres/{code} that have closed, and whose applications that one took over. */
  inheritedCentres?: readonly string[];
  now: Date;
  /** When it is claimed to have happened, where that is said; `occurredAt` tells what is believed of it. */
  occurTime?: Date;
  /** The request id. */
  cause: string;
  isPartyTo: IsPartyTo;
}

/** Whether it is somebody's own application: they are its applicant or its represented person. */
export type IsPartyTo = (people: Parties) => boolean;

/** The people of an application, as far as that is asked. */
export interface Parties {
  applicant?: { idnp?: string };
  represented?: { idnp?: string };
}

/** What happened to an application, as it is told to the other services: each is a message of cups.intake.v1. */
export type DomainEvent =
  | { type: 'ApplicationSubmitted'; submission: number; submitTime: Date }
  | { type: 'DocumentsSupplied'; submission: number; answersRequest: string }
  | { type: 'ApplicationWithdrawn'; fromState: State; withdrawTime: Date }
  | { type: 'ApplicationInProgress' }
  /** `askedAnswerBy`: the day that the agency named, where it was moved. */
  | { type: 'DocumentsRequested'; request: string; answerBy: string; askedAnswerBy?: string }
  | { type: 'ApplicationDecided' }
  | { type: 'ResultChanged'; revoked: boolean }
  | { type: 'ResultHandedOver' }
  | { type: 'ApplicationClosed'; needMet: boolean }
  | { type: 'ApplicationExpired'; fromState: State; expireTime: Date }
  /** `notice` is notices/{id}, where it is of a notice that they were told. */
  | { type: 'PersonTold'; how: NotificationMethod; notice?: string }
  /** `kind` is that of the note. */
  | { type: 'DeskNoted'; kind: DeskAlertKind };

export interface CommandResult {
  document: Application;
  events: DomainEvent[];
}

/** The state that a history leads to, replayed from draft; the property tests hold the document against it. */
export function replayHistory(history: readonly ActionRecord[]): State {
  return history.reduce<State>((state, row) => {
    if (row.fromState !== state) throw new Error(`history broken: ${row.kind} from ${row.fromState}, at ${state}`);
    return row.toState;
  }, 'draft');
}

/** What holds about an application beside its state, for somebody. */
export function findActiveGuards(
  { decision, payment, content = {} }: Pick<ApplicationRow, 'decision' | 'payment' | 'content'>,
  isPartyTo: IsPartyTo,
): Guard[] {
  const { revokeTime, correctTime } = decision ?? {};
  const isRevoked = revokeTime && !(correctTime && correctTime > revokeTime);
  const activeGuards: Guard[] = isRevoked ? ['result-revoked'] : [];
  if (payment) activeGuards.push('fee-paid');
  if (isPartyTo(content)) activeGuards.push('own-application');
  return activeGuards;
}

/**
 * The state that an action leads to.
 * @throws Problem NOT_FOUND for the application of another centre, RESULT_REVOKED, OWN_APPLICATION or ACTION_NOT_ALLOWED where the
 *   table of the life cycle refuses the action to these roles now
 */
export function assertTransition(app: Application, action: Action, actor: Actor): State {
  assertServedByCentre(app, actor);
  const activeGuards = findActiveGuards(app, actor.isPartyTo);
  const state = stateAfter(app.state, action, actor.roles, activeGuards);
  if (state) return state;
  const metadata = {
    state: app.state,
    action,
    allowed: allowedActions(app.state, actor.roles, activeGuards).join(' '),
  };
  switch (findBlockingGuard(app.state, action, actor.roles, activeGuards)) {
    case 'result-revoked': {
      const message = 'The agency revoked the result and has not corrected it since.';
      throw new Problem({ reason: 'RESULT_REVOKED', message, metadata });
    }
    case 'own-application': {
      const message = `This is the operator's own application: a colleague may ${action}.`;
      throw new Problem({ reason: 'OWN_APPLICATION', message, metadata });
    }
    default: {
      const message = `An application that is ${app.state} does not allow ${action}.`;
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata });
    }
  }
}

/**
 * Lets pass who may do what moves nothing: the people at the desks of its centre, in every state.
 * @throws Problem NOT_FOUND for the application of another centre, ACTION_NOT_ALLOWED for another role
 */
export function assertDeskRole(app: Application, action: CaseworkAction, actor: Actor): void {
  assertServedByCentre(app, actor);
  assertBelowActionLimit(app, action);
  if (DESK_ROLES.some((role) => actor.roles.includes(role))) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: `Only people at a desk may ${action}.`,
    metadata: { state: app.state, action, allowed: '' },
  });
}

/** What colleagues do moves nothing and could be done for ever: the document stays small. */
const MAX_CASEWORK_ACTIONS = 500;

function assertBelowActionLimit({ history, state }: Application, action: CaseworkAction): void {
  const actions: readonly string[] = CASEWORK_ACTIONS;
  if (history.filter(({ kind }) => actions.includes(kind)).length < MAX_CASEWORK_ACTIONS) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: 'So much was noted on this application that no more is taken.',
    metadata: { state, action, most: String(MAX_CASEWORK_ACTIONS), allowed: '' },
  });
}

function assertServedByCentre(app: Application, actor: Actor): void {
  if (app.centre !== actor.centre && !actor.inheritedCentres?.includes(app.centre)) throw notFound();
}

/** How long ago an act may have happened that is told now: until the desk works without a line, nobody writes back. */
const MAX_OCCUR_AGE_MS = 5 * 60_000;
/** So much may the clock of a desk be ahead. */
const MAX_CLOCK_SKEW_MS = 60_000;

/**
 * When an act happened: as claimed, within what a desk's clock and a slow line explain. A claim that lies ahead of now
 * means now, and one from before the application was opened means when it was opened.
 * @throws Problem INVALID_ARGUMENT for a claim that is older than 5 minutes or more than 60 seconds ahead
 */
export function resolveOccurTime(app: Pick<Application, 'createTime'>, { occurTime: claimedTime, now }: Actor): Date {
  if (!claimedTime) return now;
  const age = now.getTime() - claimedTime.getTime();
  if (age > MAX_OCCUR_AGE_MS || age < -MAX_CLOCK_SKEW_MS) {
    const [minutes, seconds] = [MAX_OCCUR_AGE_MS / 60_000, MAX_CLOCK_SKEW_MS / 1000];
    assertNoViolations([violation('/occurTime', 'OCCUR_TIME_RANGE', { minutes, seconds })]);
  }
  if (claimedTime > now) return now;
  return claimedTime < app.createTime ? app.createTime : claimedTime;
}

/**
 * The document with one more row in its history: who did what, when it is claimed to have happened and when it was recorded.
 * @throws Problem as `occurredAt`
 */
export function appendHistory(
  document: Application,
  fromState: State,
  kind: Action | CaseworkAction,
  actor: Actor,
  details: Partial<ActionRecord> = {},
): Application {
  const row: ActionRecord = {
    kind,
    by: actor.operator,
    occurTime: resolveOccurTime(document, actor),
    recordTime: actor.now,
    cause: actor.cause,
    fromState,
    toState: document.state,
    ...(actor.centre === document.centre ? {} : { centre: actor.centre }),
    ...details,
  };
  return { ...document, history: [...document.history, row] };
}
