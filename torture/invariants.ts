import type { State } from '@cups/application';

/**
 * The checker: what was acknowledged, against what is there. Pure: it takes a record and gives violations, which name
 * ids and codes only.
 */

export type Action = 'create' | 'edit' | 'submit' | 'withdraw' | 'supply-documents' | 'hand-over' | 'confirm-outcome';

/** A write that the platform answered with success. */
export interface AcknowledgedWrite {
  application: string;
  action: Action;
  requestId: string;
  /** As the answer said. */
  revision: number;
  state: State;
}

/** An acknowledged write that was sent again, unchanged, after all trouble. */
export interface RepeatedWrite {
  application: string;
  action: Action;
  requestId: string;
  /** `done again`: a success that was no replay, or that told of another application. */
  answer: 'replayed' | 'done again' | 'refused';
}

/** An application in the store of intake. */
export interface ObservedApplication {
  id: string;
  agency: string;
  state: State;
  revision: number;
  eventSeq: number;
  /** Request id of the create. */
  createdBy: string;
  /** Numbers of the frozen submissions. */
  submissions: number[];
  history: { kind: string; cause: string }[];
  /** The last event of its delivery that it counted. */
  deliverySeq: number;
}

/** An application as the desk sees it. */
export interface DeskApplication {
  id: string;
  state: State;
  revision: number;
}

export interface ObservedDelivery {
  /** `<application>-<agency>` */
  id: string;
  application: string;
  state: string;
  eventSeq: number;
  /** The last event of the application that it counted. */
  applicationSeq: number;
}

export interface ObservedThread {
  /** The application's. */
  id: string;
  /** The last event of the application that was counted. */
  applicationSeq: number;
  notices: { id: string; state: string; cause?: string }[];
}

/** An event on cups.applications or cups.deliveries; in the order of its partition. */
export interface ObservedEvent {
  topic: string;
  partition: number;
  subject: string;
  sequence: number;
  id: string;
  /** Without the package. */
  type: string;
  /** On cups.deliveries: id of the agency's message. */
  messageId?: string;
}

/** A submission on an agency's topic. */
export interface ObservedRequest {
  id: string;
  application: string;
  submission: number;
}

/** A message of an agency that the agency contract allows and that is about its own delivery. */
export interface ObservedReply {
  id: string;
  delivery: string;
  isDecision: boolean;
}

export interface ObservedProcess {
  name: string;
  ready: boolean;
  /** Answers within two seconds that it lives. */
  lives: boolean;
  /** Says that a consumer stands still. */
  stuck: boolean;
}

export interface ChaosRecord {
  acknowledged: AcknowledgedWrite[];
  repeats: RepeatedWrite[];
  atDesk: DeskApplication[];
  applications: ObservedApplication[];
  deliveries: ObservedDelivery[];
  threads: ObservedThread[];
  events: ObservedEvent[];
  requests: ObservedRequest[];
  replies: ObservedReply[];
  /** Ids of messages that nobody may heed. */
  hostile: string[];
  /** Documents with events that wait for Kafka, or were given up. */
  outboxes: { resource: string; waiting: number; isBlocked: boolean }[];
  /** Subjects with events that wait for their predecessor. */
  parked: string[];
  groups: { group: string; topic: string; partition: number; lag: number }[];
  /** Topics that must have consumers: how many groups read each partition of it. */
  readers: { topic: string; wanted: number; groups: number }[];
  processes: ObservedProcess[];
  /** Processes that ended, or did not start, though nobody wanted that. */
  endedByThemselves: string[];
  /** Files and topics with personal data that must hold none. */
  personal: string[];
  /** Honest writes that were refused for good, as `409 REASON create`. */
  refused: { what: string; application: string }[];
  /** Answers without a cause, as `500 POST /applications/{id}/submit`. */
  raw: { what: string; count: number }[];
}

export interface Violation {
  rule: string;
  /** Ids and codes, never content. */
  what: string;
}

type Invariant = (record: ChaosRecord) => string[];

/** How far each state is on the way of an application. */
const STATE_ORDER: Record<State, number> = {
  draft: 0,
  submitted: 1,
  'in-progress': 2,
  'documents-requested': 2,
  ready: 3,
  rejected: 3,
  'handed-over': 4,
  closed: 5,
  withdrawn: 6,
  expired: 6,
};
const DECIDED_STATES = ['ready', 'rejected', 'handed-over', 'closed'];
const APPLICATIONS_TOPIC = 'cups.applications';
const DELIVERIES_TOPIC = 'cups.deliveries';

/** Each write that was acknowledged is there, in intake's store and at the desk. */
const checkAcknowledgedWrites: Invariant = ({ acknowledged, applications, atDesk }) => {
  const stored = byId(applications);
  const shown = byId(atDesk);
  return acknowledged.flatMap(({ application, action, requestId, revision, state }) => {
    const write = `${action} ${requestId} of ${application}`;
    const there = stored.get(application);
    if (!there) return [`${write}: no such application in the store`];
    const seen = shown.get(application);
    if (!seen) return [`${write}: the desk does not see the application`];
    const recorded = action === 'create' ? there.createdBy === requestId : isRecorded(there, action, requestId);
    return [
      ...(recorded ? [] : [`${write}: not recorded`]),
      ...[there, seen]
        .filter((one) => one.revision < revision || STATE_ORDER[one.state] < STATE_ORDER[state])
        .map((one) => `${write}: ${one.state} at revision ${one.revision}, after ${state} at ${revision}`),
    ];
  });
};

/** An edit of a draft is no history: its revision speaks for it. */
const isRecorded = ({ history }: ObservedApplication, action: Action, requestId: string): boolean =>
  action === 'edit' || history.some(({ kind, cause }) => kind === action && cause === requestId);

/** A request id is answered as the first time, and has one effect in one application. */
const checkDuplicates: Invariant = ({ repeats, applications }) => [
  ...repeats
    .filter(({ answer }) => answer !== 'replayed')
    .map(({ action, requestId, application, answer }) => `${action} ${requestId} of ${application}: ${answer}`),
  ...findDuplicates(applications.map(({ createdBy }) => createdBy)).map((id) => `create ${id}: several applications`),
  ...applications.flatMap(({ id, history }) =>
    findDuplicates(history.map(({ kind, cause }) => `${kind} ${cause}`)).map(
      (what) => `${what} of ${id}: in the history twice`,
    ),
  ),
];

/** A person is told of each step once, and nothing waits to be told. */
const checkNotices: Invariant = ({ threads, events, applications }) => {
  const stored = byId(applications);
  const notices = threads.flatMap((thread) => thread.notices);
  const ids = new Set(notices.map(({ id }) => id));
  const telling = events.filter(
    ({ topic, type, subject }) =>
      topic === APPLICATIONS_TOPIC &&
      (type === 'ApplicationSubmitted' ||
        type === 'ApplicationDecided' ||
        (type === 'ApplicationWithdrawn' && stored.get(idOf(subject))?.submissions.length !== 0)),
  );
  const missing = new Set(
    telling.map(({ subject, sequence }) => `${idOf(subject)}-${sequence}`).filter((id) => !ids.has(id)),
  );
  return [
    ...findDuplicates(notices.map(({ id }) => id)).map((id) => `notice ${id}: twice`),
    ...[...missing].map((id) => `notice ${id}: missing`),
    ...notices
      .filter(
        ({ state, cause }) =>
          state !== 'sent' && state !== 'printable' && !(state === 'failed' && cause === 'overtaken'),
      )
      .map(({ id, state, cause }) => `notice ${id}: ${state} ${cause ?? ''}`.trimEnd()),
  ];
};

/** The events of one subject: from 1, without a gap, in order, on one partition, and as many as its document says. */
const checkEventSequences: Invariant = ({ events, applications, deliveries }) => {
  const told = [
    ...applications.map(({ id, eventSeq }) => ({ topic: APPLICATIONS_TOPIC, subject: `applications/${id}`, eventSeq })),
    ...deliveries.map(({ id, eventSeq }) => ({ topic: DELIVERIES_TOPIC, subject: `deliveries/${id}`, eventSeq })),
  ];
  const subjects = Map.groupBy(events, ({ topic, subject }) => `${topic} ${subject}`);
  const known = new Set(told.map(({ topic, subject }) => `${topic} ${subject}`));
  return [
    ...[...subjects.keys()].filter((subject) => !known.has(subject)).map((subject) => `${subject}: nobody's`),
    ...told.flatMap(({ topic, subject, eventSeq }) =>
      findSequenceErrors(subjects.get(`${topic} ${subject}`) ?? [], eventSeq).map(
        (what) => `${topic} ${subject}: ${what}`,
      ),
    ),
  ];
};

/** What is wrong with the events of one subject, repeats being allowed. */
function findSequenceErrors(events: readonly ObservedEvent[], eventSeq: number): string[] {
  const ids: string[] = [];
  const wrong: string[] = [];
  for (const { sequence, id } of events) {
    if (sequence > ids.length + 1) wrong.push(`${sequence} after ${ids.length}`);
    if (sequence <= ids.length && ids[sequence - 1] !== id) wrong.push(`two events are number ${sequence}`);
    if (sequence > ids.length) ids[sequence - 1] = id;
  }
  if (new Set(events.map(({ partition }) => partition)).size > 1) wrong.push('on two partitions');
  if (ids.length !== eventSeq) wrong.push(`${ids.length} of ${eventSeq} events`);
  return wrong;
}

/** Each submission is on its agency's topic under one id; one that was withdrawn need not be. */
const checkSubmissions: Invariant = ({ applications, deliveries, requests }) => {
  const delivery = new Map(deliveries.map((one) => [one.application, one]));
  const ids = Map.groupBy(requests, ({ application, submission }) => `${application}/${submission}`);
  return applications.flatMap(({ id, submissions }) =>
    submissions.flatMap((number) => {
      const found = new Set((ids.get(`${id}/${number}`) ?? []).map((one) => one.id)).size;
      const mayBeAbsent = delivery.get(id)?.state === 'cancelled';
      if (found === 1 || (found === 0 && mayBeAbsent)) return [];
      return [`submission ${number} of ${id}: ${found} ids on its agency's topic`];
    }),
  );
};

/** Each message of an agency is told once; a decision decides its application once; what is hostile moves nothing. */
const checkReplies: Invariant = ({ replies, events, applications, hostile }) => {
  // The desk is told of a message that was refused: that is no heed.
  const told = events.filter(({ topic, type }) => topic === DELIVERIES_TOPIC && type !== 'DeliveryMessageRefused');
  const ofMessage = Map.groupBy(told, ({ messageId }) => messageId ?? '');
  const decisions = new Set(replies.filter(({ isDecision }) => isDecision).map(({ delivery }) => delivery));
  const decidedEvents = Map.groupBy(
    events.filter(({ topic, type }) => topic === APPLICATIONS_TOPIC && type === 'ApplicationDecided'),
    ({ subject }) => idOf(subject),
  );
  return [
    ...replies.flatMap(({ id, delivery }) => {
      const seen = (ofMessage.get(id) ?? []).filter(({ subject }) => subject === `deliveries/${delivery}`);
      const count = new Set(seen.map((event) => event.id)).size;
      return count === 1 ? [] : [`reply ${id} to ${delivery}: told ${count} times`];
    }),
    ...applications.flatMap(({ id, agency, state }) => {
      const count = new Set((decidedEvents.get(id) ?? []).map((event) => event.id)).size;
      const isDecided = DECIDED_STATES.includes(state);
      const wasDecided = decisions.has(`${id}-${agency}`);
      const isOver = state === 'withdrawn' || state === 'expired';
      if (wasDecided ? isOver || (isDecided && count === 1) : !isDecided && count === 0) return [];
      return [`decision of ${id}: ${wasDecided ? 'given' : 'not given'}, ${state}, ${count} ApplicationDecided`];
    }),
    ...hostile.filter((id) => ofMessage.has(id)).map((id) => `hostile message ${id}: heeded`),
  ];
};

/** Bridge, notifications and intake have counted each other's events to the end. */
const checkServiceAgreement: Invariant = ({ applications, deliveries, threads }) => {
  const delivery = new Map(deliveries.map((one) => [one.application, one]));
  const thread = byId(threads);
  return applications.flatMap(({ id, state, eventSeq, deliverySeq, submissions }) => {
    const sent = delivery.get(id);
    const wrong: string[] = [];
    if (eventSeq > 0 && thread.get(id)?.applicationSeq !== eventSeq) {
      wrong.push(`notifications counted ${thread.get(id)?.applicationSeq ?? 0} of ${eventSeq} events`);
    }
    if (submissions.length > 0) {
      if (!sent) wrong.push('no delivery');
      else if (sent.applicationSeq !== eventSeq) {
        wrong.push(`the bridge counted ${sent.applicationSeq} of ${eventSeq} events`);
      }
    }
    if (sent && deliverySeq !== sent.eventSeq) wrong.push(`intake counted ${deliverySeq} of ${sent.eventSeq} events`);
    if (sent && DECIDED_STATES.includes(state) && sent.state !== 'answered')
      wrong.push(`${state}, delivery ${sent.state}`);
    if (sent?.state === 'failed') wrong.push('the delivery failed');
    return wrong.map((what) => `${id}: ${what}`);
  });
};

const checkOutboxes: Invariant = ({ outboxes, parked }) => [
  ...outboxes.map(
    ({ resource, waiting, isBlocked }) => `${resource}: ${waiting} events${isBlocked ? ', given up' : ''}`,
  ),
  ...parked.map((subject) => `${subject}: an event waits for its predecessor`),
];

const checkConsumerLag: Invariant = ({ groups, readers }) => [
  ...groups
    .filter(({ lag }) => lag !== 0)
    .map(({ group, topic, partition, lag }) => `${group} on ${topic}/${partition}: ${lag} behind`),
  ...readers
    .filter(({ wanted, groups: count }) => count < wanted)
    .map(({ topic, wanted, groups: count }) => `${topic}: ${count} of ${wanted} groups read it`),
];

const checkProcesses: Invariant = ({ processes, endedByThemselves }) => [
  ...endedByThemselves.map((what) => `${what}: ended by itself`),
  ...processes.filter(({ ready }) => !ready).map(({ name }) => `${name}: not ready`),
  ...processes.filter(({ lives }) => !lives).map(({ name }) => `${name}: does not answer`),
  ...processes.filter(({ stuck }) => stuck).map(({ name }) => `${name}: a consumer stands still`),
];

const checkPersonalData: Invariant = ({ personal }) => personal;

const checkResponses: Invariant = ({ refused, raw }) => [
  ...refused.map(({ what, application }) => `${what} ${application}`),
  ...raw.map(({ what, count }) => `${what}: ${count} times`),
];

/** A platform that acknowledged nothing has broken no promise, and shown nothing. */
const checkCoverage: Invariant = (record) =>
  (['acknowledged', 'repeats', 'processes'] as const)
    .filter((part) => record[part].length === 0)
    .map((part) => `${part}: there are none`);

/** In the order in which they are told. */
export const INVARIANTS = {
  'something was checked': checkCoverage,
  'acknowledged present': checkAcknowledgedWrites,
  'nothing doubled': checkDuplicates,
  'notices once': checkNotices,
  'events contiguous and in order': checkEventSequences,
  'submissions at their agency once': checkSubmissions,
  'replies reflected once': checkReplies,
  'services agree': checkServiceAgreement,
  'outboxes empty': checkOutboxes,
  'no lag': checkConsumerLag,
  'nobody ended or stood still': checkProcesses,
  'no personal data in logs and internal topics': checkPersonalData,
  'honest requests are answered': checkResponses,
} satisfies Record<string, Invariant>;
export type InvariantName = keyof typeof INVARIANTS;

/** Rules about what comes to rest by itself once the trouble is over; the rest of the record may be empty. */
const QUIESCENCE_INVARIANTS: readonly InvariantName[] = ['services agree', 'outboxes empty', 'no lag'];

/** Everything that a record shows to be wrong; nothing for a platform that kept its promises. */
export function checkInvariants(record: ChaosRecord, rules = Object.keys(INVARIANTS) as InvariantName[]): Violation[] {
  return rules.flatMap((rule) => INVARIANTS[rule](record).map((what) => ({ rule, what })));
}

/** What has not come to rest yet. */
export const findUnsettled = (record: ChaosRecord): Violation[] => [
  ...checkInvariants(record, [...QUIESCENCE_INVARIANTS]),
  ...record.threads
    .flatMap(({ notices }) => notices)
    .filter(({ state }) => state === 'compose' || state === 'pending')
    .map(({ id, state }) => ({ rule: 'notices once', what: `notice ${id}: ${state}` })),
];

const byId = <T extends { id: string }>(all: readonly T[]): Map<string, T> => new Map(all.map((one) => [one.id, one]));
const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** What is there more than once; each once. */
function findDuplicates(all: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const one of all) (seen.has(one) ? again : seen).add(one);
  return [...again];
}
