import type { ReceivedEvent, Refusal } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { isUlid } from '@cups/contracts';
import type { Change } from '@cups/store';
import { decodeDeliveryEvent } from './event-decoder.ts';
import { fireTimer } from './domain/commands/timers.ts';
import { applyAgencyUpdate } from './domain/agency-updates.ts';
import type { AgencyUpdate } from './domain/agency-updates.ts';
import type { Timer } from '@cups/application';
import { toChange } from './event-encoder.ts';
import type { RpcDeps } from './rpc/deps.ts';
import type { StoredApplication } from './store.ts';

/** Handlers of cups.deliveries events and of the timers of applications. */

type EventHandlerDeps = Pick<RpcDeps, 'applications' | 'workingTimes' | 'hashes' | 'now'>;

class TrainingMismatchError extends Error {}

/** An event marked as training names a real application, or the reverse. */
const TRAINING_MISMATCH_REFUSAL: Refusal = { cause: 'TRAINING_MISMATCH', fields: ['ref.training'] };

type ApplyUpdate = (app: StoredApplication, update: AgencyUpdate) => Change<StoredApplication>;

/** Handles an event of the bridge: applies it once, in the order of its delivery. */
export function createDeliveryHandler(deps: EventHandlerDeps) {
  const { workingTimes, hashes } = deps;
  return createUpdateHandler(deps, (app, update) =>
    toChange(app, applyAgencyUpdate(app, update, workingTimes.forAgency(update.agency)), hashes),
  );
}

/**
 * Handles an event that an administrator dropped. It counts in the sequence, so that later events can follow, and
 * changes nothing.
 */
export function createDroppedDeliveryHandler(deps: EventHandlerDeps) {
  const count = createUpdateHandler(deps, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

function createUpdateHandler({ applications, now }: EventHandlerDeps, applyUpdate: ApplyUpdate) {
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
      const { outcome } = await applications.update(
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
        (app) => {
          if ((app.training ?? false) !== delivery.training) throw new TrainingMismatchError();
          return applyUpdate(app, delivery.update);
        },
      );
      return outcome === 'gap' ? 'wait' : 'done';
    } catch (error) {
      if (error instanceof TrainingMismatchError) return TRAINING_MISMATCH_REFUSAL;
      if (error instanceof Problem && error.kind === 'NOT_FOUND') return 'refused';
      throw error;
    }
  };
}

/** Handles a due timer of an application. A stale timer changes nothing. */
export function createTimerHandler({ applications, hashes, now }: Omit<EventHandlerDeps, 'workingTimes'>) {
  return async (id: string, kind: string): Promise<void> => {
    const fireTime = now();
    await applications.update(id, { scope: 'service', cause: { eventId: `timer:${kind}` }, now: fireTime }, (app) =>
      toChange(app, fireTimer(app, kind as Timer, fireTime), hashes),
    );
  };
}
