import type { DeliveryCause } from '@cups/application';
import { backoffMs } from '@cups/contracts';
import type { BackoffOptions } from '@cups/contracts';

/**
 * A delivery: one application on its way to one agency, and back. Pure: each function takes the delivery as it is and
 * gives it as it is next, with what is to be said about it; the same object and nothing to say means nothing changed.
 */

/** As stored. That a request is on the agency's topic is `sent`, written by the relay: see `stateOf`. */
export type StoredState = 'queued' | 'acknowledged' | 'answered' | 'cancelled' | 'failed';
export type State = StoredState | 'sent';

/** What a delivery may wait for, besides an intake that does not answer. */
export type DeferCause = Extract<DeliveryCause, 'AGENCY_UNKNOWN'>;

/** A submission that is still to be fetched from intake. */
export interface PendingSubmission {
  submission: number;
  /** The event that asked for it. */
  eventId: string;
  correlationId: string;
  /** Fetches that failed. */
  attempts: number;
  /** The agency has it already, and is sent it once more. */
  again?: boolean;
}

export interface Delivery {
  /** `<applicationId>-<agency>` */
  _id: string;
  /** applications/{id} */
  application: string;
  /** The agency's code. */
  agency: string;
  /** centres/{code} */
  centre: string;
  /** Of a training: it goes over the topics of trainings. As its application was opened, and never changed; absent means real. */
  training?: boolean;
  state: StoredState;
  /** The request for the newest submission is on the agency's topic. */
  sent?: boolean;
  /** The newest submission that is to be sent. */
  submission: number;
  /** The newest submission that was handed to the relay; 0 while nothing can have gone out. */
  requested: number;
  /** In the order in which they must go out. */
  pending: PendingSubmission[];
  /** Ids of the agency's messages that were recorded; their source is always the agency. */
  messages: string[];
  /** What each of them said, as a digest; absent for those of older releases. */
  digests?: string[];
  /** Messages that were not taken as they were sent, by id and cause, as far as the agency was told of them. */
  refused?: string[];
  /** What the agency decided, as a digest; absent before that, and for decisions of older releases. */
  decision?: string;
  /** When each submission was sent to the agency, the first one first: what is sent again says the same time. */
  requestTimes?: Date[];
  /** What the agency was told of the end of the application, and when. */
  end?: { kind: 'withdrawn' | 'expired'; data: object; time: Date };
  /** When the agency was sent something last. */
  askTime?: Date;
  /** When the agency said something last. */
  heardTime?: Date;
  /** When the first submission was accepted, as it told the agency. */
  submitTime?: Date;
  /** Id of the agency's last request for documents. */
  documentsRequest?: string;
  /** Its newest requests for documents, by ce_id and by where they lie: the day of one may be moved. */
  asks?: { id: string; place: MessagePosition }[];
  queueTime: Date;
  sendTime?: Date;
  acknowledgeTime?: Date;
  answerTime?: Date;
  cancelTime?: Date;
  failTime?: Date;
  failCause?: DeliveryCause;
  /** Why the next submission can not go out yet: AGENCY_UNKNOWN while the agency has no file. */
  waitCause?: DeferCause;
  /** Names of the fields that the agency contract refuses. */
  failFields?: string[];
  agencyReference?: string;
  timer?: { kind: string; due: Date; claimedUntil?: Date } | null;
}

/** An agency's words to a person, by language; '' where there are none. */
export interface LocalizedText {
  ro: string;
  ru: string;
  en: string;
}

/** What an agency made; '' where it gave nothing. */
export interface Result {
  resultKind: string;
  resultNumber: string;
  verificationCode: string;
  /** yyyy-MM-dd */
  validUntil: string;
}

/** How and until when a rejection can be appealed; '' where no day is named. */
export interface Appeal {
  how: LocalizedText;
  /** yyyy-MM-dd */
  until: string;
}

/** What an agency says; each is an event of cups.agencybridge.v1. */
export type AgencyUpdate =
  | { type: 'DeliveryAcknowledged' }
  | { type: 'DeliveryProgressed'; note: string }
  | {
      type: 'DeliveryDocumentsRequested';
      evidenceKinds: string[];
      documents: { kind: string; note?: string }[];
      message: LocalizedText | null;
      answerBy: string;
    }
  | ({
      type: 'DeliveryDecided';
      approved: boolean;
      reason: LocalizedText | null;
      decideTime: Date;
      appeal: Appeal | null;
    } & Result)
  | ({ type: 'DeliveryResultCorrected'; reason: LocalizedText } & Result)
  | { type: 'DeliveryResultRevoked'; reason: LocalizedText };

/** What is told to intake about a delivery; each is an event of cups.agencybridge.v1. */
export type DeliveryEvent =
  | AgencyUpdate
  | { type: 'DeliveryCancelled' }
  | { type: 'DeliveryFailed'; cause: DeliveryCause }
  | { type: 'DeliveryWaits'; cause: DeferCause }
  | { type: 'DeliveryMessageRefused'; cause: DeliveryCause; fields: string[] };

/** Something told to intake: because of which message or event, and when that was. */
export type OutboundEvent = { to: 'intake'; messageId: string; occurTime: Date; changes?: string[] } & DeliveryEvent;

/** What is asked of the agency; each is a message of the agency contract. */
/** A submission, by what it is called to the agency; one of people without IDNP has a name of its own. */
export type SubmissionKind = 'submitted' | 'documentsSupplied' | 'submittedV2' | 'documentsSuppliedV2';
export type RequestKind = SubmissionKind | 'withdrawn' | 'expired';

/** A message of an agency, by where it lies; never what it says. */
export interface MessagePosition {
  /** ce_id, where it is one that may be told back. */
  id?: string;
  /** ce_type, where it is one of the contract. */
  type?: string;
  topic: string;
  partition: number;
  offset: number;
}

/** What became of a message that was not taken as it was sent. */
export interface ReplyIssue {
  /** Of the contract's table of refusals. */
  cause: string;
  violations: { field: string; rule: string }[];
  changes?: string[];
}

export type OutboundRequest =
  /** `again`: it has it already, under the same id and of that time. */
  | { to: 'agency'; type: RequestKind; data: object; again?: { time: Date } }
  | { to: 'agency'; type: 'replyRefused'; about: MessagePosition; issue: ReplyIssue; time: Date };
export type Outbound = OutboundRequest | OutboundEvent;

export interface CommandResult<D extends Delivery = Delivery> {
  delivery: D;
  outbound: Outbound[];
}

/** What a fetch of a submission led to. */
export type FetchResult =
  | { kind: 'request'; type: SubmissionKind; data: object }
  /** Withdrawn or expired meanwhile: nothing is to be sent that was not sent yet. */
  | { kind: 'withdrawn' }
  /** It can never be sent. */
  | { kind: 'failed'; cause: DeliveryCause; fields: string[] }
  /** Intake does not answer. */
  | { kind: 'away' }
  /** It can not be sent yet, whatever intake says. */
  | { kind: 'waits'; cause: DeferCause };

/** How a submission is fetched again that intake did not give (ms). */
const FETCH_BACKOFF: BackoffOptions = { initialMs: 500, maxMs: 60_000, jitter: 0 };

/** ms until the next fetch after that many failed ones: 0.5 s, doubled each time, 60 s at most. */
export const fetchDelayMs = (attempts: number): number => backoffMs(Math.max(1, attempts), FETCH_BACKOFF);

/** Where a delivery stands, for whoever looks from outside. */
export const resolveDeliveryState = (delivery: Pick<Delivery, 'state' | 'sent'>): State =>
  delivery.state === 'queued' && delivery.sent ? 'sent' : delivery.state;

/** A new delivery of an application, with nothing to send yet. */
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

/** A submission is to be sent, after those that wait already. */
export function enqueue<D extends Delivery>(delivery: D, pending: PendingSubmission, now: Date): D {
  if (delivery.state === 'cancelled' || pending.submission <= delivery.submission) return delivery;
  return {
    ...delivery,
    state: delivery.state === 'answered' ? 'answered' : 'queued',
    sent: false,
    submission: pending.submission,
    pending: [...delivery.pending, pending],
    timer: delivery.timer ?? fetchTimer(now, 1),
  };
}

/** What became of the fetch of submission `number`; nothing when it is not the next to go out. */
export function applyFetchResult<D extends Delivery>(
  delivery: D,
  number: number,
  fetched: FetchResult,
  now: Date,
): CommandResult<D> {
  const [head, ...rest] = delivery.pending;
  if (head?.submission !== number) return { delivery, outbound: [] };
  if (fetched.kind === 'away') return { delivery: retryLater(delivery, now), outbound: [] };
  if (fetched.kind === 'waits') return defer(delivery, fetched.cause, now);
  const { waitCause: _over, ...free } = delivery;
  const onward = { ...free, pending: rest, timer: rest.length > 0 ? { kind: 'fetch', due: now } : null } as D;
  if (head.again) return { delivery: onward, outbound: resend(fetched, delivery.requestTimes?.[number - 1] ?? now) };
  switch (fetched.kind) {
    case 'withdrawn':
      // Where the agency has an earlier submission, the event of the withdrawal tells it, which is still to come.
      return delivery.requested > 0
        ? { delivery: { ...onward, pending: [], timer: null }, outbound: [] }
        : markCancelled(delivery, head.eventId, now, now);
    case 'failed':
      return {
        delivery: {
          ...onward,
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
          ...onward,
          requested: number,
          askTime: now,
          ...recordRequestTimes(delivery, number, fetched.data, now),
        },
        outbound: [{ to: 'agency', type: fetched.type, data: fetched.data }],
      };
  }
}

/** What can be sent no more is not sent again: the agency has it. */
const resend = (fetched: FetchResult, time: Date): Outbound[] =>
  fetched.kind === 'request' ? [{ to: 'agency', type: fetched.type, data: fetched.data, again: { time } }] : [];

/** The times that the first sending of a submission leaves. */
function recordRequestTimes(
  { submitTime, requestTimes = [] }: Delivery,
  number: number,
  data: { submitTime?: string },
  now: Date,
): Pick<Delivery, 'submitTime' | 'requestTimes'> {
  // Of a delivery of an older release the earlier times are not known.
  const earlier = Array.from({ length: number - 1 }, (_, at) => requestTimes[at] ?? now);
  const times: ReturnType<typeof recordRequestTimes> = { requestTimes: [...earlier, now] };
  if (!submitTime && data.submitTime !== undefined) times.submitTime = new Date(data.submitTime);
  return times;
}

/** The first submission that waits is tried again, later than the last time. */
function retryLater<D extends Delivery>(delivery: D, now: Date): D {
  const [head, ...rest] = delivery.pending;
  const attempts = head!.attempts + 1;
  return { ...delivery, pending: [{ ...head!, attempts }, ...rest], timer: fetchTimer(now, attempts) };
}

/** The submission stays pending until the cause is gone. Intake is told once, so that the desk knows. */
function defer<D extends Delivery>(delivery: D, cause: DeferCause, now: Date): CommandResult<D> {
  const { eventId: messageId } = delivery.pending[0]!;
  const event: Outbound = { to: 'intake', type: 'DeliveryWaits', cause, messageId, occurTime: now };
  const outbound = delivery.waitCause === cause ? [] : [event];
  return { delivery: { ...retryLater(delivery, now), waitCause: cause }, outbound };
}

/** The application was withdrawn or has expired: the agency is told if anything can have reached it. */
export function cancel<D extends Delivery>(
  delivery: D,
  end: { kind: 'withdrawn' | 'expired'; time: Date; eventId: string },
  now: Date,
): CommandResult<D> {
  if (delivery.state === 'cancelled') return { delivery, outbound: [] };
  const { application } = delivery;
  const time = end.time.toISOString();
  const data = end.kind === 'withdrawn' ? { application, withdrawTime: time } : { application, expireTime: time };
  const asks: Outbound[] = delivery.requested > 0 ? [{ to: 'agency', type: end.kind, data }] : [];
  const asked = asks.length > 0 ? { end: { kind: end.kind, data, time: now }, askTime: now } : {};
  // The agency decided before it heard of the end: its decision stays on record.
  if (delivery.state === 'answered') {
    if (asks.length === 0) return { delivery, outbound: [] };
    const { waitCause: _over, ...answered } = delivery;
    return { delivery: { ...answered, ...asked, pending: [], timer: null } as unknown as D, outbound: asks };
  }
  const { delivery: next, outbound } = markCancelled(delivery, end.eventId, end.time, now);
  return { delivery: { ...next, ...asked }, outbound: [...asks, ...outbound] };
}

function markCancelled<D extends Delivery>(before: D, messageId: string, occurTime: Date, now: Date): CommandResult<D> {
  const { waitCause: _over, ...delivery } = before;
  return {
    delivery: { ...delivery, state: 'cancelled', cancelTime: now, pending: [], timer: null } as unknown as D,
    outbound: [{ to: 'intake', type: 'DeliveryCancelled', messageId, occurTime }],
  };
}

const fetchTimer = (now: Date, attempts: number) => ({
  kind: 'fetch',
  due: new Date(now.getTime() + fetchDelayMs(attempts)),
});
