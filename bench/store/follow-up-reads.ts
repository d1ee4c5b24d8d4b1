import { countDeliveries, findOfApplication, listDeliveries } from '@cups/agency-bridge/store';
import { resumeWaitingNotices } from '@cups/notifications/store';
import type { AnyDocuments } from '@cups/store';
import { AGENCIES } from './follow-ups.ts';
import type { LoadedApplication } from './follow-ups.ts';
import type { ServiceStores } from './service-stores.ts';
import type { Reads } from './timing.ts';

/** What agency-bridge and notifications read, by their own functions or, in the background, by the same commands. */

const scope = 'service' as const;
/** Replies that a consumer hands over at once. */
const REPLIES_AT_ONCE = 16;
const MAX_DUE_PER_POLL = 100;
const SWEEP_BATCH_SIZE = 500;

/** @param application returns an application that was loaded */
export function bridgeReads({ deliveries }: ServiceStores, application: (n: number) => LoadedApplication): Reads {
  const idOf = (n: number) => `${application(n).id}-${AGENCIES[n % AGENCIES.length]!}`;
  const ids = Array.from({ length: REPLIES_AT_ONCE }, (_, n) => idOf(n));
  const page = { scope, realOnly: true, pageSize: 50, pageToken: '' };
  return {
    'delivery by ID': () => deliveries.get(idOf(7), { scope }),
    'deliveries of 16 replies': () => deliveries.find({ _id: { $in: ids } }, { scope }),
    'deliveries by application': () => findOfApplication(deliveries, `applications/${application(7).id}`),
    'list of an agency': () => listDeliveries(deliveries, { ...page, agency: AGENCIES[0]! }),
    'list of a state': () => listDeliveries(deliveries, { ...page, state: 'acknowledged' }),
    'counts of an agency': () => countDeliveries(deliveries, AGENCIES[0]!),
    ...backgroundReads('deliveries', deliveries),
  };
}

/** @param application returns an application that was loaded */
export function notificationReads({ threads }: ServiceStores, application: (n: number) => LoadedApplication): Reads {
  const { id, centre } = application(7);
  return {
    'thread by application': () => threads.get(id, { scope: { centre: [centre] } }),
    'resume of waiting notices': () => resumeWaitingNotices(threads, new Date()),
    ...backgroundReads('threads', threads),
  };
}

/** The polls of timers and outboxes. */
function backgroundReads(name: string, { internals }: AnyDocuments): Reads {
  const find = (filter: object, options: object) => internals.collection().find(filter, options).toArray();
  const unclaimed = (at: Date) => [{ 'timer.claimedUntil': { $exists: false } }, { 'timer.claimedUntil': { $lt: at } }];
  const pending = { 'outbox.time': { $gt: new Date(0) } };
  return {
    [`due timers of ${name}`]: () => {
      const now = new Date();
      const filter = { 'timer.due': { $lte: now }, $or: unclaimed(now) };
      return find(filter, { projection: { timer: 1 }, sort: { 'timer.due': 1 }, limit: MAX_DUE_PER_POLL });
    },
    [`outbox sweep of ${name}`]: () =>
      find(
        { ...pending, outboxBlocked: { $exists: false }, _id: { $gt: '' } },
        { projection: { outbox: 1 }, sort: { _id: 1 }, limit: SWEEP_BATCH_SIZE },
      ),
    [`blocked outboxes of ${name}`]: () =>
      internals.collection().countDocuments({ ...pending, outboxBlocked: { $exists: true } }),
  };
}
