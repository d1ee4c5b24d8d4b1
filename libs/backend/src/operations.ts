import { loadService, toTimestamp } from '@cups/contracts/proto';
import { createPageToken, normalizePageSize, parsePageToken } from '@cups/contracts/node';
import type { Log } from '@cups/contracts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import type { ParkedEvent } from '@cups/contracts/gen/cups/operations/v1/ParkedEvent.ts';
import type { ParkedKey as ParkedKeyMessage } from '@cups/contracts/gen/cups/operations/v1/ParkedKey.ts';
import { Problem, violation } from '@cups/problem';
import type { DataKeyState } from '@cups/data-keys';
import type { StuckPartition } from '@cups/events';
import type { AccessTable, Rpcs, ServiceRegistration } from '@cups/rpc';
import { toJournalSubject } from '@cups/store';
import type { AnyDocuments, JournalStream, openParkedEvents, openRefusals } from '@cups/store';

/** Implements cups.operations.v1.OperationsService, with which administrators inspect and repair one service. */

type Definition = OperationsServiceDefinition;
type Rpc<Name extends keyof Definition> = Rpcs<Definition>[Name];

/** Operations that only the bridge implements. */
export type DeliveryOperations = { [Name in 'RedriveDelivery' | 'ReplayDeliveries']?: Rpc<Name> };

/** Returns which key-encryption keys the data keys of the service need. */
export type InspectDataKeys = () => Promise<DataKeyState>;

export interface OperationsDependencies {
  log: Log;
  parked: ReturnType<typeof openParkedEvents>;
  refusals: ReturnType<typeof openRefusals>;
  stuck: () => StuckPartition[];
  /** Collections with outboxes. */
  documents: AnyDocuments[];
  deliveryOperations: DeliveryOperations;
  /** Undefined in a service without data keys. */
  inspectDataKeys: InspectDataKeys | undefined;
}

/** The administrators' tool signs with its own key, which no service has. */
const OPS_ACCESS = { callers: ['ops'], roles: 'none', tenancy: 'service', personalData: false } as const;

const ACCESS_TABLE: AccessTable<Definition> = {
  ListParkedKeys: OPS_ACCESS,
  GetParkedKey: OPS_ACCESS,
  ReleaseParkedKey: OPS_ACCESS,
  DropParkedEvent: OPS_ACCESS,
  ListStuckPartitions: OPS_ACCESS,
  ListBlockedOutboxes: OPS_ACCESS,
  UnblockOutbox: OPS_ACCESS,
  ListRefusals: OPS_ACCESS,
  RedriveDelivery: OPS_ACCESS,
  ReplayDeliveries: OPS_ACCESS,
  InspectDataKeys: OPS_ACCESS,

  ListJournalStreams: OPS_ACCESS,
};

const MAX_REASON_LENGTH = 500;

/** Who acts, and why. */
interface Accountability {
  actor: string;
  reason: string;
}

/** Validates who acts and why, for the log. @throws Problem INVALID_ARGUMENT */
function validateActorAndReason({ actor, reason }: Accountability): Accountability {
  const violations = [
    ...(/^[\p{L}\p{N}._@ -]{1,80}$/u.test(actor) ? [] : [violation('/actor', 'PATTERN')]),
    ...(reason.trim() !== '' && reason.length <= MAX_REASON_LENGTH ? [] : [violation('/reason', 'REQUIRED')]),
  ];
  if (violations.length === 0) return { actor, reason: reason.trim() };
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The actor and the reason are required.', violations });
}

/** Creates the operations service, which is served beside the main one. */
export function createOperationsService(parts: OperationsDependencies): ServiceRegistration<Definition> {
  const definition = loadService<Definition>('cups.operations.v1.OperationsService');
  const rpcs = Object.assign(
    parkedRpcs(parts),
    stuckRpcs(parts),
    outboxRpcs(parts),
    bridgeRpcs(parts),
    dataKeyRpcs(parts),

    journalRpcs(parts),
  );
  return { definition, rpcs, access: ACCESS_TABLE };
}

function parkedRpcs({ log, parked }: OperationsDependencies) {
  const logAction = (what: string, { actor, reason }: Accountability, topic: string, resource: string) =>
    log.warn({ event: what, operator: actor, reason, topic, resource });
  return {
    async ListParkedKeys({ pageSize, pageToken }) {
      const { keys, nextPageToken } = await parked.list({ pageSize: normalizePageSize(pageSize), pageToken });
      return { keys: keys.map(toParkedKeyMessage), nextPageToken };
    },
    async GetParkedKey(request) {
      const { parked: key, events } = await parked.get(request);
      return { parked: toParkedKeyMessage(key), events: events.map(toParkedEventMessage) };
    },
    async ReleaseParkedKey(request) {
      const reasons = validateActorAndReason(request);
      const count = await parked.release(request);
      logAction('parked-key-released', reasons, request.topic, request.key);
      return { count };
    },
    async DropParkedEvent(request) {
      const { actor, reason } = validateActorAndReason(request);
      const { event } = await parked.drop(request.id, actor, reason);
      logAction('parked-event-dropped', { actor, reason }, event.topic, request.id);
      return {};
    },
  } satisfies Partial<Rpcs<Definition>>;
}

function stuckRpcs({ stuck }: OperationsDependencies) {
  return {
    ListStuckPartitions({ pageSize }) {
      const found = stuck().slice(0, normalizePageSize(pageSize));
      const partitions = found.map(({ groupId: group, topic, partition, since, unread }) => {
        return { group, topic, partition, stuckTime: toTimestamp(since), unreadCount: String(unread) };
      });
      return Promise.resolve({ partitions });
    },
  } satisfies Partial<Rpcs<Definition>>;
}

function outboxRpcs({ log, documents, refusals }: OperationsDependencies) {
  return {
    async ListBlockedOutboxes({ pageSize }) {
      const found = documents.map(async (one) =>
        (await one.listBlockedOutboxes(normalizePageSize(pageSize))).map(({ id, cause, time, count }) => {
          return { collection: one.name, id, cause, blockTime: toTimestamp(time), count };
        }),
      );
      return { outboxes: (await Promise.all(found)).flat() };
    },
    async UnblockOutbox(request) {
      const { actor, reason } = validateActorAndReason(request);
      const { collection, id } = request;
      const found = documents.find(({ name }) => name === collection);
      if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'Collection not found.' });
      await found.unblock(id, { scope: 'service' });
      log.warn({ event: 'outbox-unblocked', operator: actor, reason, resource: `${collection}/${id}` });
      return {};
    },
    async ListRefusals({ topic, pageSize, pageToken }) {
      const found = await refusals.list({ topic, pageSize: normalizePageSize(pageSize), pageToken });
      return {
        refusals: found.refusals.map((one) => ({
          topic: one.topic,
          partition: one.partition,
          cause: one.cause,
          fields: one.fields,
          count: String(one.count),
          firstOffset: String(one.firstOffset),
          lastOffset: String(one.lastOffset),
          lastTime: toTimestamp(one.lastTime),
        })),
        nextPageToken: found.nextPageToken,
      };
    },
  } satisfies Partial<Rpcs<Definition>>;
}

/** Pages over the collections, one after another. A token names the collection and the last ID. */
function journalRpcs({ documents }: OperationsDependencies) {
  return {
    async ListJournalStreams({ pageSize, pageToken }) {
      const limit = normalizePageSize(pageSize);
      const [collection = '', after = ''] = parsePageToken(pageToken, 'journal')?.split(' ') ?? [];
      const rest = documents.filter(({ name }) => name >= collection).sort((a, b) => (a.name < b.name ? -1 : 1));
      const streams: (JournalStream & { collection: string })[] = [];
      for (const one of rest) {
        const room = limit + 1 - streams.length;
        const found = room > 0 ? await one.listJournalStreams(one.name === collection ? after : '', room) : [];
        streams.push(...found.map((stream) => Object.assign({ collection: one.name }, stream)));
      }
      const page = streams.slice(0, limit);
      const last = streams.length > limit ? page.at(-1) : undefined;
      return {
        streams: page.map(({ collection: name, id, lastSequence, pending }) => {
          return { subject: toJournalSubject(name, id), lastSequence, pendingCount: pending };
        }),
        nextPageToken: last ? createPageToken(`${last.collection} ${last.id}`, 'journal') : '',
      };
    },
  } satisfies Partial<Rpcs<Definition>>;
}

/** Only the bridge repairs deliveries. */
function bridgeRpcs({ log, deliveryOperations }: OperationsDependencies) {
  const rejectCall = () => {
    throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'Only the agency bridge can redrive deliveries.' });
  };
  const { RedriveDelivery = rejectCall, ReplayDeliveries = rejectCall } = deliveryOperations;
  const logRepair = (event: string, { actor, reason }: Accountability, resource: string) =>
    log.warn({ event, operator: actor, reason, resource });
  return {
    async RedriveDelivery(request, context) {
      const reasons = validateActorAndReason(request);
      const answer = await RedriveDelivery(request, context);
      logRepair('delivery-redriven', reasons, request.name);
      return answer;
    },
    async ReplayDeliveries(request, context) {
      const reasons = validateActorAndReason(request);
      const answer = await ReplayDeliveries(request, context);
      logRepair('deliveries-replayed', reasons, request.application || request.agency);
      return answer;
    },
  } satisfies Partial<Rpcs<Definition>>;
}

function dataKeyRpcs({ inspectDataKeys }: OperationsDependencies) {
  return {
    async InspectDataKeys() {
      if (inspectDataKeys) return inspectDataKeys();
      throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'The service has no data keys.' });
    },
  } satisfies Partial<Rpcs<Definition>>;
}

const toParkedKeyMessage = (
  key: Awaited<ReturnType<OperationsDependencies['parked']['get']>>['parked'],
): ParkedKeyMessage => Object.assign({}, key, { parkTime: toTimestamp(key.parkTime) });

function toParkedEventMessage(
  row: Awaited<ReturnType<OperationsDependencies['parked']['get']>>['events'][number],
): ParkedEvent {
  const { _id: id, event, sequence, cause, detail, failures, parkTime, drop } = row;
  return {
    id,
    type: event.type,
    sequence,
    partition: event.partition,
    offset: event.offset,
    cause,
    detail,
    failures,
    parkTime: toTimestamp(parkTime),
    droppedBy: drop?.actor ?? '',
    dropReason: drop?.reason ?? '',
  };
}
