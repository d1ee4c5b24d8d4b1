import type { DeliveryCause } from '@cups/application';
import { backoffMs, resourceName } from '@cups/contracts';
import type { BackoffOptions } from '@cups/contracts';
import type { AgencyUpdate } from './agency-update.ts';
import type { AgencyStage } from './channel.ts';
import { nextPollTime } from './copies.ts';
import type { Reminder } from './reminders.ts';

/**
 * A delivery: the transmission of one application to one agency, with its replies. Pure functions: each takes a
 * delivery and returns its next state with the messages to send. The same object without messages means no change.
 */

/** Stored state. The relay sets `sent` when the request is on the agency's topic: see `resolveDeliveryState`. */
export type StoredState = 'queued' | 'acknowledged' | 'answered' | 'cancelled' | 'failed';
export type State = StoredState | 'sent';

/** Why a delivery is deferred, apart from an unavailable intake. */
export type DeferCause = Extract<DeliveryCause, 'AGENCY_UNKNOWN'>;

/** A submission to fetch from intake. */
export interface PendingSubmission {
  submission: number;
  /** ID of the event that requested it. */
  eventId: string;
  correlationId: string;
  /** Number of failed fetches. */
  attempts: number;
  /** Set for a replay: the agency already has the submission. */
  isReplay?: boolean;
  /** When it was filed; absent in deliveries of older releases. */
  fileTime?: Date;
}

/** A submission that was sent before its copies could be released to the agency. */
export interface UnreleasedSubmission {
  submission: number;
  /** Number of failed attempts. */
  attempts: number;
}

/** A message of the desk to send. Its text is in intake. */
export interface PendingMessage {
  /** Within the application. */
  number: number;
  /** ID of the event that requested it. */
  eventId: string;
  correlationId: string;
  /** Number of failed fetches. */
  attempts: number;
  queueTime: Date;
  /** Time of the next fetch. */
  due: Date;
  /** Set for a replay: the agency already has the message. */
  isReplay?: boolean;
}

export interface Delivery {
  /** `<applicationId>-<agency>` */
  _id: string;
  /** applications/{id} */
  application: string;
  /** Agency code. */
  agency: string;
  /** centres/{code} */
  centre: string;
  /** Uses the training topics. Set when the application is opened and never changed; absent means real. */
  training?: boolean;
  state: StoredState;
  /** Whether the request for the newest submission is on the agency's topic. */
  sent?: boolean;
  /** The newest submission to send. */
  submission: number;
  /** The newest submission passed to the relay; 0 if none. */
  requested: number;
  /** In the order to send. */
  pending: PendingSubmission[];
  /** Messages of the desk in the order to send, after pending submissions. */
  pendingMessages?: PendingMessage[];
  /** The newest messages of the desk that were sent, and when; a replay repeats these times. */
  sentMessages?: { number: number; time: Date }[];
  /** When the desk last wrote; absent once the agency has replied. */
  deskMessageTime?: Date;
  /** When the agency wrote its messages to the desk. */
  messageTimes?: Date[];
  /** IDs of the agency's recorded messages. */
  messages: string[];
  /** Content digest of each recorded message; absent for those of older releases. */
  digests?: string[];
  /** Cause and ID of messages that were refused, recorded without effect or changed, if reported to the agency. */
  reportedIssues?: string[];
  /** Digest of the agency's decision; absent before it, and for decisions of older releases. */
  decision?: string;
  /** When each submission was first sent; a replay repeats this time. */
  requestTimes?: Date[];
  /** The end of the application as sent to the agency, and when. */
  end?: { kind: 'withdrawn' | 'expired'; data: object; time: Date };
  /** Time of the last message to the agency. */
  lastRequestTime?: Date;
  /** Time of the last reply of the agency. */
  lastReplyTime?: Date;
  /** When the first submission was accepted, as sent to the agency. */
  submitTime?: Date;
  /** ID of the agency's last request for documents. */
  documentsRequest?: string;
  /** The agency's newest requests for documents, whose answer dates intake may move. */
  documentRequests?: { id: string; position: MessagePosition }[];
  queueTime: Date;
  sendTime?: Date;
  acknowledgeTime?: Date;
  answerTime?: Date;
  cancelTime?: Date;
  failTime?: Date;
  failCause?: DeliveryCause;
  /** Why the next submission is deferred: AGENCY_UNKNOWN while the agency has no file. */
  deferCause?: DeferCause;
  /** Since when the next submission waits for its copies. */
  copiesWaitTime?: Date;
  /** Submissions that were sent although documents did not answer. Their copies are still to be released. */
  unreleased?: UnreleasedSubmission[];
  /** Names of fields that violate the agency contract. */
  failFields?: string[];
  agencyReference?: string;
  /** How the newest request was sent; absent means Kafka. */
  channel?: 'pull' | 'page';
  /** Place in the queue of the agency's page; absent before it was sent, and without a page. */
  stage?: AgencyStage;
  /** publicServices/{code} of the newest request; absent in deliveries of older releases. */
  publicService?: string;
  /** Last day of the legal term, yyyy-MM-dd; absent without a term. */
  dueDate?: string;
  /** Day by which the agency expects to decide, yyyy-MM-dd; absent without one, and after the decision or the end. */
  expectedDecisionDate?: string;
  /** `dueDate`, or 9999-12-31: the order of the queue. Set together with `stage`. */
  term?: string;
  /** When the agency passed the application on. The delivery has ended for it: `cancelled`, and later replies are refused. */
  passOnTime?: Date;
  /**
   * The submission that the agency received first, after another agency passed the application on. Its messages number
   * submissions from there. @default 1
   */
  firstSubmission?: number;
  /** How often the application came back to the agency. Its requests then have other IDs. */
  returns?: number;
  /** Reminders of the agency, oldest first. */
  reminders?: Reminder[];
  /** Whether the agency waits for documents that it requested. */
  openRequest?: boolean;
  /** operators/{id} of the clerk who works on it. */
  assignee?: string;
  /** When the texts were removed, because the application was erased. Later replies are refused. */
  eraseTime?: Date;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** Event about a delivery for intake; each is an event of cups.agencybridge.v1. */
export type DeliveryEvent =
  | AgencyUpdate
  | { type: 'DeliveryCancelled' }
  | { type: 'DeliveryFailed'; cause: DeliveryCause }
  | { type: 'DeliveryDeferred'; cause: DeferCause }
  | { type: 'DeliveryMessageRefused'; cause: DeliveryCause; fields: string[] }
  | { type: 'DeliveryMessageFailed'; number: number; cause: DeliveryCause };

/** An event for intake, with the ID and time of the message or event that caused it. */
export type OutboundEvent = {
  to: 'intake';
  messageId: string;
  occurTime: Date;
  changes?: string[];
  /** The newest submission that the agency is known to have seen, as intake numbers it. */
  seenSubmission?: number;
} & DeliveryEvent;

/** Kind of a submission message; V2 if the applicant or the represented person has no IDNP. */
export type SubmissionKind = 'submitted' | 'documentsSupplied' | 'submittedV2' | 'documentsSuppliedV2' | 'corrected';
export type RequestKind = SubmissionKind | 'reminded' | 'withdrawn' | 'expired';

/** Position and identity of an agency's message, without content. */
export interface MessagePosition {
  /** ce_id, if it is safe to send back. */
  id?: string;
  /** ce_type, if the contract has it. */
  type?: string;
  topic: string;
  partition: number;
  offset: number;
}

/** Why a reply was refused, recorded without effect or changed. */
export interface ReplyIssue {
  /** A cause of the contract's table of refusals. */
  cause: string;
  violations: { field: string; rule: string }[];
  changes?: string[];
}

export type OutboundRequest =
  /** `replay` marks a replay, with the same ID and the original time. */
  | { to: 'agency'; type: RequestKind; data: object; replay?: { time: Date } }
  /** A message of the desk; `number` is part of its ID. */
  | { to: 'agency'; type: 'messageSent'; number: number; data: object; replay?: { time: Date } }
  | { to: 'agency'; type: 'replyRefused'; about: MessagePosition; issue: ReplyIssue; time: Date };
export type Outbound = OutboundRequest | OutboundEvent;

export interface CommandResult<D extends Delivery = Delivery> {
  delivery: D;
  outbound: Outbound[];
}

/** Result of fetching a submission. */
export type FetchResult =
  /** `coming` counts copies that are not checked. Without `isReleased` the agency cannot read the copies yet. */
  | { kind: 'request'; type: SubmissionKind; data: object; coming: number; isReleased: boolean }
  /** Copies are still being uploaded or checked: send it when they are, or at `until`. */
  | { kind: 'waiting'; until: Date }
  /** The application was withdrawn or expired: send nothing that was not sent before. */
  | { kind: 'withdrawn' }
  /** The submission can never be sent. */
  | { kind: 'failed'; cause: DeliveryCause; fields: string[] }
  /** Intake is unavailable. */
  | { kind: 'unavailable' }
  /** The submission cannot be sent yet, regardless of intake. */
  | { kind: 'deferred'; cause: DeferCause };

/** Members of a delivery that still has something to do. Its end removes them. */
const WAIT_MEMBERS = [
  'deferCause',
  'copiesWaitTime',
  'unreleased',
  'pendingMessages',
  'deskMessageTime',
  'expectedDecisionDate',
] as const;

/** Backoff between fetches of a submission that intake did not return. */
const FETCH_BACKOFF: BackoffOptions = { initialMs: 500, maxMs: 60_000, jitter: 0 };

/** Returns the delay in ms until the next fetch: 0.5 s after the first failure, doubled each time, at most 60 s. */
export const fetchDelayMs = (attempts: number): number => backoffMs(Math.max(1, attempts), FETCH_BACKOFF);

/** Returns the state of a delivery as reported to clients. */
export const resolveDeliveryState = (delivery: Pick<Delivery, 'state' | 'sent'>): State =>
  delivery.state === 'queued' && delivery.sent ? 'sent' : delivery.state;

/** Returns what changes with each reply of the agency. */
export const replyEtagOf = ({ lastReplyTime }: Pick<Delivery, 'lastReplyTime'>): string =>
  String(lastReplyTime?.getTime() ?? 0);

/** Creates a delivery without submissions. */
export function newDelivery(
  { application, agency, centre, training }: { application: string; agency: string; centre: string; training: boolean },
  now: Date,
): Delivery {
  return {
    _id: `${application.slice('applications/'.length)}-${agency}`,
    application,
    agency,
    centre,
    ...(training ? { training } : {}),
    state: 'queued',
    submission: 0,
    requested: 0,
    pending: [],
    messages: [],
    queueTime: now,
  };
}

/** Adds a submission to send after the pending ones. */
export function enqueue<D extends Delivery>(delivery: D, pending: PendingSubmission, now: Date): D {
  if (delivery.state === 'cancelled' || pending.submission <= delivery.submission) return delivery;
  return {
    ...omit(delivery, 'openRequest'),
    state: delivery.state === 'answered' ? 'answered' : 'queued',
    sent: false,
    submission: pending.submission,
    pending: [...delivery.pending, pending],
    timer: delivery.timer ?? fetchTimer(now, 1),
  };
}

/** Members of the earlier round that a returned delivery starts without. */
const ROUND_MEMBERS = [
  'passOnTime',
  'cancelTime',
  'acknowledgeTime',
  'sendTime',
  'requestTimes',
  'documentsRequest',
  'documentRequests',
  'openRequest',
  'assignee',
] as const;

/**
 * Starts the delivery of an application that another agency passed on. The first submission of the agency is the newest one.
 * If the agency itself had passed it on before, its delivery opens again.
 */
export function startAfterPassingOn<D extends Delivery>(delivery: D, firstSubmission: number): D {
  if (!delivery.passOnTime) return { ...delivery, firstSubmission };
  return {
    ...omit(delivery, ...ROUND_MEMBERS),
    state: 'queued',
    sent: false,
    submission: 0,
    requested: 0,
    firstSubmission,
    returns: (delivery.returns ?? 0) + 1,
  };
}

/** Ends the delivery for an agency that passed the application on. What was still to be sent goes to the next agency. */
export function endByPassingOn<D extends Delivery>(delivery: D, now: Date): D {
  return {
    ...omit(delivery, ...WAIT_MEMBERS, 'openRequest'),
    state: 'cancelled',
    cancelTime: now,
    passOnTime: now,
    pending: [],
    timer: null,
  };
}

/** Returns the number by which the agency knows a submission. */
export const toAgencyNumber = (
  { firstSubmission = 1 }: Pick<Delivery, 'firstSubmission'>,
  submission: number,
): number => submission - firstSubmission + 1;

/** Returns the number by which intake knows a submission of the agency. */
export const fromAgencyNumber = ({ firstSubmission = 1 }: Pick<Delivery, 'firstSubmission'>, number: number): number =>
  number + firstSubmission - 1;

/** Applies the fetch result of submission `number`. Does nothing unless that submission is the next to send. */
export function applyFetchResult<D extends Delivery>(
  delivery: D,
  number: number,
  fetched: FetchResult,
  now: Date,
): CommandResult<D> {
  const [head, ...rest] = delivery.pending;
  if (head?.submission !== number) return { delivery, outbound: [] };
  if (fetched.kind === 'unavailable') return { delivery: retryLater(delivery, now), outbound: [] };
  if (fetched.kind === 'deferred') return defer(delivery, fetched.cause, now);
  if (fetched.kind === 'waiting') return { delivery: waitForCopies(delivery, fetched.until, now), outbound: [] };
  const next: D = {
    ...omit(delivery, 'deferCause', 'copiesWaitTime'),
    pending: rest,
    timer: rest.length > 0 ? { kind: 'fetch', due: now } : releaseTimer(delivery.unreleased, now),
  };
  if (head.isReplay) return { delivery: next, outbound: resend(fetched, delivery.requestTimes?.[number - 1] ?? now) };
  switch (fetched.kind) {
    case 'withdrawn':
      // If the agency has an earlier submission, the event of the withdrawal is still to come and cancels it.
      return delivery.requested > 0
        ? { delivery: { ...next, pending: [], timer: null }, outbound: [] }
        : markCancelled(delivery, head.eventId, now, now);
    case 'failed':
      return {
        delivery: {
          ...next,
          state: delivery.state === 'answered' ? 'answered' : 'failed',
          failTime: now,
          failCause: fetched.cause,
          failFields: fetched.fields,
        },
        outbound: [
          { to: 'intake', type: 'DeliveryFailed', cause: fetched.cause, messageId: head.eventId, occurTime: now },
        ],
      };
    case 'request':
      return {
        delivery: {
          ...(fetched.isReleased ? next : releaseLater(next, number, now)),
          requested: number,
          lastRequestTime: now,
          ...recordRequestTimes(delivery, number, fetched.data, now),
          ...recordTerm(fetched.data),
        },
        outbound: [{ to: 'agency', type: fetched.type, data: fetched.data }],
      };
  }
}

/** Skips what can no longer be sent: the agency already has it. */
const resend = (fetched: FetchResult, time: Date): Outbound[] =>
  fetched.kind === 'request' ? [{ to: 'agency', type: fetched.type, data: fetched.data, replay: { time } }] : [];

/** Returns the times to store with the first request for a submission. */
function recordRequestTimes(
  { submitTime, requestTimes = [] }: Delivery,
  number: number,
  data: { submitTime?: string },
  now: Date,
): Pick<Delivery, 'submitTime' | 'requestTimes'> {
  // Deliveries of older releases lack earlier times.
  const earlier = Array.from({ length: number - 1 }, (_, index) => requestTimes[index] ?? now);
  const times: ReturnType<typeof recordRequestTimes> = { requestTimes: [...earlier, now] };
  if (!submitTime && data.submitTime !== undefined) times.submitTime = new Date(data.submitTime);
  return times;
}

/** Returns what the queue of an agency sorts by, of the newest request. */
function recordTerm({ publicService, dueDate }: { publicService?: { code: string }; dueDate?: string }) {
  return {
    ...(publicService && { publicService: resourceName('publicServices', publicService.code) }),
    ...(dueDate !== undefined && { dueDate }),
  };
}

/** Schedules the next fetch of the first pending submission, with backoff. */
function retryLater<D extends Delivery>(delivery: D, now: Date): D {
  const [head, ...rest] = delivery.pending;
  const attempts = head!.attempts + 1;
  return { ...delivery, pending: [{ ...head!, attempts }, ...rest], timer: fetchTimer(now, attempts) };
}

/** Keeps the submission pending while its copies are coming. An event of documents is usually earlier than the timer. */
function waitForCopies<D extends Delivery>(delivery: D, until: Date, now: Date): D {
  const [head, ...rest] = delivery.pending;
  const attempts = head!.attempts + 1;
  return {
    ...omit(delivery, 'deferCause'),
    pending: [{ ...head!, attempts }, ...rest],
    copiesWaitTime: delivery.copiesWaitTime ?? now,
    timer: { kind: 'fetch', due: nextPollTime(now, attempts, until) },
  };
}

/** Returns the delivery without these optional members. */
function omit<D extends Delivery>(delivery: D, ...members: (keyof Delivery)[]): D {
  const others = Object.entries(delivery).filter(([name]) => !(members as string[]).includes(name));
  return Object.fromEntries(others) as unknown as D;
}

/** Marks a submission whose copies are still to be released to the agency. */
function releaseLater<D extends Delivery>(delivery: D, submission: number, now: Date): D {
  const unreleased = [...(delivery.unreleased ?? []), { submission, attempts: 1 }];
  return { ...delivery, unreleased, timer: delivery.timer ?? releaseTimer(unreleased, now) };
}

/** Returns the timer of the first unreleased submission; null if there is none. */
const releaseTimer = ([first]: UnreleasedSubmission[] = [], now: Date): (Delivery['timer'] & object) | null =>
  first ? fetchTimer(now, first.attempts) : null;

/** Records an attempt to release the copies of a submission that was sent before. */
export function applyRelease<D extends Delivery>(
  delivery: D,
  number: number,
  isReleased: boolean,
  now: Date,
): CommandResult<D> {
  const [first, ...rest] = delivery.unreleased ?? [];
  if (first?.submission !== number) return { delivery, outbound: [] };
  const unreleased = isReleased ? rest : [{ ...first, attempts: first.attempts + 1 }, ...rest];
  const timer = delivery.pending.length > 0 ? (delivery.timer ?? null) : releaseTimer(unreleased, now);
  if (unreleased.length === 0) return { delivery: { ...omit(delivery, 'unreleased'), timer }, outbound: [] };
  return { delivery: { ...delivery, unreleased, timer }, outbound: [] };
}

/** Keeps the submission pending until the cause is gone. Reports each cause to intake once. */
function defer<D extends Delivery>(delivery: D, cause: DeferCause, now: Date): CommandResult<D> {
  const { eventId: messageId } = delivery.pending[0]!;
  const event: Outbound = { to: 'intake', type: 'DeliveryDeferred', cause, messageId, occurTime: now };
  const outbound = delivery.deferCause === cause ? [] : [event];
  return { delivery: { ...retryLater(delivery, now), deferCause: cause }, outbound };
}

/** Members that hold texts of the agency, or what is still to do for an application that exists no longer. */
const ERASED_MEMBERS = [
  ...WAIT_MEMBERS,
  'digests',
  'reportedIssues',
  'decision',
  'documentsRequest',
  'documentRequests',
  'failFields',
  'agencyReference',
  'end',
] as const;

/** Removes what the delivery of an erased application holds apart from names, codes and times. */
export function erase<D extends Delivery>(delivery: D, now: Date): D {
  if (delivery.eraseTime) return delivery;
  return { ...omit(delivery, ...ERASED_MEMBERS), pending: [], messages: [], timer: null, eraseTime: now };
}

/** Ends the delivery of a withdrawn or expired application. Informs the agency if it may have received a request. */
export function cancel<D extends Delivery>(
  delivery: D,
  end: { kind: 'withdrawn' | 'expired'; time: Date; eventId: string },
  now: Date,
): CommandResult<D> {
  if (delivery.state === 'cancelled') return { delivery, outbound: [] };
  const { application } = delivery;
  const time = end.time.toISOString();
  const data = end.kind === 'withdrawn' ? { application, withdrawTime: time } : { application, expireTime: time };
  const requests: Outbound[] = delivery.requested > 0 ? [{ to: 'agency', type: end.kind, data }] : [];
  const endFields = requests.length > 0 ? { end: { kind: end.kind, data, time: now }, lastRequestTime: now } : {};
  // The agency decided before it read the end: its decision stays.
  if (delivery.state === 'answered') {
    if (requests.length === 0) return { delivery, outbound: [] };
    return {
      delivery: { ...omit(delivery, ...WAIT_MEMBERS), ...endFields, pending: [], timer: null },
      outbound: requests,
    };
  }
  const { delivery: next, outbound } = markCancelled(delivery, end.eventId, end.time, now);
  return { delivery: { ...next, ...endFields }, outbound: [...requests, ...outbound] };
}

function markCancelled<D extends Delivery>(before: D, messageId: string, occurTime: Date, now: Date): CommandResult<D> {
  return {
    delivery: { ...omit(before, ...WAIT_MEMBERS), state: 'cancelled', cancelTime: now, pending: [], timer: null },
    outbound: [{ to: 'intake', type: 'DeliveryCancelled', messageId, occurTime }],
  };
}

const fetchTimer = (now: Date, attempts: number) => ({
  kind: 'fetch',
  due: new Date(now.getTime() + fetchDelayMs(attempts)),
});
