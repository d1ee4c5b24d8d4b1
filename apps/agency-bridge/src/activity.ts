import { toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { AgencyActivity } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyActivity.ts';
import { resourceName } from '@cups/contracts';
import type { RpcDeps } from './rpc.ts';
import { countDeliveries, findLastReplyTime } from './store.ts';

type ActivityDeps = Pick<RpcDeps, 'deliveries' | 'refused' | 'channelOf' | 'unread' | 'stuckSince' | 'feedActivity'>;

/** Returns counts and times of the traffic with one agency, without application data. */
export async function getAgencyActivity(
  agency: string,
  { deliveries, refused, channelOf, unread, stuckSince, feedActivity }: ActivityDeps,
): Promise<AgencyActivity> {
  const channel = channelOf(agency);
  const [counts, lastReplyTime, newest, unreadCount, feed] = await Promise.all([
    countDeliveries(deliveries, agency),
    findLastReplyTime(deliveries, agency),
    refused.newest(agency),
    unread(agency),
    channel === 'pull' ? feedActivity(agency) : null,
  ]);
  const stuck = stuckSince(agency);
  return {
    agency: resourceName('agencies', agency),
    deliveries: counts.map(({ state, count, oldest }) => {
      return { state: toProtoEnum('DELIVERY_STATE_', state), count, oldestQueueTime: toTimestamp(oldest) };
    }),
    lastReplyTime: lastReplyTime ? toTimestamp(lastReplyTime) : null,
    lastRefusalTime: newest ? toTimestamp(newest.time) : null,
    unreadReplies: String(unreadCount ?? -1),
    channel,
    feed,
    stuckTime: stuck ? toTimestamp(stuck) : null,
  };
}
