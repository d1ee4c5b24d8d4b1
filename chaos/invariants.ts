import type { State } from '@cups/application';
import type { Action, ChaosRecord, ObservedApplication, ObservedEvent } from './chaos-record.ts';
import { AGENCY_INVARIANTS } from './agency-invariants.ts';
import { findDuplicates } from './duplicates.ts';
import { DOCUMENT_INVARIANTS } from './document-invariants.ts';
import { JOURNAL_INVARIANTS } from './journal-invariants.ts';

/** Checks the observed state against the acknowledged writes. Pure: violations name IDs and codes only. */

export interface Violation {
  rule: string;
  /** IDs and codes, never content. */
  what: string;
}

export type Invariant = (record: ChaosRecord) => string[];

/** Rank of each state in the lifecycle. */
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
const DOCUMENTS_TOPIC = 'cups.documents';

/** Every acknowledged write is in intake's store and at the desk. */
const checkAcknowledgedWrites: Invariant = ({ acknowledged, applications, atDesk }) => {
  const stored = byId(applications);
  const shown = byId(atDesk);
  return acknowledged.flatMap(({ application, action, requestId, revision, state }) => {
    const write = `${action} ${requestId} of ${application}`;
    const there = stored.get(application);
    if (!there) return [`${write}: the store has no such application`];
    const seen = shown.get(application);
    if (!seen) return [`${write}: the desk does not show the application`];
    const recorded = action === 'create' ? there.createdBy === requestId : isRecorded(there, action, requestId);
    return [
      ...(recorded ? [] : [`${write}: not recorded`]),
      ...[there, seen]
        .filter((one) => one.revision < revision || STATE_ORDER[one.state] < STATE_ORDER[state])
        .map((one) => `${write}: ${one.state} at revision ${one.revision}, after ${state} at ${revision}`),
    ];
  });
};

/** An edit of a draft has no history entry; its revision proves it. */
const isRecorded = ({ history }: ObservedApplication, action: Action, requestId: string): boolean =>
  action === 'edit' || history.some(({ kind, cause }) => kind === action && cause === requestId);

/** A repeated request ID gets the first response and has one effect in one application. */
const checkDuplicates: Invariant = ({ repeats, applications }) => [
  ...repeats
    .filter(({ answer }) => answer !== 'replayed')
    .map(({ action, requestId, application, answer }) => `${action} ${requestId} of ${application}: ${answer}`),
  ...findDuplicates(applications.map(({ createdBy }) => createdBy)).map((id) => `create ${id}: several applications`),
  ...applications.flatMap(({ id, history }) =>
    findDuplicates(history.map(({ kind, cause }) => `${kind} ${cause}`)).map(
      (what) => `${what} of ${id}: twice in the history`,
    ),
  ),
];

/** Each step sends one notice, and no notice is pending. */
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
          state !== 'sent' && state !== 'printable' && !(state === 'failed' && cause === 'superseded'),
      )
      .map(({ id, state, cause }) => `notice ${id}: ${state} ${cause ?? ''}`.trimEnd()),
  ];
};

/** Events of one subject start at 1, have no gap, are in order on one partition, and match the count in its document. */
const checkEventSequences: Invariant = ({ events, applications, deliveries, documents }) => {
  const published = [
    ...applications.map(({ id, eventSeq }) => ({ topic: APPLICATIONS_TOPIC, subject: `applications/${id}`, eventSeq })),
    ...deliveries.map(({ id, eventSeq }) => ({ topic: DELIVERIES_TOPIC, subject: `deliveries/${id}`, eventSeq })),
    ...documents.map(({ id, eventSeq }) => ({ topic: DOCUMENTS_TOPIC, subject: `documents/${id}`, eventSeq })),
  ];
  const subjects = Map.groupBy(events, ({ topic, subject }) => `${topic} ${subject}`);
  const known = new Set(published.map(({ topic, subject }) => `${topic} ${subject}`));
  return [
    ...[...subjects.keys()].filter((subject) => !known.has(subject)).map((subject) => `${subject}: nobody's`),
    ...published.flatMap(({ topic, subject, eventSeq }) =>
      findSequenceErrors(subjects.get(`${topic} ${subject}`) ?? [], eventSeq).map(
        (what) => `${topic} ${subject}: ${what}`,
      ),
    ),
  ];
};

/** Returns sequence errors in the events of one subject. Duplicates are allowed. */
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

/** Each agency message is published once, whatever its channel and its repeats; a decision decides once, and a hostile message has no effect. */
const checkReplies: Invariant = ({ replies, events, applications, hostile }) => {
  // The desk sees refused messages; showing one is not applying it.
  const published = events.filter(({ topic, type }) => topic === DELIVERIES_TOPIC && type !== 'DeliveryMessageRefused');
  const ofMessage = Map.groupBy(published, ({ messageId }) => messageId ?? '');
  const decisions = new Set(replies.filter(({ isDecision }) => isDecision).map(({ delivery }) => delivery));
  const decidedEvents = Map.groupBy(
    events.filter(({ topic, type }) => topic === APPLICATIONS_TOPIC && type === 'ApplicationDecided'),
    ({ subject }) => idOf(subject),
  );
  return [
    ...replies.flatMap(({ id, delivery }) => {
      const seen = (ofMessage.get(id) ?? []).filter(({ subject }) => subject === `deliveries/${delivery}`);
      const count = new Set(seen.map((event) => event.id)).size;
      return count === 1 ? [] : [`reply ${id} to ${delivery}: published ${count} times`];
    }),
    ...applications.flatMap(({ id, agency, state }) => {
      const count = new Set((decidedEvents.get(id) ?? []).map((event) => event.id)).size;
      const isDecided = DECIDED_STATES.includes(state);
      const wasDecided = decisions.has(`${id}-${agency}`);
      const isOver = state === 'withdrawn' || state === 'expired';
      if (wasDecided ? isOver || (isDecided && count === 1) : !isDecided && count === 0) return [];
      return [`decision of ${id}: ${wasDecided ? 'given' : 'not given'}, ${state}, ${count} ApplicationDecided`];
    }),
    ...hostile.filter((id) => ofMessage.has(id)).map((id) => `hostile message ${id}: applied`),
  ];
};

/** Bridge, notifications and intake have counted all of each other's events. */
const checkServiceAgreement: Invariant = ({ applications, deliveries, threads }) => {
  const delivery = byId(deliveries);
  const thread = byId(threads);
  return applications.flatMap(({ id, agency, state, eventSeq, deliverySeq, submissions }) => {
    const sent = delivery.get(`${id}-${agency}`);
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
    ({ resource, waiting, isBlocked }) => `${resource}: ${waiting} events${isBlocked ? ', blocked' : ''}`,
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
  ...endedByThemselves.map((what) => `${what}: exited unexpectedly`),
  ...processes.filter(({ ready }) => !ready).map(({ name }) => `${name}: not ready`),
  ...processes.filter(({ lives }) => !lives).map(({ name }) => `${name}: does not answer`),
  ...processes.filter(({ stuck }) => stuck).map(({ name }) => `${name}: a consumer is stuck`),
];

const checkPersonalData: Invariant = ({ personal }) => personal;

const checkResponses: Invariant = ({ refused, raw }) => [
  ...refused.map(({ what, application }) => `${what} ${application}`),
  ...raw.map(({ what, count }) => `${what}: ${count} times`),
];

/** A run of this size has visits about agencies of every channel. */
const MIN_WRITES_FOR_CHANNELS = 1_000;

/** A run that acknowledged nothing proves nothing. */
const checkCoverage: Invariant = ({ acknowledged, repeats, processes, uploads, journal, ...record }) => {
  const { entries, checkpoints } = journal;
  const channels = acknowledged.length < MIN_WRITES_FOR_CHANNELS ? {} : partsByChannel(record);
  return Object.entries({ acknowledged, repeats, processes, uploads, entries, checkpoints, ...channels })
    .filter(([, all]) => all.length === 0)
    .map(([part]) => `${part}: there are none`);
};

const partsByChannel = ({ replies, channels, elapsed }: Pick<ChaosRecord, 'replies' | 'channels' | 'elapsed'>) => {
  const by = (channel: string) => replies.filter(({ delivery }) => channels[agencyOf(delivery)] === channel);
  return { 'replies by page': by('page'), 'replies by pull': by('pull'), 'elapsed terms': elapsed };
};

/** Returns the agency of a delivery ID, `<application>-<agency>`. */
const agencyOf = (delivery: string): string => delivery.slice(delivery.indexOf('-') + 1);

/** In report order. */
export const INVARIANTS = {
  'run is not empty': checkCoverage,
  'acknowledged present': checkAcknowledgedWrites,
  'nothing doubled': checkDuplicates,
  'notices once': checkNotices,
  'events contiguous and in order': checkEventSequences,
  ...AGENCY_INVARIANTS,
  'replies applied once': checkReplies,
  'services agree': checkServiceAgreement,
  ...DOCUMENT_INVARIANTS,
  ...JOURNAL_INVARIANTS,
  'outboxes empty': checkOutboxes,
  'no lag': checkConsumerLag,
  'no process exited or stalled': checkProcesses,
  'no personal data in logs and internal topics': checkPersonalData,
  'valid requests succeed': checkResponses,
} satisfies Record<string, Invariant>;
export type InvariantName = keyof typeof INVARIANTS;

/** Invariants that hold only at quiescence. The rest of the record may be empty for them. */
const QUIESCENCE_INVARIANTS: readonly InvariantName[] = [
  'services agree',
  'silence escalated',
  'references agree',
  'checks and erasures ended',
  'outboxes empty',
  'no lag',
];

/** Returns every violation that a record shows. */
export function checkInvariants(record: ChaosRecord, rules = Object.keys(INVARIANTS) as InvariantName[]): Violation[] {
  return rules.flatMap((rule) => INVARIANTS[rule](record).map((what) => ({ rule, what })));
}

/** Returns what has not settled yet. */
export const findUnsettled = (record: ChaosRecord): Violation[] => [
  ...checkInvariants(record, [...QUIESCENCE_INVARIANTS]),
  ...record.threads
    .flatMap(({ notices }) => notices)
    .filter(({ state }) => state === 'compose' || state === 'pending')
    .map(({ id, state }) => ({ rule: 'notices once', what: `notice ${id}: ${state}` })),
];

const byId = <T extends { id: string }>(all: readonly T[]): Map<string, T> => new Map(all.map((one) => [one.id, one]));
const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
