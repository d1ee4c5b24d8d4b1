import { resourceName, parseResourceName } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { DeliveryOperations } from '@cups/backend/operations';
import { Problem, violation } from '@cups/problem';
import { redrive } from '../domain/redrive.ts';
import type { RedriveRequest } from '../domain/redrive.ts';
import { entryOfRedrive } from '../journal.ts';
import { deliveriesSince, findOfApplication } from '../store.ts';
import type { Deliveries } from '../store.ts';
import { createReplayer, newRedriveRequest } from './replayer.ts';

/**
 * RPCs that redrive and replay deliveries, for `npm run cups`. The request is stored with the delivery, so that its
 * timer continues after a crash.
 * @param sendSoon starts to send stored requests now
 */
export function createRedriveRpcs(
  deliveries: Deliveries,
  sendSoon: (ids: string[]) => void,
  now: () => Date,
): Required<DeliveryOperations> {
  const replayAll = createReplayer(deliveries, sendSoon, now);
  return {
    async RedriveDelivery({ name }) {
      const id = parseResourceName('deliveries', name, '/name');
      const submissions = await redriveDelivery(deliveries, id, newRedriveRequest(now()));
      sendSoon([id]);
      return { submissions };
    },

    async ReplayDeliveries({ application, agency, since, pageToken }) {
      if (application !== '') {
        parseResourceName('applications', application, '/application');
        const found = await findOfApplication(deliveries, application);
        if (found.length === 0) throw new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });
        return toReplayResponse(await replayAll(found), '');
      }
      const from = fromTimestamp(since);
      if (agency === '' || !from) {
        const violations = [violation(agency === '' ? '/agency' : '/since', 'REQUIRED')];
        throw new Problem({
          reason: 'INVALID_ARGUMENT',
          message: 'The request must contain an application, or an agency and a time.',
          violations,
        });
      }
      const page = await deliveriesSince(deliveries, parseResourceName('agencies', agency, '/agency'), from, pageToken);
      return toReplayResponse(await replayAll(page.documents), page.nextPageToken);
    },
  };
}

/**
 * @returns the submissions to send.
 * @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED
 */
async function redriveDelivery(deliveries: Deliveries, id: string, request: RedriveRequest): Promise<number[]> {
  let submissions: number[] = [];
  const options = { scope: 'service' as const, cause: { eventId: request.eventId }, now: request.now };
  await deliveries.update(id, options, (delivery) => {
    const result = redrive(delivery, request);
    if (!result) {
      const message = 'The delivery has not failed, or has ended.';
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
    }
    ({ submissions } = result);
    return { document: result.delivery, events: [entryOfRedrive(result.delivery)] };
  });
  return submissions;
}

const toReplayResponse = (ids: string[], nextPageToken: string) => ({
  deliveries: ids.map((id) => resourceName('deliveries', id)),
  nextPageToken,
});
