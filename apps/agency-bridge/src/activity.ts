import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { AgencyActivity } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyActivity.ts';
import { resourceName } from '@cups/contracts';
import { resolveDeliveryState } from './domain/delivery.ts';
import type { State } from './domain/delivery.ts';
import type { RpcDeps } from './rpc.ts';
import { countDeliveries } from './store.ts';

/** Returns counts and times of the traffic with one agency, without application data. */
export async function getAgencyActivity(
  agency: string,
  { deliveries, refused, unread, stuckSince }: Pick<RpcDeps, 'deliveries' | 'refused' | 'unread' | 'stuckSince'>,
): Promise<AgencyActivity> {
  const [counts, newest, unreadCount] = await Promise.all([
    countDeliveries(deliveries, agency),
    refused.newest(agency),
    unread(agency),
  ]);
  const states = new Map<State, { count: number; oldest: Date }>();
  for (const { _id, count, oldest } of counts) {
    const state = resolveDeliveryState(_id);
    const current = states.get(state) ?? { count: 0, oldest };
    states.set(state, { count: current.count + count, oldest: oldest < current.oldest ? oldest : current.oldest });
  }
  const stuck = stuckSince(agency);
  const replyTimes = counts.flatMap(({ lastReplyTime: time }) => (time ? [time.getTime()] : []));
  return {
    agency: resourceName('agencies', agency),
    deliveries: [...states].map(([state, { count, oldest }]) => {
      return { state: toProtoEnum('DELIVERY_STATE_', state), count, oldestQueueTime: toTimestamp(oldest) };
    }),
    lastReplyTime: replyTimes.length > 0 ? toTimestamp(new Date(Math.max(...replyTimes))) : null,
    lastRefusalTime: newest ? toTimestamp(newest.time) : null,
    unreadReplies: String(unreadCount ?? -1),
    stuckTime: stuck ? toTimestamp(stuck) : null,
  };
}
