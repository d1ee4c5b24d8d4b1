import { nameOf, parseName } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { Repairs } from '@cups/backend/operations';
import { Problem, violation } from '@cups/problem';
import { ulid } from 'ulid';
import { redrive, replay } from './domain/again.ts';
import type { Order } from './domain/again.ts';
import { toChange } from './says.ts';
import { deliveriesSince } from './store.ts';
import type { Deliveries, StoredDelivery } from './store.ts';

/**
 * What operators have done once more, by `npm run cups`. It is written with the delivery, so that its timer does it should this
 * process end.
 * @param sendSoon has done now what was written
 */
export function repairsOf(
  deliveries: Deliveries,
  sendSoon: (ids: string[]) => void,
  now: () => Date,
): Required<Repairs> {
  const orderOf = (): Order => ({ eventId: `operator:${ulid()}`, now: now() });

  /** @returns whether something of it is sent again */
  async function sendAgain(id: string): Promise<boolean> {
    const order = orderOf();
    let isSent = false;
    const options = { scope: 'service' as const, cause: { eventId: order.eventId }, now: order.now };
    await deliveries.update(id, options, (delivery) => {
      const step = replay(delivery, order);
      isSent = step !== undefined;
      return toChange(step ?? { delivery, says: [] });
    });
    return isSent;
  }

  async function allAgain(found: StoredDelivery[]): Promise<string[]> {
    const sent: string[] = [];
    for (const { _id } of found) if (await sendAgain(_id)) sent.push(_id);
    sendSoon(sent);
    return sent;
  }

  return {
    async RedriveDelivery({ name }) {
      const id = parseName('deliveries', name, '/name');
      const submissions = await redriven(deliveries, id, orderOf());
      sendSoon([id]);
      return { submissions };
    },

    async ReplayDeliveries({ application, agency, since, pageToken }) {
      if (application !== '') {
        parseName('applications', application, '/application');
        const found = await deliveries.find({ application }, { scope: 'service' });
        if (found.length === 0) throw new Problem({ reason: 'NOT_FOUND', message: 'It has no delivery.' });
        return answerOf(await allAgain(found), '');
      }
      const from = fromTimestamp(since);
      if (agency === '' || !from) {
        const violations = [violation(agency === '' ? '/agency' : '/since', 'REQUIRED')];
        throw new Problem({
          reason: 'INVALID_ARGUMENT',
          message: 'Name an application, or an agency and a time.',
          violations,
        });
      }
      const page = await deliveriesSince(deliveries, parseName('agencies', agency, '/agency'), from, pageToken);
      return answerOf(await allAgain(page.documents), page.nextPageToken);
    },
  };
}

/** @returns the submissions that are to be sent. @throws Problem NOT_FOUND, ACTION_NOT_ALLOWED */
async function redriven(deliveries: Deliveries, id: string, order: Order): Promise<number[]> {
  let submissions: number[] = [];
  const options = { scope: 'service' as const, cause: { eventId: order.eventId }, now: order.now };
  await deliveries.update(id, options, (delivery) => {
    const again = redrive<StoredDelivery>(delivery, order);
    if (!again) {
      const message = 'This delivery has not failed, or has ended: there is nothing to send.';
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message });
    }
    ({ submissions } = again);
    return { document: again.delivery, events: [] };
  });
  return submissions;
}

const answerOf = (ids: string[], nextPageToken: string) => ({
  deliveries: ids.map((id) => nameOf('deliveries', id)),
  nextPageToken,
});
