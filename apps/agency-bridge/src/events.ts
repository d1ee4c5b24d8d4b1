import { topicsOf } from '@cups/agency-contract';
import { parseName, parseSubmissionName } from '@cups/contracts';
import { fromTimestamp, messageType } from '@cups/contracts/proto';
import type { ApplicationRef__Output } from '@cups/contracts/gen/cups/intake/v1/ApplicationRef.ts';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { CloudEvent, Handled, Refusal } from '@cups/events';
import { isProblem } from '@cups/problem';
import type { Log, Metrics } from '@cups/contracts';
import type { Cause, Scope } from '@cups/store';
import { toChange, toEvents, toReply, toRequest } from './agency.ts';
import { cancel, enqueue, fetchAgainMs, open, receive, settle, tellRefusal } from './domain/delivery.ts';
import type { Delivery, Fetched, Pending } from './domain/delivery.ts';
import type { Deliveries, StoredDelivery } from './store.ts';
import { openTold } from './told.ts';
import { openUnroutable } from './unroutable.ts';

/** What the bridge does about what intake and the agencies say, and how it gets submissions. */

/** What intake answered: a submission, or that there is none, or nothing; or why it was not asked. */
type Answer = GetSubmissionResponse__Output | 'NOT_FOUND' | 'AWAY' | 'AGENCY_UNKNOWN';

/** Fields of the events of intake that the bridge acts on; every one has `ref`. */
interface ApplicationEvent {
  ref: ApplicationRef__Output | null;
  submission?: string;
  fromState?: string;
  withdrawTime?: Timestamp__Output | null;
  expireTime?: Timestamp__Output | null;
}

const INTAKE = 'cups.intake.v1.';
/** While intake is away, it is asked by one event in this many milliseconds. */
const QUIET_MS = 500;
/** An application never changes its centre: what names another is not about this delivery. */
const ANOTHER_CENTRE: Refusal = { cause: 'CONTENT_INVALID', fields: ['ref.centre'] };
/** Events and timers act for the service itself. */
const scope: Scope = 'service';
/** Deliveries whose fetch is repeated by this process; the durable timers know the others. */
const HELD = 5_000;
/** As long as the contract lets an id be. */
const MAX_ID = 200;

/** An id of a message that was refused, as far as it may be carried on; '' for one that is too long. */
const carried = (id = ''): string => (id.length <= MAX_ID ? id : '');

export function createEvents(options: {
  deliveries: Deliveries;
  /** Their codes. */
  agencies: string[];
  /** Asks intake for a frozen submission; throws a Problem. */
  getSubmission: (name: string, requestId: string) => Promise<GetSubmissionResponse__Output>;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}) {
  const { deliveries, now, log } = options;
  const agencyOf = new Map(options.agencies.map((code) => [topicsOf(code).replies, code]));
  const waiting = new Map<string, NodeJS.Timeout>();
  const unroutable = openUnroutable();
  const told = openTold();
  const waitsForAgency = options.metrics.gauge(
    'agency_bridge_waits_for_agency',
    'ALARM: deliveries that wait until their agency is configured',
    [],
  );
  waitsForAgency.set({}, 0);
  let awayUntil = 0;
  let stopped = false;

  /** Of an agency that is not configured nothing is fetched: personal data stay where they are. */
  const ask = async (application: string, agency: string, pending: Pending): Promise<Answer> => {
    if (!options.agencies.includes(agency)) return 'AGENCY_UNKNOWN';
    if (Date.now() < awayUntil) return 'AWAY';
    try {
      const name = `${application}/submissions/${pending.submission}`;
      const answer = await options.getSubmission(name, pending.correlationId);
      awayUntil = 0;
      // Each answer brings along one that waits.
      const next = waiting.keys().next();
      if (!next.done) retryIn(next.value, 0);
      return answer;
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (kind === 'NOT_FOUND') return 'NOT_FOUND';
      if (awayUntil === 0) log.warn({ event: 'intake-away', reason });
      // What only this submission meets must not hold up the others.
      if (kind === 'UNAVAILABLE' || kind === 'DEADLINE') awayUntil = Date.now() + QUIET_MS;
      return 'AWAY';
    }
  };

  const fetched = (delivery: Delivery, { submission }: Pending, answer: Answer): Fetched => {
    if (answer === 'AGENCY_UNKNOWN') return { kind: 'waits', cause: answer };
    if (answer === 'AWAY') return { kind: 'away' };
    if (answer === 'NOT_FOUND') return { kind: 'failed', cause: 'SUBMISSION_NOT_FOUND', fields: [] };
    return toRequest(answer, submission, delivery);
  };

  /** Fetches again in `delay` ms; the timer in the document does it should this process end. */
  const retryIn = (id: string, delay: number): void => {
    clearTimeout(waiting.get(id));
    waiting.delete(id);
    if (stopped || (delay > 0 && waiting.size >= HELD)) return;
    const again = setTimeout(() => {
      waiting.delete(id);
      fetchPending(id).catch(() => retryIn(id, 5_000));
    }, delay);
    if (delay > 0) waiting.set(id, again);
  };

  const heed = (delivery: StoredDelivery, at: Date): void => {
    const { _id, pending, failTime, failCause, failFields } = delivery;
    heedWaiting(delivery);
    // What waits for an agency is left to its durable timer: an answer of intake does not help it.
    if (pending[0] && !delivery.waitCause) retryIn(_id, fetchAgainMs(pending[0].attempts));
    if (failTime?.getTime() !== at.getTime()) return;
    log.warn({ event: 'delivery-failed', resource: _id, reason: failCause, field: failFields?.join(' ') });
  };

  const heedWaiting = ({ _id, agency, waitCause }: StoredDelivery): void => {
    const news = unroutable.found(_id, waitCause !== undefined, Date.now());
    if (news === 'waits') log.error({ event: 'delivery-waits', resource: _id, agency, reason: waitCause });
    if (news === 'goes-on') log.info({ event: 'delivery-goes-on', resource: _id, agency });
    waitsForAgency.set({}, unroutable.count(Date.now()));
  };

  /** Fetches what a delivery waits for, in order, until nothing is left or intake does not answer. */
  async function fetchPending(id: string): Promise<void> {
    for (;;) {
      const current = await deliveries.get(id, { scope });
      const pending = current?.pending[0];
      if (!current || !pending || stopped) return;
      const answer = await ask(current.application, current.agency, pending);
      const cause = { eventId: pending.eventId, requestId: pending.correlationId };
      const at = now();
      const { document } = await deliveries.update(id, { scope, cause, now: at, current }, (delivery) =>
        toChange(settle(delivery, pending.submission, fetched(delivery, pending, answer), at)),
      );
      heed(document, at);
      if (answer === 'AWAY' || answer === 'AGENCY_UNKNOWN') return;
    }
  }

  /** A submission is to be sent: one write when intake answers at once. */
  async function onSubmission(
    ref: ApplicationRef__Output,
    agency: string,
    pending: Pending,
    cause: Cause,
  ): Promise<Handled> {
    const at = now();
    const answer = await ask(ref.application, agency, pending);
    const toSend = <D extends Delivery>(before: D) => {
      const queued = enqueue(before, pending, at);
      return settle(queued, pending.submission, fetched(queued, pending, answer), at);
    };
    const options = { scope: { centre: ref.centre }, cause, now: at };
    if (pending.submission === 1) {
      const { delivery, says } = toSend(open(ref.application, agency, ref.centre, at));
      const created = await deliveries.create(delivery, { ...options, events: toEvents(delivery, says) });
      heed(created.document, at);
      return 'done';
    }
    const id = `${parseName('applications', ref.application)}-${agency}`;
    const { document, outcome } = await deliveries.update(id, options, (delivery) => toChange(toSend(delivery)));
    if (outcome === 'gap') return 'wait';
    heed(document, at);
    return 'done';
  }

  /** Whether the delivery that an event names is there, of whichever centre. */
  const isKnown = async ({ application, agency }: ApplicationRef__Output): Promise<boolean> => {
    const id = `${parseName('applications', application)}-${parseName('agencies', agency)}`;
    return (await deliveries.get(id, { scope, projection: { _id: 1 } })) !== undefined;
  };

  /**
   * An event of cups.applications, applied once and in order within its application (law 6). That it is one of intake's is
   * held by what the consumer expects of its topic.
   */
  async function onApplication(event: CloudEvent): Promise<Handled> {
    const kind = event.type.slice(INTAKE.length);
    const read = readEvent(event);
    const ref = read?.ref;
    if (!read || !ref || event.sequence === undefined) return { cause: 'CONTENT_INVALID', fields: [] };
    const cause: Cause = {
      eventId: event.id,
      requestId: event.correlationId ?? '',
      sequence: { subject: event.subject, value: event.sequence },
      ...(event.traceparent ? { traceparent: event.traceparent } : {}),
    };
    try {
      const application = parseName('applications', ref.application, 'ref.application');
      const agency = parseName('agencies', ref.agency, 'ref.agency');
      parseName('centres', ref.centre, 'ref.centre');
      if (event.subject !== ref.application) return { cause: 'CONTENT_INVALID', fields: ['ref.application'] };
      if (kind === 'ApplicationSubmitted' || kind === 'DocumentsSupplied') {
        const named = parseSubmissionName(read.submission ?? '', 'submission');
        if (named.application !== application) return { cause: 'CONTENT_INVALID', fields: ['submission'] };
        const pending = {
          submission: named.submission,
          eventId: event.id,
          correlationId: event.correlationId ?? '',
          attempts: 0,
        };
        return await onSubmission(ref, agency, pending, cause);
      }
      // A draft that ends has no delivery.
      if (read.fromState === 'STATE_DRAFT') return 'done';
      const at = now();
      const end = kind === 'ApplicationWithdrawn' ? 'withdrawn' : kind === 'ApplicationExpired' ? 'expired' : undefined;
      const time = fromTimestamp(read.withdrawTime ?? read.expireTime) ?? event.time;
      const { document, outcome } = await deliveries.update(
        `${application}-${agency}`,
        { scope: { centre: ref.centre }, cause, now: at },
        (delivery) =>
          end
            ? toChange(cancel(delivery, { kind: end, time, eventId: event.id }, at))
            : { document: delivery, events: [] },
      );
      if (end) heedWaiting(document);
      return outcome === 'gap' ? 'wait' : 'done';
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.kind === 'NOT_FOUND') return (await isKnown(ref)) ? ANOTHER_CENTRE : 'wait';
      // Made by another event: an application is submitted once.
      if (error.kind === 'EXISTS') return 'done';
      if (error.kind !== 'INVALID') throw error;
      return { cause: 'CONTENT_INVALID', fields: error.violations.map(({ field }) => field) };
    }
  }

  /**
   * A message from the replies topic of `agency`: recorded once by its id, and passed on to intake. What is refused is told
   * to the desk as well, where it is about a delivery that the agency has.
   */
  async function onReply(event: CloudEvent, agency: string): Promise<Handled> {
    const read = toReply(event, agency);
    if (read.deliveryId === undefined) return read.refusal;
    if (!read.reply) return tellRefused(read.deliveryId, event, agency, read.refusal);
    const { deliveryId, reply } = read;
    const at = now();
    const options = { scope: { agency }, cause: { eventId: event.id, requestId: event.correlationId ?? '' }, now: at };
    let refusal: Refusal | undefined;
    try {
      await deliveries.update(deliveryId, options, (delivery) => {
        const received = receive(delivery, reply, at);
        ({ refusal } = received);
        return toChange(received);
      });
    } catch (error) {
      if (!isProblem(error) || error.kind !== 'NOT_FOUND') throw error;
      return { cause: 'UNKNOWN_DELIVERY', fields: ['ce_subject'] };
    }
    return refusal ?? 'done';
  }

  /** A message that no contract knows, about a delivery that may be there; whatever the delivery says, it is refused. */
  async function tellRefused(id: string, event: CloudEvent, agency: string, refusal: Refusal): Promise<Refusal> {
    // An id that is too long to be one would go on into events, and those into what Kafka refuses.
    const message = { id: carried(event.id), time: event.time };
    if (told.knows(id, message.id, refusal.cause, Date.now())) return refusal;
    const cause = { eventId: message.id, requestId: carried(event.correlationId) };
    try {
      const { document } = await deliveries.update(id, { scope: { agency }, cause, now: now() }, (delivery) =>
        toChange(tellRefusal(delivery, message, refusal)),
      );
      told.learn(id, document, Date.now());
    } catch (error) {
      if (!isProblem(error) || error.kind !== 'NOT_FOUND') throw error;
      told.learn(id, undefined, Date.now());
    }
    return refusal;
  }

  return {
    handle(event: CloudEvent): Promise<Handled> {
      const agency = agencyOf.get(event.topic);
      return agency === undefined ? onApplication(event) : onReply(event, agency);
    },
    fetchPending,
    stop(): void {
      stopped = true;
      for (const again of waiting.values()) clearTimeout(again);
      waiting.clear();
    },
  };
}

function readEvent(event: CloudEvent): ApplicationEvent | undefined {
  try {
    return messageType<never, ApplicationEvent>(event.type).decode(event.data);
  } catch {
    return undefined;
  }
}
