/**
 * The life cycle of an application, as data. Buttons, RPCs, the picture in docs/reference/application-lifecycle.md and the tests are made from
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

export const CASEWORK_ACTIONS = ['note', 'assign', 'mark-seen', 'tell'] as const;
/**
 * What a person at a desk may do about an application in every state, the ended ones included; it moves nothing. `note` is a
 * word to colleagues, `assign` says who takes care of it, `mark-seen` that what the agency said is dealt with, `tell` that the
 * person was told by word of mouth.
 */
export type CaseworkAction = (typeof CASEWORK_ACTIONS)[number];

/** How a person was told something: by a colleague's own mouth, or by a slip that was given out. */
export const NOTIFICATION_METHODS = ['phone', 'in-person', 'slip'] as const;
export type NotificationMethod = (typeof NOTIFICATION_METHODS)[number];

/** Roles that may act on an application of their own centre. */
export const DESK_ROLES = ['specialist', 'centre-manager'] as const;
export type DeskRole = (typeof DESK_ROLES)[number];

/**
 * What can hold beside the state and close or open a move; `circumstancesOf` in acts.ts finds them. `own-application` holds for
 * whoever is its applicant or represented person.
 */
export const GUARDS = ['result-revoked', 'fee-paid', 'own-application'] as const;
export type Guard = (typeof GUARDS)[number];

interface Transition {
  to: State;
  roles: readonly DeskRole[];
  /** Closed while one of these holds. */
  unless?: readonly Guard[];
  /** Open only while this holds. */
  onlyIf?: Guard;
  /** Done in part it moves nothing yet. */
  inParts?: true;
}

const deskTransition = (to: State): Transition => ({ to, roles: DESK_ROLES });
/** What counts outside the desk takes a second pair of eyes: nobody does it about an application of their own. */
const reviewedTransition = (to: State, ...unless: Guard[]): Transition => ({
  ...deskTransition(to),
  // Last, so that a refusal first tells what stops a colleague too.
  unless: [...unless, 'own-application'],
});
/** That the fee was paid is recorded once, and moves nothing. */
const paymentTransition = (state: State) => ({ 'record-payment': reviewedTransition(state, 'fee-paid') });

/**
 * Persons are refused what does not stand here. `correct` changes nothing here: it opens a new application. A result that
 * the agency revoked is not handed over before it is corrected; should no correction come, withdrawing is the way out.
 */
export const OPERATOR_TRANSITIONS: Record<State, Partial<Record<Action, Transition>>> = {
  draft: {
    edit: deskTransition('draft'),
    submit: reviewedTransition('submitted'),
    withdraw: deskTransition('withdrawn'),
    renew: deskTransition('draft'),
  },
  submitted: { withdraw: reviewedTransition('withdrawn'), ...paymentTransition('submitted') },
  'in-progress': { withdraw: reviewedTransition('withdrawn'), ...paymentTransition('in-progress') },
  'documents-requested': {
    'supply-documents': { ...reviewedTransition('in-progress'), inParts: true },
    withdraw: reviewedTransition('withdrawn'),
    ...paymentTransition('documents-requested'),
  },
  ready: {
    ...paymentTransition('ready'),
    'hand-over': reviewedTransition('handed-over', 'result-revoked'),
    withdraw: { ...reviewedTransition('withdrawn'), onlyIf: 'result-revoked' },
  },
  rejected: { 'hand-over': reviewedTransition('handed-over') },
  'handed-over': { 'confirm-outcome': reviewedTransition('closed') },
  closed: { correct: deskTransition('closed') },
  withdrawn: { correct: deskTransition('withdrawn') },
  expired: { correct: deskTransition('expired') },
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
export const DESK_ALERT_KINDS = [
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
export type DeskAlertKind = (typeof DESK_ALERT_KINDS)[number];

/** An agency message either moves the application to state `to` or raises an `alert` for the desk. */
export type AgencyEffect = { to: State } | { alert: DeskAlertKind };

const moveTo = (state: State): AgencyEffect => ({ to: state });
const raiseAlert = (kind: DeskAlertKind): AgencyEffect => ({ alert: kind });

const effectsAfterEnd: Record<Message, AgencyEffect> = {
  acknowledged: raiseAlert('acknowledged-after-end'),
  progressed: raiseAlert('progress-after-end'),
  'documents-requested': raiseAlert('documents-requested-after-end'),
  approved: raiseAlert('decision-after-end'),
  rejected: raiseAlert('decision-after-end'),
  'result-corrected': raiseAlert('result-corrected'),
  'result-revoked': raiseAlert('result-revoked'),
  // The confirmation that the agency will not work on it any more is what a withdrawal waits for.
  'delivery-cancelled': raiseAlert('agency-stopped'),
  'delivery-failed': raiseAlert('delivery-failed'),
  // It will go out, for example once the bridge knows the agency.
  'delivery-waits': raiseAlert('delivery-waits'),
  'message-refused': raiseAlert('message-refused'),
  // Of a bridge that is newer than this release: counted, so that what follows is not held up.
  'message-unknown': raiseAlert('message-unknown'),
};
const effectsAfterDecision: Record<Message, AgencyEffect> = {
  ...effectsAfterEnd,
  acknowledged: raiseAlert('acknowledged-after-decision'),
  progressed: raiseAlert('progress-after-decision'),
  'documents-requested': raiseAlert('documents-requested-after-decision'),
  approved: raiseAlert('second-decision'),
  rejected: raiseAlert('second-decision'),
};
const effectsInProgress: Record<Message, AgencyEffect> = {
  ...effectsAfterEnd,
  acknowledged: moveTo('in-progress'),
  progressed: moveTo('in-progress'),
  'documents-requested': moveTo('documents-requested'),
  approved: moveTo('ready'),
  rejected: moveTo('rejected'),
  'result-corrected': raiseAlert('result-before-decision'),
  'result-revoked': raiseAlert('result-before-decision'),
};

/** Total: every message has its effect in every state. */
export const AGENCY_EFFECTS: Record<State, Record<Message, AgencyEffect>> = {
  // An agency can not know a draft: whatever comes is recorded and shown.
  draft: alertOnEveryMessage('message-before-submission'),
  submitted: effectsInProgress,
  'in-progress': effectsInProgress,
  'documents-requested': {
    ...effectsInProgress,
    acknowledged: raiseAlert('acknowledged-late'),
    progressed: raiseAlert('progress-while-awaiting-documents'),
  },
  ready: effectsAfterDecision,
  rejected: effectsAfterDecision,
  'handed-over': effectsAfterDecision,
  closed: effectsAfterDecision,
  withdrawn: effectsAfterEnd,
  expired: effectsAfterEnd,
};

/** Total: a timer that fires in a state it does not belong to is stale and changes nothing. */
export const TIMER_TRANSITIONS: Record<Timer, Record<State, State | 'stale'>> = {
  'draft-untouched': onlyFrom('draft', 'expired'),
  'answer-date-passed': onlyFrom('documents-requested', 'expired'),
};

function alertOnEveryMessage(kind: DeskAlertKind): Record<Message, AgencyEffect> {
  return Object.fromEntries(MESSAGES.map((message) => [message, raiseAlert(kind)])) as Record<Message, AgencyEffect>;
}

function onlyFrom(state: State, next: State): Record<State, State | 'stale'> {
  return Object.fromEntries(STATES.map((s) => [s, s === state ? next : 'stale'])) as Record<State, State | 'stale'>;
}

/** States in which nothing can follow but a note or a correction. */
export const END_STATES: readonly State[] = ['closed', 'withdrawn', 'expired'];

/** What someone with these roles may do in this state while these circumstances hold, in the order of {@link ACTIONS}. */
export function allowedActions(state: State, roles: readonly string[], activeGuards: readonly Guard[] = []): Action[] {
  return ACTIONS.filter((action) => stateAfter(state, action, roles, activeGuards) !== undefined);
}

/** The state after the action, or undefined when the table refuses it to these roles now. */
export function stateAfter(
  state: State,
  action: Action,
  roles: readonly string[],
  activeGuards: readonly Guard[] = [],
): State | undefined {
  const transition = findOpenTransition(roles, OPERATOR_TRANSITIONS[state][action], activeGuards);
  return transition && !findClosingGuard(transition, activeGuards) ? transition.to : undefined;
}

/** What closes a move that the state and the roles would allow, or undefined. */
export function findBlockingGuard(
  state: State,
  action: Action,
  roles: readonly string[],
  activeGuards: readonly Guard[],
): Guard | undefined {
  const transition = findOpenTransition(roles, OPERATOR_TRANSITIONS[state][action], activeGuards);
  return transition && findClosingGuard(transition, activeGuards);
}

/** The move, where one of these roles makes it and what it asks for holds. */
function findOpenTransition(
  roles: readonly string[],
  transition: Transition | undefined,
  activeGuards: readonly Guard[],
): Transition | undefined {
  const isPermitted = transition?.roles.some((role) => roles.includes(role));
  return isPermitted && (transition?.onlyIf === undefined || activeGuards.includes(transition.onlyIf))
    ? transition
    : undefined;
}

const findClosingGuard = ({ unless = [] }: Transition, activeGuards: readonly Guard[]): Guard | undefined =>
  unless.find((one) => activeGuards.includes(one));
