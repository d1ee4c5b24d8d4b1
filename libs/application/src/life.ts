/**
 * The life cycle of an application, as data. Buttons, RPCs, the picture in docs/life-cycle.md and the tests are made from
 * these tables; nothing else decides what may follow what.
 */

export const STATES = [
  'draft',
  'submitted',
  'in-progress',
  'documents-requested',
  'ready',
  'rejected',
  'handed-over',
  'closed',
  'withdrawn',
  'expired',
] as const;
export type State = (typeof STATES)[number];

export const ACTIONS = [
  'edit',
  'submit',
  'withdraw',
  'renew',
  'supply-documents',
  'hand-over',
  'confirm-outcome',
  'correct',
  'record-payment',
] as const;
/** What a person at a desk may do. */
export type Action = (typeof ACTIONS)[number];

export const DESK_ACTS = ['note', 'assign', 'mark-seen', 'tell'] as const;
/**
 * What a person at a desk may do about an application in every state, the ended ones included; it moves nothing. `note` is a
 * word to colleagues, `assign` says who takes care of it, `mark-seen` that what the agency said is dealt with, `tell` that the
 * person was told by word of mouth.
 */
export type DeskAct = (typeof DESK_ACTS)[number];

/** How a person was told something: by a colleague's own mouth, or by a slip that was given out. */
export const TELLING_MEANS = ['phone', 'in-person', 'slip'] as const;
export type TellingMeans = (typeof TELLING_MEANS)[number];

/** Roles that may act on an application of their own centre. */
export const DESK_ROLES = ['specialist', 'centre-manager'] as const;
export type DeskRole = (typeof DESK_ROLES)[number];

/**
 * What can hold beside the state and close or open a move; `circumstancesOf` in acts.ts finds them. `own-application` holds for
 * whoever is its applicant or represented person.
 */
export const CIRCUMSTANCES = ['result-revoked', 'fee-paid', 'own-application'] as const;
export type Circumstance = (typeof CIRCUMSTANCES)[number];

interface Move {
  to: State;
  by: readonly DeskRole[];
  /** Closed while one of these holds. */
  unless?: readonly Circumstance[];
  /** Open only while this holds. */
  only?: Circumstance;
  /** Done in part it moves nothing yet. */
  inParts?: true;
}

const desk = (to: State): Move => ({ to, by: DESK_ROLES });
/** What counts outside the desk takes a second pair of eyes: nobody does it about an application of their own. */
const counting = (to: State, ...unless: Circumstance[]): Move => ({
  ...desk(to),
  // Last, so that a refusal first tells what stops a colleague too.
  unless: [...unless, 'own-application'],
});
/** That the fee was paid is recorded once, and moves nothing. */
const payment = (state: State) => ({ 'record-payment': counting(state, 'fee-paid') });

/**
 * Persons are refused what does not stand here. `correct` changes nothing here: it opens a new application. A result that
 * the agency revoked is not handed over before it is corrected; should no correction come, withdrawing is the way out.
 */
export const PERSONS: Record<State, Partial<Record<Action, Move>>> = {
  draft: { edit: desk('draft'), submit: counting('submitted'), withdraw: desk('withdrawn'), renew: desk('draft') },
  submitted: { withdraw: counting('withdrawn'), ...payment('submitted') },
  'in-progress': { withdraw: counting('withdrawn'), ...payment('in-progress') },
  'documents-requested': {
    'supply-documents': { ...counting('in-progress'), inParts: true },
    withdraw: counting('withdrawn'),
    ...payment('documents-requested'),
  },
  ready: {
    ...payment('ready'),
    'hand-over': counting('handed-over', 'result-revoked'),
    withdraw: { ...counting('withdrawn'), only: 'result-revoked' },
  },
  rejected: { 'hand-over': counting('handed-over') },
  'handed-over': { 'confirm-outcome': counting('closed') },
  closed: { correct: desk('closed') },
  withdrawn: { correct: desk('withdrawn') },
  expired: { correct: desk('expired') },
};

export const MESSAGES = [
  'acknowledged',
  'progressed',
  'documents-requested',
  'approved',
  'rejected',
  'result-corrected',
  'result-revoked',
  'delivery-cancelled',
  'delivery-failed',
  'delivery-waits',
  'message-refused',
  'message-unknown',
] as const;
/** What an agency, or the bridge on the way to it, says. */
export type Message = (typeof MESSAGES)[number];

export const TIMERS = ['draft-untouched', 'answer-date-passed'] as const;
export type Timer = (typeof TIMERS)[number];

/** What the desk is told that moves nothing; `other` is what a word of a later release becomes. */
export const DESK_NOTE_KINDS = [
  'acknowledged-after-end',
  'progress-after-end',
  'documents-requested-after-end',
  'decision-after-end',
  'result-corrected',
  'result-revoked',
  'agency-stopped',
  'delivery-failed',
  'delivery-waits',
  'message-refused',
  'message-unknown',
  'acknowledged-after-decision',
  'progress-after-decision',
  'documents-requested-after-decision',
  'second-decision',
  'result-before-decision',
  'message-before-submission',
  'acknowledged-late',
  'progress-while-awaiting-documents',
  'documents-requested-too-often',
  'agency-message-changed',
  'other',
] as const;
export type DeskNoteKind = (typeof DESK_NOTE_KINDS)[number];

/** A transition, or `note`: recorded without transition, and the desk is told. */
export type Effect = { to: State } | { note: DeskNoteKind };

const to = (state: State): Effect => ({ to: state });
const note = (kind: DeskNoteKind): Effect => ({ note: kind });

const afterTheEnd: Record<Message, Effect> = {
  acknowledged: note('acknowledged-after-end'),
  progressed: note('progress-after-end'),
  'documents-requested': note('documents-requested-after-end'),
  approved: note('decision-after-end'),
  rejected: note('decision-after-end'),
  'result-corrected': note('result-corrected'),
  'result-revoked': note('result-revoked'),
  // The confirmation that the agency will not work on it any more is what a withdrawal waits for.
  'delivery-cancelled': note('agency-stopped'),
  'delivery-failed': note('delivery-failed'),
  // It will go out, for example once the bridge knows the agency.
  'delivery-waits': note('delivery-waits'),
  'message-refused': note('message-refused'),
  // Of a bridge that is newer than this release: counted, so that what follows is not held up.
  'message-unknown': note('message-unknown'),
};
const afterTheDecision: Record<Message, Effect> = {
  ...afterTheEnd,
  acknowledged: note('acknowledged-after-decision'),
  progressed: note('progress-after-decision'),
  'documents-requested': note('documents-requested-after-decision'),
  approved: note('second-decision'),
  rejected: note('second-decision'),
};
const working: Record<Message, Effect> = {
  ...afterTheEnd,
  acknowledged: to('in-progress'),
  progressed: to('in-progress'),
  'documents-requested': to('documents-requested'),
  approved: to('ready'),
  rejected: to('rejected'),
  'result-corrected': note('result-before-decision'),
  'result-revoked': note('result-before-decision'),
};

/** Total: every message has its effect in every state. */
export const AGENCIES: Record<State, Record<Message, Effect>> = {
  // An agency can not know a draft: whatever comes is recorded and shown.
  draft: allNoted('message-before-submission'),
  submitted: working,
  'in-progress': working,
  'documents-requested': {
    ...working,
    acknowledged: note('acknowledged-late'),
    progressed: note('progress-while-awaiting-documents'),
  },
  ready: afterTheDecision,
  rejected: afterTheDecision,
  'handed-over': afterTheDecision,
  closed: afterTheDecision,
  withdrawn: afterTheEnd,
  expired: afterTheEnd,
};

/** Total: a timer that fires in a state it does not belong to is stale and changes nothing. */
export const TIMED: Record<Timer, Record<State, State | 'stale'>> = {
  'draft-untouched': every('draft', 'expired'),
  'answer-date-passed': every('documents-requested', 'expired'),
};

function allNoted(kind: DeskNoteKind): Record<Message, Effect> {
  return Object.fromEntries(MESSAGES.map((message) => [message, note(kind)])) as Record<Message, Effect>;
}

function every(state: State, next: State): Record<State, State | 'stale'> {
  return Object.fromEntries(STATES.map((s) => [s, s === state ? next : 'stale'])) as Record<State, State | 'stale'>;
}

/** States in which nothing can follow but a note or a correction. */
export const END_STATES: readonly State[] = ['closed', 'withdrawn', 'expired'];

/** What someone with these roles may do in this state while these circumstances hold, in the order of {@link ACTIONS}. */
export function allowedActions(
  state: State,
  roles: readonly string[],
  holding: readonly Circumstance[] = [],
): Action[] {
  return ACTIONS.filter((action) => stateAfter(state, action, roles, holding) !== undefined);
}

/** The state after the action, or undefined when the table refuses it to these roles now. */
export function stateAfter(
  state: State,
  action: Action,
  roles: readonly string[],
  holding: readonly Circumstance[] = [],
): State | undefined {
  const move = openTo(roles, PERSONS[state][action], holding);
  return move && !closing(move, holding) ? move.to : undefined;
}

/** What closes a move that the state and the roles would allow, or undefined. */
export function closedBy(
  state: State,
  action: Action,
  roles: readonly string[],
  holding: readonly Circumstance[],
): Circumstance | undefined {
  const move = openTo(roles, PERSONS[state][action], holding);
  return move && closing(move, holding);
}

/** The move, where one of these roles makes it and what it asks for holds. */
function openTo(roles: readonly string[], move: Move | undefined, holding: readonly Circumstance[]): Move | undefined {
  const mine = move?.by.some((role) => roles.includes(role));
  return mine && (move?.only === undefined || holding.includes(move.only)) ? move : undefined;
}

const closing = ({ unless = [] }: Move, holding: readonly Circumstance[]): Circumstance | undefined =>
  unless.find((one) => holding.includes(one));
