import type { ReceivedEvent, Refusal } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { isUlid } from '@cups/contracts';
import type { Change } from '@cups/store';
import { fromDeliveryEvent } from './deliveries.ts';
import { fire } from './domain/acts/timers.ts';
import { receive } from './domain/agency.ts';
import type { AgencyWord } from './domain/agency.ts';
import type { Timer } from '@cups/application';
import { changeOf } from './happenings.ts';
import type { Parts } from './rpc/parts.ts';
import type { StoredApplication } from './store.ts';

/** What intake does about cups.deliveries and about its own timers. */

/** What events and timers of applications are handled with. */
type EventParts = Pick<Parts, 'applications' | 'workingTimes' | 'hashes' | 'now'>;

class Mismatched extends Error {}

/** Said of a training about a real application, or the other way round: it moves nothing. */
const TRAINING_MISMATCH: Refusal = { cause: 'TRAINING_MISMATCH', fields: ['ref.training'] };

/** What an event of the bridge does to an application. */
type Decide = (app: StoredApplication, word: AgencyWord) => Change<StoredApplication>;

/** One event of the bridge, applied once and in order within its delivery. */
export function onDelivery(parts: EventParts) {
  const { workingTimes, hashes } = parts;
  return counted(parts, (app, word) => changeOf(app, receive(app, word, workingTimes.of(word.agency)), hashes));
}

/** An event of the bridge that an operator dropped: it is counted, so that the next may come, and moves nothing. */
export function onDroppedDelivery(parts: EventParts) {
  const count = counted(parts, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

function counted({ applications, now }: EventParts, decide: Decide) {
  return async (event: ReceivedEvent): Promise<'done' | 'refused' | 'wait' | Refusal> => {
    const at = now();
    const said = fromDeliveryEvent(event, at);
    if (!said) return 'refused';
    const id = said.application.slice('applications/'.length);
    if (!isUlid(id) || event.sequence === null) return 'refused';
    const { agency } = said.word;
    // An application has one delivery at a time, to its own agency: what names another is counted nowhere.
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
          now: at,
        },
        (app) => {
          if ((app.training ?? false) !== said.training) throw new Mismatched();
          return decide(app, said.word);
        },
      );
      return outcome === 'gap' ? 'wait' : 'done';
    } catch (error) {
      if (error instanceof Mismatched) return TRAINING_MISMATCH;
      if (error instanceof Problem && error.kind === 'NOT_FOUND') return 'refused';
      throw error;
    }
  };
}

/** A due timer of one application; a stale one changes nothing. */
export function onTimer({ applications, hashes, now }: Omit<EventParts, 'workingTimes'>) {
  return async (id: string, kind: string): Promise<void> => {
    const at = now();
    await applications.update(id, { scope: 'service', cause: { eventId: `timer:${kind}` }, now: at }, (app) =>
      changeOf(app, fire(app, kind as Timer, at), hashes),
    );
  };
}
