import type { Log, ReceivedEvent, Refusal } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { isResourceName, isUlid } from '@cups/contracts';
import type { Change } from '@cups/store';
import type { DataEnd } from './data-end.ts';
import { decodeDeliveryEvent, decodeDocumentEvent } from './event-decoder.ts';
import { fireTimer } from './domain/commands/timers.ts';
import type { ExpiryTimer } from './domain/commands/timers.ts';
import { fireEscalation, isCalendarUnknown, resolveRules } from './domain/escalation.ts';
import type { EscalationContext } from './domain/escalation.ts';
import { applyAgencyUpdate } from './domain/agency-updates.ts';
import type { AgencyUpdate } from './domain/agency-updates.ts';
import { applyDocumentUpdate } from './domain/documents.ts';
import type { DocumentUpdate } from './domain/documents.ts';
import { isErased } from './domain/data-end.ts';
import { coversAgency } from './domain/mandates.ts';
import type { PassOnFacts, PassOnRequest } from './domain/passing-on.ts';
import { toChange } from './event-encoder.ts';
import type { RpcDeps } from './rpc/deps.ts';
import type { StoredApplication } from './store.ts';

/** Handlers of cups.deliveries and cups.documents events and of the timers of applications. */

type EventHandlerDeps = Pick<RpcDeps, 'applications' | 'workingTimes' | 'hashes' | 'now'>;
type DeliveryHandlerDeps = EventHandlerDeps & Pick<RpcDeps, 'mandates' | 'versions'>;

class TrainingMismatchError extends Error {}

/** The application was erased, so what its agency sends is counted and not recorded. */
const ERASED_REFUSAL: Refusal = { cause: 'PERSONAL_DATA_ERASED', fields: [] };

/** An event marked as training names a real application, or the reverse. */
const TRAINING_MISMATCH_REFUSAL: Refusal = { cause: 'TRAINING_MISMATCH', fields: ['ref.training'] };

type ApplyUpdate = (app: StoredApplication, update: AgencyUpdate) => Change<StoredApplication>;
/** Adds to an update what intake knows beside the application. */
type CompleteUpdate = (app: StoredApplication, update: AgencyUpdate) => Promise<AgencyUpdate>;

/** Handles an event of the bridge: applies it once, in the order of its delivery. */
export function createDeliveryHandler(deps: DeliveryHandlerDeps) {
  const { workingTimes, hashes } = deps;
  return createUpdateHandler(
    deps,
    (app, update) => toChange(app, applyAgencyUpdate(app, update, workingTimes.forAgency(update.agency)), hashes),
    async (app, update) =>
      update.passOn
        ? { ...update, passOn: { ...update.passOn, ...(await readPassOnFacts(app, update.passOn, deps)) } }
        : update,
  );
}

/** Reads from the own store whether the platform has the other agency, and whether the mandate covers it. */
async function readPassOnFacts(
  app: StoredApplication,
  { competentAgency }: Pick<PassOnRequest, 'competentAgency'>,
  { workingTimes, mandates, versions, now }: DeliveryHandlerDeps,
): Promise<PassOnFacts> {
  const isKnown = workingTimes.isAgency(competentAgency);
  const { name = '' } = app.content.mandate ?? {};
  if (!isKnown || !isResourceName('mandates', name)) return { isKnown, isCovered: false };
  const mandate = await mandates.get(name.slice('mandates/'.length), { scope: 'service' });
  const services = await versions.listServices(competentAgency);
  return { isKnown, isCovered: coversAgency(app, mandate, services, now()) };
}

/**
 * Handles an event that an administrator dropped. It counts in the sequence, so that later events can follow, and
 * changes nothing.
 */
export function createDroppedDeliveryHandler(deps: EventHandlerDeps) {
  const count = createUpdateHandler(deps, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

function createUpdateHandler(
  { applications, now }: EventHandlerDeps,
  applyUpdate: ApplyUpdate,
  complete: CompleteUpdate = (_app, update) => Promise.resolve(update),
) {
  return async (event: ReceivedEvent): Promise<'done' | 'refused' | 'wait' | Refusal> => {
    const receiveTime = now();
    const delivery = decodeDeliveryEvent(event, receiveTime);
    if (!delivery) return 'refused';
    const id = delivery.application.slice('applications/'.length);
    if (!isUlid(id) || event.sequence === null) return 'refused';
    const { agency } = delivery.update;
    // An application has one delivery at a time, to its own agency.
    if (event.subject !== `deliveries/${id}-${agency.slice('agencies/'.length)}`) return 'refused';
    try {
      const { document, outcome } = await applications.update(
        id,
        {
          scope: { agency },
          cause: {
            eventId: event.id,
            requestId: event.correlationId,
            sequence: { subject: event.subject, value: event.sequence },
            ...(event.traceparent ? { traceparent: event.traceparent } : {}),
          },
          now: receiveTime,
        },
        {
          read: (app) => complete(app, delivery.update),
          decide(app, update) {
            if ((app.training ?? false) !== delivery.training) throw new TrainingMismatchError();
            return isErased(app) ? { document: app, events: [] } : applyUpdate(app, update);
          },
        },
      );
      if (outcome === 'gap') return 'wait';
      // A repeated event is refused again: the first delivery may have ended before its refusal was counted.
      return isErased(document) ? ERASED_REFUSAL : 'done';
    } catch (error) {
      if (error instanceof TrainingMismatchError) return TRAINING_MISMATCH_REFUSAL;
      if (error instanceof Problem && error.kind === 'NOT_FOUND') return 'refused';
      throw error;
    }
  };
}

/**
 * Handles an event of a document: updates its reference, in the order of the document. An event that names no known
 * reference counts too, so that a concurrent write that names the document reads its state again.
 */
export function createDocumentHandler(deps: Omit<EventHandlerDeps, 'workingTimes'>) {
  return createReferenceHandler(deps, (app, update) =>
    update && !isErased(app)
      ? toChange(app, applyDocumentUpdate(app, update), deps.hashes)
      : { document: app, events: [] },
  );
}

/** Handles an event of a document that an administrator dropped: it only counts. */
export function createDroppedDocumentHandler(deps: Omit<EventHandlerDeps, 'workingTimes'>) {
  const count = createReferenceHandler(deps, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

function createReferenceHandler(
  { applications, now }: Omit<EventHandlerDeps, 'workingTimes'>,
  apply: (app: StoredApplication, update: DocumentUpdate | undefined) => Change<StoredApplication>,
) {
  return async (event: ReceivedEvent): Promise<'done' | 'refused'> => {
    const receiveTime = now();
    const decoded = decodeDocumentEvent(event, receiveTime);
    const id = decoded?.application.slice('applications/'.length) ?? '';
    if (!decoded || !isUlid(id) || event.sequence === null) return 'refused';
    const sequence = { subject: event.subject, value: event.sequence };
    const cause = { eventId: event.id, requestId: event.correlationId };
    const write = (counted: { sequence?: typeof sequence }) =>
      applications.update(id, { scope: 'service', cause: { ...cause, ...counted }, now: receiveTime }, (app) =>
        apply(app, decoded.update),
      );
    try {
      const { outcome } = await write({ sequence });
      // Earlier events of the document came before the application was opened. Each event has the whole state.
      if (outcome === 'gap') await write({});
    } catch (error) {
      // An upload may precede its application, which then reads the state of the document.
      if (!(error instanceof Problem && error.kind === 'NOT_FOUND')) throw error;
    }
    return 'done';
  };
}

/** Handlers by topic, without the prefix. */
export interface TopicHandlers<T> {
  deliveries: (event: ReceivedEvent) => Promise<T>;
  documents: (event: ReceivedEvent) => Promise<T>;
  mandates: (event: ReceivedEvent) => Promise<T>;
}

/** Returns the handler of all topics that intake reads. */
export function dispatchByTopic<T>(handlers: TopicHandlers<T>): (event: ReceivedEvent) => Promise<T> {
  return (event) => {
    switch (event.topic) {
      case 'cups.documents':
        return handlers.documents(event);
      case 'cups.mandates':
        return handlers.mandates(event);
      default:
        return handlers.deliveries(event);
    }
  };
}

type TimerHandlerDeps = EventHandlerDeps & Pick<RpcDeps, 'versions'> & { log: Log };

/** Handles a due timer of an application. A stale timer changes nothing. */
export function createTimerHandler(deps: TimerHandlerDeps, dataEnd: Pick<DataEnd, 'process'>) {
  const { applications, hashes, now } = deps;
  return async (id: string, kind: string): Promise<void> => {
    if (kind === 'retention') return dataEnd.process(id);
    if (kind === 'agency-escalation') return escalate(deps, id);
    const fireTime = now();
    await applications.update(id, { scope: 'service', cause: { eventId: `timer:${kind}` }, now: fireTime }, (app) =>
      toChange(app, fireTimer(app, kind as ExpiryTimer, fireTime), hashes),
    );
  };
}

/** Fires the due steps of the clock of an agency, by the rules in force. */
async function escalate(deps: TimerHandlerDeps, id: string): Promise<void> {
  const { applications, versions, workingTimes, hashes, now, log } = deps;
  const fireTime = now();
  const cause = { eventId: 'timer:agency-escalation' };
  const readContext = async ({ agency, service }: StoredApplication): Promise<EscalationContext> => {
    const version = await versions.get(service.versionId);
    const rules = resolveRules(workingTimes.escalationOf(agency), version.escalation);
    return { rules, version, workingTime: workingTimes.forAgency(agency) };
  };
  await applications.update<EscalationContext>(
    id,
    { scope: 'service', cause, now: fireTime },
    {
      read: readContext,
      decide(app, context) {
        const result = fireEscalation(app, fireTime, context);
        if (result.document !== app && isCalendarUnknown(result.document, context))
          log.warn({ event: 'escalation-deferred', resource: `applications/${id}`, reason: 'calendar-unknown' });
        return toChange(app, result, hashes);
      },
    },
  );
}
