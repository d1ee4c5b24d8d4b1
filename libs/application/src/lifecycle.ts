/**
 * The lifecycle of an application, as data. Buttons, RPCs, the tests and the diagram in
 * docs/reference/application-lifecycle.md derive from these tables; no other code decides on transitions.
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
  'confirm-arrival',
  'choose-collection-centre',
  'change-contact',
  'correct-submission',
  'consent-to-passing-on',
  'refuse-passing-on',
  'send-message',
  'prepare-complaint',
  'record-complaint',
  'record-complaint-answer',
] as const;
/** Actions of desk operators that follow the lifecycle. */
export type Action = (typeof ACTIONS)[number];

export const CASEWORK_ACTIONS = ['note', 'assign', 'mark-seen', 'notify-person'] as const;
/**
 * Actions of desk operators that are allowed in every state and never change it. `note` adds an internal note,
 * `assign` sets the assignee, `mark-seen` marks alerts as seen, and `notify-person` records that the applicant was
 * notified.
 */
export type CaseworkAction = (typeof CASEWORK_ACTIONS)[number];

export const NOTIFICATION_METHODS = ['phone', 'in-person', 'slip'] as const;
export type NotificationMethod = (typeof NOTIFICATION_METHODS)[number];

/** Roles that may act on applications of their own centre. */
export const DESK_ROLES = ['specialist', 'centre-manager'] as const;
export type DeskRole = (typeof DESK_ROLES)[number];

/**
 * Conditions beside the state that open or close a transition; intake evaluates them. `own-application` holds if
 * the operator is the applicant or the represented person. `result-on-its-way` holds while a paper result has not
 * arrived at the centre. `corrections-unsupported` holds if the agency does not accept corrections, and
 * `messages-unsupported` if it does not read messages. `agency-undecided`
 * holds while nobody has decided which agency receives an application that was passed on, and `consent-awaited` while that
 * is for the person to say. `complaint-offered` holds once a step of the clock of the agency has offered a complaint about it,
 * `complaint-prepared` while the newest complaint is not recorded as given to the agency, and `complaint-open` while one has no
 * answer. `data-erased` holds
 * after the personal data were erased, and `processing-restricted` while the person's right restricts their use.
 */
export const GUARDS = [
  'data-erased',
  'processing-restricted',
  'result-revoked',
  'fee-paid',
  'result-on-its-way',
  'corrections-unsupported',
  'agency-undecided',
  'consent-awaited',
  'messages-unsupported',
  'complaint-offered',
  'complaint-prepared',
  'complaint-open',
  'own-application',
] as const;
export type Guard = (typeof GUARDS)[number];

/** Guards that close every action in every state, except these. */
export const GENERAL_GUARDS = {
  'data-erased': [],
  // They serve the person.
  'processing-restricted': ['withdraw', 'confirm-arrival', 'hand-over'],
} as const satisfies Partial<Record<Guard, readonly Action[]>>;

interface Transition {
  to: State;
  roles: readonly DeskRole[];
  /** Closed while one of these guards holds. */
  unless?: readonly Guard[];
  /** Open only while this guard holds. */
  onlyIf?: Guard;
  /** A partial action keeps the state. */
  inParts?: true;
}

const deskTransition = (to: State): Transition => ({ to, roles: DESK_ROLES });
/** A step with effect outside the desk needs a colleague: operators cannot take it on their own application. */
const reviewedTransition = (to: State, ...unless: Guard[]): Transition => ({
  ...deskTransition(to),
  // Last, so that a problem first names a guard that stops colleagues too.
  unless: [...unless, 'own-application'],
});
/** Records the payment of the fee once, and keeps the state. */
const paymentTransition = (state: State) => ({ 'record-payment': reviewedTransition(state, 'fee-paid') });
/** Sets another centre where the result is collected, and keeps the state. */
const collectionTransition = (state: State) => ({ 'choose-collection-centre': reviewedTransition(state) });

/** Freezes corrected content as the next submission, and keeps the state. */
const correctionTransition = (state: State) => ({
  'correct-submission': reviewedTransition(state, 'corrections-unsupported', 'agency-undecided'),
});
/** The person says whether another agency may receive the application. The state stays until an agency has it. */
const consentTransitions = (state: State) => ({
  'consent-to-passing-on': { ...reviewedTransition(state), onlyIf: 'consent-awaited' as const },
  'refuse-passing-on': { ...reviewedTransition(state), onlyIf: 'consent-awaited' as const },
});
/** Writes to the agency, and keeps the state. */
const messageTransition = (state: State) => ({
  'send-message': reviewedTransition(state, 'messages-unsupported', 'agency-undecided'),
});
/** A person complains about an agency that has not decided. The platform sends nothing, and the state stays. */
const complaintTransition = (state: State) => ({
  'prepare-complaint': { ...reviewedTransition(state, 'agency-undecided'), onlyIf: 'complaint-offered' as const },
});
/** Follows a complaint, also after the decision or the end: the agency may answer late. */
const complaintRecordTransitions = (state: State) => ({
  'record-complaint': { ...reviewedTransition(state), onlyIf: 'complaint-prepared' as const },
  'record-complaint-answer': { ...reviewedTransition(state), onlyIf: 'complaint-open' as const },
});
/** Changes the contact of a filed application, and keeps the state. A draft is edited instead. */
const contactTransition = (state: State) => ({ 'change-contact': reviewedTransition(state) });

/**
 * The transitions of operators; all others are rejected. `correct` keeps the state, because it opens a new
 * application; `correct-submission` corrects the filed one before its decision. A revoked result cannot be handed over until it is corrected; withdrawal is the alternative. A paper
 * result on its way can be handed over without a confirmed arrival, because it is evidently there.
 */
export const OPERATOR_TRANSITIONS: Record<State, Partial<Record<Action, Transition>>> = {
  draft: {
    edit: deskTransition('draft'),
    submit: reviewedTransition('submitted'),
    withdraw: deskTransition('withdrawn'),
    renew: deskTransition('draft'),
    ...collectionTransition('draft'),
  },
  submitted: {
    withdraw: reviewedTransition('withdrawn'),
    ...paymentTransition('submitted'),
    ...collectionTransition('submitted'),
    ...contactTransition('submitted'),
    ...messageTransition('submitted'),
    ...correctionTransition('submitted'),
    ...consentTransitions('submitted'),
    ...complaintTransition('submitted'),
    ...complaintRecordTransitions('submitted'),
  },
  'in-progress': {
    withdraw: reviewedTransition('withdrawn'),
    ...paymentTransition('in-progress'),
    ...collectionTransition('in-progress'),
    ...contactTransition('in-progress'),
    ...messageTransition('in-progress'),
    ...correctionTransition('in-progress'),
    ...complaintTransition('in-progress'),
    ...complaintRecordTransitions('in-progress'),
  },
  'documents-requested': {
    'supply-documents': { ...reviewedTransition('in-progress'), inParts: true },
    withdraw: reviewedTransition('withdrawn'),
    ...paymentTransition('documents-requested'),
    ...collectionTransition('documents-requested'),
    ...contactTransition('documents-requested'),
    ...messageTransition('documents-requested'),
    ...correctionTransition('documents-requested'),
    ...complaintRecordTransitions('documents-requested'),
  },
  ready: {
    ...paymentTransition('ready'),
    'hand-over': reviewedTransition('handed-over', 'result-revoked'),
    withdraw: { ...reviewedTransition('withdrawn'), onlyIf: 'result-revoked' },
    'confirm-arrival': { ...reviewedTransition('ready', 'result-revoked'), onlyIf: 'result-on-its-way' },
    ...collectionTransition('ready'),
    ...contactTransition('ready'),
    ...messageTransition('ready'),
    ...complaintRecordTransitions('ready'),
  },
  rejected: {
    'hand-over': reviewedTransition('handed-over'),
    ...collectionTransition('rejected'),
    ...contactTransition('rejected'),
    ...messageTransition('rejected'),
    ...complaintRecordTransitions('rejected'),
  },
  'handed-over': {
    'confirm-outcome': reviewedTransition('closed'),
    ...contactTransition('handed-over'),
    // The result may have to be corrected.
    ...messageTransition('handed-over'),
    ...complaintRecordTransitions('handed-over'),
  },
  // An agency may revoke a result after the end, which the applicant must hear about.
  closed: {
    correct: deskTransition('closed'),
    ...contactTransition('closed'),
    ...complaintRecordTransitions('closed'),
  },
  withdrawn: {
    correct: deskTransition('withdrawn'),
    ...contactTransition('withdrawn'),
    ...complaintRecordTransitions('withdrawn'),
  },
  expired: {
    correct: deskTransition('expired'),
    ...contactTransition('expired'),
    ...complaintRecordTransitions('expired'),
  },
};

export const MESSAGES = [
  'acknowledged',
  'progressed',
  'documents-requested',
  'approved',
  'rejected',
  'result-corrected',
  'result-revoked',
  'passed-on',
  'message-sent',
  'message-failed',
  'delivery-cancelled',
  'delivery-failed',
  'delivery-deferred',
  'message-refused',
  'message-unknown',
] as const;
/** Messages of an agency, or of the bridge. */
export type Message = (typeof MESSAGES)[number];

/** `agency-escalation` is the clock of an agency that has not decided. It keeps the state, and escalates. */
export const TIMERS = ['draft-untouched', 'answer-date-passed', 'agency-escalation'] as const;
export type Timer = (typeof TIMERS)[number];

/** Events of documents after filing. They change no state. */
export const DOCUMENT_EVENTS = ['document-refused'] as const;

/** An act was released from quarantine without scans that exist no more. The state stays. */
export const RELEASE_EVENTS = ['omit-scans'] as const;
export type ReleaseEvent = (typeof RELEASE_EVENTS)[number];

/** Events of mandates. They change no state; the actions of {@link MANDATED_ACTIONS} then need another mandate. */
export const MANDATE_EVENTS = ['mandate-revoked'] as const;

/**
 * Events of the rights of a person and of the end of data. They change no state: a supervisor restricts processing and ends
 * that, or requests an erasure, and intake erases.
 */
export const DATA_EVENTS = ['restrict-processing', 'end-restriction', 'request-erasure', 'erase-application'] as const;
export type DataEvent = (typeof DATA_EVENTS)[number];

/** A supervisor decides which agency receives an application that was passed on. The state stays. */
export const SUPERVISION_EVENTS = ['assign-agency'] as const;

/**
 * Actions that need a mandate of the person: they create a submission for the agency. Reading, withdrawing and handing
 * over need none, because they serve the person whatever became of the mandate.
 */
export const MANDATED_ACTIONS = [
  'submit',
  'supply-documents',
  'correct-submission',
] as const satisfies readonly Action[];

/** Alerts for the desk. `other` stands for a kind of a later release. */
export const DESK_ALERT_KINDS = [
  'acknowledged-after-end',
  'progress-after-end',
  'documents-requested-after-end',
  'decision-after-end',
  'result-corrected',
  'result-revoked',
  'agency-stopped',
  'delivery-failed',
  'delivery-deferred',
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
  'document-refused',
  'mandate-revoked',
  'decided-before-correction',
  'answered-earlier-submission',
  'passed-on-after-end',
  'passed-on-after-decision',
  'consent-awaited',
  'agency-undecided',
  'agency-message',
  'message-not-sent',
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
  'passed-on': raiseAlert('passed-on-after-end'),
  // Kept and shown, whatever the state.
  'message-sent': raiseAlert('agency-message'),
  'message-failed': raiseAlert('message-not-sent'),
  // The agency confirms that it stopped work, as a withdrawal expects.
  'delivery-cancelled': raiseAlert('agency-stopped'),
  'delivery-failed': raiseAlert('delivery-failed'),
  // The bridge retries, for example once the agency is configured.
  'delivery-deferred': raiseAlert('delivery-deferred'),
  'message-refused': raiseAlert('message-refused'),
  // From a newer bridge. Applying it advances the sequence, so later messages are not blocked.
  'message-unknown': raiseAlert('message-unknown'),
};
const effectsAfterDecision: Record<Message, AgencyEffect> = {
  ...effectsAfterEnd,
  acknowledged: raiseAlert('acknowledged-after-decision'),
  progressed: raiseAlert('progress-after-decision'),
  'documents-requested': raiseAlert('documents-requested-after-decision'),
  approved: raiseAlert('second-decision'),
  rejected: raiseAlert('second-decision'),
  'passed-on': raiseAlert('passed-on-after-decision'),
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
  // The next agency has it before it acknowledges, or nobody has until the person or a supervisor says who.
  'passed-on': moveTo('submitted'),
};

/** The effect of every message in every state. */
export const AGENCY_EFFECTS: Record<State, Record<Message, AgencyEffect>> = {
  // An agency cannot know a draft, so every message only raises an alert.
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

/** The effect of every timer in every state. A stale timer changes nothing. */
export const TIMER_TRANSITIONS: Record<Timer, Record<State, State | 'stale'>> = {
  'draft-untouched': onlyFrom('draft', 'expired'),
  'answer-date-passed': onlyFrom('documents-requested', 'expired'),
  'agency-escalation': { ...onlyFrom('submitted', 'submitted'), 'in-progress': 'in-progress' },
};

function alertOnEveryMessage(kind: DeskAlertKind): Record<Message, AgencyEffect> {
  return Object.fromEntries(MESSAGES.map((message) => [message, raiseAlert(kind)])) as Record<Message, AgencyEffect>;
}

function onlyFrom(state: State, next: State): Record<State, State | 'stale'> {
  return Object.fromEntries(STATES.map((s) => [s, s === state ? next : 'stale'])) as Record<State, State | 'stale'>;
}

/**
 * States from which the term of the data counts: the person has the outcome, or there is none. An agency may still correct
 * or revoke a result that was handed over.
 */
export const DATA_END_STATES: readonly State[] = ['handed-over', 'closed', 'withdrawn', 'expired'];

/** States that no action or message leaves. */
export const END_STATES: readonly State[] = ['closed', 'withdrawn', 'expired'];

/** Returns what these roles may do in a state while these guards hold, in the order of {@link ACTIONS}. */
export function allowedActions(state: State, roles: readonly string[], activeGuards: readonly Guard[] = []): Action[] {
  return ACTIONS.filter((action) => stateAfter(state, action, roles, activeGuards) !== undefined);
}

/** Returns the state after an action, or undefined if the lifecycle rejects it. */
export function stateAfter(
  state: State,
  action: Action,
  roles: readonly string[],
  activeGuards: readonly Guard[] = [],
): State | undefined {
  const transition = findOpenTransition(roles, OPERATOR_TRANSITIONS[state][action], activeGuards);
  return transition && !findClosingGuard(action, transition, activeGuards) ? transition.to : undefined;
}

/** Returns the guard that closes a transition which state and roles would allow, or undefined. */
export function findBlockingGuard(
  state: State,
  action: Action,
  roles: readonly string[],
  activeGuards: readonly Guard[],
): Guard | undefined {
  const transition = findOpenTransition(roles, OPERATOR_TRANSITIONS[state][action], activeGuards);
  return transition && findClosingGuard(action, transition, activeGuards);
}

/** Returns the transition if one of these roles has it and its `onlyIf` guard holds. */
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

function findClosingGuard(
  action: Action,
  { unless = [] }: Transition,
  activeGuards: readonly Guard[],
): Guard | undefined {
  const general = Object.entries<readonly Action[]>(GENERAL_GUARDS).flatMap(([guard, open]) =>
    open.includes(action) ? [] : [guard as Guard],
  );
  return [...general, ...unless].find((guard) => activeGuards.includes(guard));
}
