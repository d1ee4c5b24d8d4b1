import { Problem, violation } from '@cups/problem';
import type { ActionRecord, Application, ApplicationRow } from './application.ts';
import { allowedActions, closedBy, DESK_ACTS, DESK_ROLES, stateAfter } from '@cups/application';
import type { Action, Circumstance, DeskAct, DeskNoteKind, State, TellingMeans } from '@cups/application';
import { absent, assertNone } from './refusals.ts';

/**
 * What all acts on an application have in common. What persons and timers do to one stands in acts/, by what it is about
 * (agencies: agency.ts): pure functions from a document to the next one and what happened to it. The next document shares
 * every unchanged part with the one before, so that the store writes the difference only.
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
export type Happening =
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
  | { type: 'PersonTold'; how: TellingMeans; notice?: string }
  /** `kind` is that of the note. */
  | { type: 'DeskNoted'; kind: DeskNoteKind };

export interface Step {
  document: Application;
  events: Happening[];
}

/** The state that a history leads to, replayed from draft; the property tests hold the document against it. */
export function replay(history: readonly ActionRecord[]): State {
  return history.reduce<State>((state, row) => {
    if (row.fromState !== state) throw new Error(`history broken: ${row.kind} from ${row.fromState}, at ${state}`);
    return row.toState;
  }, 'draft');
}

/** What holds about an application beside its state, for somebody. */
export function circumstancesOf(
  { decision, payment, content = {} }: Pick<ApplicationRow, 'decision' | 'payment' | 'content'>,
  isPartyTo: IsPartyTo,
): Circumstance[] {
  const { revokeTime, correctTime } = decision ?? {};
  const stands = revokeTime && !(correctTime && correctTime > revokeTime);
  const holding: Circumstance[] = stands ? ['result-revoked'] : [];
  if (payment) holding.push('fee-paid');
  if (isPartyTo(content)) holding.push('own-application');
  return holding;
}

/**
 * The state that an action leads to.
 * @throws Problem NOT_FOUND for the application of another centre, RESULT_REVOKED, OWN_APPLICATION or ACTION_NOT_ALLOWED where the
 *   table of the life cycle refuses the action to these roles now
 */
export function allow(app: Application, action: Action, actor: Actor): State {
  assertOwn(app, actor);
  const holding = circumstancesOf(app, actor.isPartyTo);
  const state = stateAfter(app.state, action, actor.roles, holding);
  if (state) return state;
  const metadata = { state: app.state, action, allowed: allowedActions(app.state, actor.roles, holding).join(' ') };
  switch (closedBy(app.state, action, actor.roles, holding)) {
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
export function admit(app: Application, act: DeskAct, actor: Actor): void {
  assertOwn(app, actor);
  assertRoomFor(app, act);
  if (DESK_ROLES.some((role) => actor.roles.includes(role))) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: `Only people at a desk may ${act}.`,
    metadata: { state: app.state, action: act, allowed: '' },
  });
}

/** What colleagues do moves nothing and could be done for ever: the document stays small. */
const MOST_DESK_ACTS = 500;

function assertRoomFor({ history, state }: Application, act: DeskAct): void {
  const acts: readonly string[] = DESK_ACTS;
  if (history.filter(({ kind }) => acts.includes(kind)).length < MOST_DESK_ACTS) return;
  throw new Problem({
    reason: 'ACTION_NOT_ALLOWED',
    message: 'So much was noted on this application that no more is taken.',
    metadata: { state, action: act, most: String(MOST_DESK_ACTS), allowed: '' },
  });
}

function assertOwn(app: Application, actor: Actor): void {
  if (app.centre !== actor.centre && !actor.takesOver?.includes(app.centre)) throw absent();
}

/** How long ago an act may have happened that is told now: until the desk works without a line, nobody writes back. */
const MOST_AGE_MS = 5 * 60_000;
/** So much may the clock of a desk be ahead. */
const MOST_AHEAD_MS = 60_000;

/**
 * When an act happened: as claimed, within what a desk's clock and a slow line explain. A claim that lies ahead of now
 * means now, and one from before the application was opened means when it was opened.
 * @throws Problem INVALID_ARGUMENT for a claim that is older than 5 minutes or more than 60 seconds ahead
 */
export function occurredAt(app: Pick<Application, 'createTime'>, { occurTime: claimed, now }: Actor): Date {
  if (!claimed) return now;
  const age = now.getTime() - claimed.getTime();
  if (age > MOST_AGE_MS || age < -MOST_AHEAD_MS) {
    const [minutes, seconds] = [MOST_AGE_MS / 60_000, MOST_AHEAD_MS / 1000];
    assertNone([violation('/occurTime', 'OCCUR_TIME_RANGE', { minutes, seconds })]);
  }
  if (claimed > now) return now;
  return claimed < app.createTime ? app.createTime : claimed;
}

/**
 * The document with one more row in its history: who did what, when it is claimed to have happened and when it was recorded.
 * @throws Problem as `occurredAt`
 */
export function record(
  document: Application,
  fromState: State,
  kind: Action | DeskAct,
  actor: Actor,
  more: Partial<ActionRecord> = {},
): Application {
  const row: ActionRecord = {
    kind,
    by: actor.by,
    occurTime: occurredAt(document, actor),
    recordTime: actor.now,
    cause: actor.cause,
    fromState,
    toState: document.state,
    ...(actor.centre === document.centre ? {} : { centre: actor.centre }),
    ...more,
  };
  return { ...document, history: [...document.history, row] };
}
