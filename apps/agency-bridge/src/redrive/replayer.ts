import { newUlid } from '@cups/contracts/node';
import { replay } from '../domain/redrive.ts';
import type { RedriveRequest } from '../domain/redrive.ts';
import { toChange } from '../event-encoder.ts';
import type { Deliveries, StoredDelivery } from '../store.ts';

/** Sends again what agencies received. The request is stored with the delivery, so that its timer continues after a crash. */

/** Sends deliveries again. @returns the IDs of those of which something is sent */
export type Replayer = (found: readonly Pick<StoredDelivery, '_id'>[]) => Promise<string[]>;

export const newRedriveRequest = (now: Date): RedriveRequest => ({ eventId: `operator:${newUlid(now)}`, now });

/** @param sendSoon starts to send stored requests now */
export function createReplayer(deliveries: Deliveries, sendSoon: (ids: string[]) => void, now: () => Date): Replayer {
  async function replayDelivery(id: string): Promise<boolean> {
    const request = newRedriveRequest(now());
    let isSent = false;
    const options = { scope: 'service' as const, cause: { eventId: request.eventId }, now: request.now };
    await deliveries.update(id, options, (delivery) => {
      const result = replay(delivery, request);
      isSent = result !== undefined;
      return toChange(result ?? { delivery, outbound: [] });
    });
    return isSent;
  }

  return async (found) => {
    const sent: string[] = [];
    for (const { _id } of found) if (await replayDelivery(_id)) sent.push(_id);
    sendSoon(sent);
    return sent;
  };
}
