import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { decodeSettledDocument } from '../event-decoder.ts';
import { findOfApplication } from '../store.ts';
import type { Deliveries } from '../store.ts';

/**
 * Handles events of cups.documents: a delivery that waits for its copies asks for them again. An event only wakes it
 * up, so that events are not counted; a lost one is made good by the timer of the delivery.
 * @param sendNow starts to send the pending submissions of a delivery
 */
export function createDocumentEventHandler(deliveries: Deliveries, sendNow: (id: string) => void) {
  return async (event: ReceivedEvent): Promise<HandlerResult> => {
    const read = decodeSettledDocument(event);
    if ('refusal' in read) return read.refusal;
    if (read.application === undefined) return 'done';
    for (const { _id, copiesWaitTime } of await findOfApplication(deliveries, read.application)) {
      if (copiesWaitTime) sendNow(_id);
    }
    return 'done';
  };
}
