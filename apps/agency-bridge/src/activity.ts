import { enumWord, toTimestamp } from '@cups/contracts/proto';
import type { AgencyActivity } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyActivity.ts';
import { nameOf } from '@cups/contracts';
import { stateOf } from './domain/delivery.ts';
import type { State } from './domain/delivery.ts';
import type { RpcParts } from './rpc.ts';
import { countDeliveries } from './store.ts';

/** How the traffic with one agency stands: figures and times, nothing of an application. */
export async function activityOf(
  agency: string,
  { deliveries, refused, unread, stuckSince }: Pick<RpcParts, 'deliveries' | 'refused' | 'unread' | 'stuckSince'>,
): Promise<AgencyActivity> {
  const [counts, newest, left] = await Promise.all([
    countDeliveries(deliveries, agency),
    refused.newest(agency),
    unread(agency),
  ]);
  const states = new Map<State, { count: number; oldest: Date }>();
  for (const { _id, count, oldest } of counts) {
    const state = stateOf(_id);
    const known = states.get(state) ?? { count: 0, oldest };
    states.set(state, { count: known.count + count, oldest: oldest < known.oldest ? oldest : known.oldest });
  }
  const stuck = stuckSince(agency);
  const heard = counts.flatMap(({ heard: time }) => (time ? [time.getTime()] : []));
  return {
    agency: nameOf('agencies', agency),
    deliveries: [...states].map(([state, { count, oldest }]) => {
      return { state: enumWord('DELIVERY_STATE_', state), count, oldestQueueTime: toTimestamp(oldest) };
    }),
    lastReplyTime: heard.length > 0 ? toTimestamp(new Date(Math.max(...heard))) : null,
    lastRefusalTime: newest ? toTimestamp(newest.time) : null,
    unreadReplies: String(left ?? -1),
    stuckTime: stuck ? toTimestamp(stuck) : null,
  };
}
