import { resourceName, parseResourceName } from '@cups/contracts';
import { fromProtoEnum, toProtoEnum, toTimestamp } from '@cups/contracts/proto';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { Delivery as DeliveryMessage } from '@cups/contracts/gen/cups/agencybridge/v1/Delivery.ts';
import type { FeedActivity } from '@cups/contracts/gen/cups/agencybridge/v1/FeedActivity.ts';
import type { RefusedReply as ReplyMessage } from '@cups/contracts/gen/cups/agencybridge/v1/RefusedReply.ts';
import type { RefusedMessage } from '@cups/contracts/gen/cups/agencybridge/v1/RefusedMessage.ts';
import type { DataVersions } from '@cups/contracts';
import { Problem, staleReplica } from '@cups/problem';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context, Rpcs } from '@cups/rpc';
import { normalizePageSize } from '@cups/contracts/node';
import type { openRefusals, RefusalSummary } from '@cups/store';
import { getAgencyActivity } from './activity.ts';
import type { Channel } from './domain/channel.ts';
import { replyEtagOf, resolveDeliveryState, toAgencyNumber } from './domain/delivery.ts';
import type { Delivery } from './domain/delivery.ts';
import type { RefusedReplies, RefusedReply } from './inbound/refused-replies.ts';
import { listDeliveries } from './store.ts';
import type { Deliveries } from './store.ts';

export interface RpcDeps {
  deliveries: Deliveries;
  refusals: ReturnType<typeof openRefusals>;
  refused: RefusedReplies;
  isAgency: (code: string) => boolean;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
  channelOf: (code: string) => Channel;
  /** Returns the number of unread replies of an agency; undefined if Kafka is unavailable, and without topics. */
  unread: (agency: string) => Promise<bigint | undefined>;
  /** Returns how far an agency that pulls has read, and the state of its webhook. */
  feedActivity: (agency: string) => Promise<FeedActivity>;
  /** Returns since when a partition of its replies is blocked; undefined if none is. */
  stuckSince: (agency: string) => Date | undefined;
}

/** Methods of the agency's page, see page/rpcs.ts, and of the pull API, see pull/rpcs.ts. */
type AgencyMethod =
  | 'ListAgencyQueue'
  | 'GetAgencyDelivery'
  | 'AssignDelivery'
  | 'CreateReply'
  | 'ListAgencyWorkload'
  | 'ListAgencyRequests'
  | 'ReceiveAgencyReply'
  | 'ListWebhookKeys';

/** RPCs of cups.agencybridge.v1.AgencyBridgeService, without those for agencies that work in a page or pull. */
export function bridgeRpcs(deps: RpcDeps): Omit<Rpcs<AgencyBridgeServiceDefinition>, AgencyMethod> {
  const { deliveries, refusals, refused } = deps;
  return {
    async GetDelivery({ name }, context) {
      const delivery = await deliveries.get(parseResourceName('deliveries', name), {
        scope: { centre: centresOf(context) },
        projection: { outbox: 0, requests: 0 },
      });
      if (!delivery) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'Delivery not found.' });
      }
      return { delivery: toDelivery(delivery) };
    },

    async ListDeliveries({ state: stateName, agency: named, pageSize, pageToken }, context) {
      const state = fromProtoEnum('DELIVERY_STATE_', stateName);
      const requested = named === '' ? undefined : parseResourceName('agencies', named, '/agency');
      const own = ownAgency(context);
      // An agency clerk finds no deliveries of another agency.
      if (own !== undefined && requested !== undefined && requested !== own)
        return { deliveries: [], nextPageToken: '' };
      const agency = own ?? requested;
      const { documents, nextPageToken } = await listDeliveries(deliveries, {
        scope: own === undefined ? 'platform' : { agency: own },
        ...(state === '' ? {} : { state }),
        ...(agency === undefined ? {} : { agency }),
        // Trainings never reach the agency.
        realOnly: own !== undefined,
        pageSize: normalizePageSize(pageSize),
        pageToken,
      });
      return { deliveries: documents.map(toDelivery), nextPageToken };
    },

    async ListRefusedReplies({ agency: name, pageSize, pageToken }, context) {
      const agency = agencyFor(context, name, deps);
      const found = await refused.list(agency, { pageSize: normalizePageSize(pageSize), pageToken });
      return { replies: found.replies.map(toRefusedReply), nextPageToken: found.nextPageToken };
    },

    async GetAgencyActivity({ name }, context) {
      return { activity: await getAgencyActivity(agencyFor(context, name, deps), deps) };
    },

    async ListRefusedMessages({ topic, pageSize, pageToken }) {
      const found = await refusals.list({ topic, pageSize: normalizePageSize(pageSize), pageToken });
      const messages = found.refusals.map(toRefusedMessage);
      return { messages, nextPageToken: found.nextPageToken, totalSize: found.totalSize };
    },
  };
}

/** Returns the agency of a clerk's session; undefined for wider roles. */
function ownAgency(context: Context): string | undefined {
  const { roles, agency } = sessionOf(context);
  if (roles.includes('support') || roles.includes('supervisor')) return undefined;
  if (!agency) throw new Problem({ reason: 'PERMISSION_DENIED', message: 'The session must belong to an agency.' });
  return parseResourceName('agencies', agency);
}

/**
 * Returns the code of the requested agency.
 * @throws Problem NOT_FOUND, also for a clerk of another agency; STALE_REPLICA if this replica may lag
 */
function agencyFor(context: Context, name: string, { isAgency, versions }: RpcDeps): string {
  const own = ownAgency(context);
  const code = parseResourceName('agencies', name);
  if ((own ?? code) === code) {
    if (isAgency(code)) return code;
    // Identity knew the agency when its clerk signed in.
    const isNamed = own === code && versions.mayCome('agencies', code);
    if (isNamed || versions.isBehind('agencies')) throw staleReplica('This replica has not loaded the agency yet.');
  }
  throw new Problem({ reason: 'NOT_FOUND', message: 'Agency not found.' });
}

export function toDelivery(delivery: Delivery): DeliveryMessage {
  return {
    name: resourceName('deliveries', delivery._id),
    application: delivery.application,
    agency: resourceName('agencies', delivery.agency),
    centre: delivery.centre,
    state: toProtoEnum('DELIVERY_STATE_', resolveDeliveryState(delivery)),
    submission: toAgencyNumber(delivery, delivery.submission),
    queueTime: toTimestamp(delivery.queueTime),
    sendTime: toTimestamp(delivery.sendTime),
    acknowledgeTime: toTimestamp(delivery.acknowledgeTime),
    answerTime: toTimestamp(delivery.answerTime),
    cancelTime: toTimestamp(delivery.cancelTime),
    failTime: toTimestamp(delivery.failTime),
    failCause: delivery.failCause ?? '',
    failFields: delivery.failFields ?? [],
    agencyReference: delivery.agencyReference ?? '',
    deferCause: delivery.deferCause ?? '',
    training: delivery.training ?? false,
    stage: toProtoEnum('AGENCY_STAGE_', delivery.stage),
    publicService: delivery.publicService ?? '',
    dueDate: delivery.dueDate ?? '',
    assignee: delivery.assignee ?? '',
    reminders: (delivery.reminders ?? []).map(({ step, time, dueDate = '' }) => ({
      step,
      time: toTimestamp(time),
      dueDate,
    })),
    deskMessageTime: toTimestamp(delivery.deskMessageTime),
    expectedDecisionDate: delivery.expectedDecisionDate ?? '',
    replyEtag: replyEtagOf(delivery),
  };
}

const toRefusedMessage = (refused: RefusalSummary): RefusedMessage => ({
  topic: refused.topic,
  partition: refused.partition,
  offset: String(refused.firstOffset),
  lastOffset: String(refused.lastOffset),
  count: String(refused.count),
  cause: refused.cause,
  fields: refused.fields,
  refuseTime: toTimestamp(refused.firstTime),
  lastRefuseTime: toTimestamp(refused.lastTime),
});

function toRefusedReply(reply: RefusedReply): ReplyMessage {
  const { handling, cause, violations, changes, id = '', type = '', application = '' } = reply;
  const { topic, partition, offset, lastOffset, time } = reply;
  return {
    handling,
    cause,
    violations,
    changes,
    messageId: id,
    type,
    application,
    topic,
    partition,
    offset: String(offset),
    lastOffset: String(lastOffset),
    time: toTimestamp(time),
  };
}
