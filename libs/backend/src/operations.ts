import { loadService, toTimestamp } from '@cups/contracts/proto';
import { pageSizeOf } from '@cups/contracts/node';
import type { Log } from '@cups/contracts';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import type { ParkedEvent } from '@cups/contracts/gen/cups/operations/v1/ParkedEvent.ts';
import type { ParkedKey as ParkedKeyMessage } from '@cups/contracts/gen/cups/operations/v1/ParkedKey.ts';
import { Problem, violation } from '@cups/problem';
import type { StuckPartition } from '@cups/events';
import type { AccessTable, Rpcs, Served } from '@cups/rpc';
import type { AnyDocuments, openParked, openRefusals } from '@cups/store';

/** What operators of the platform see and repair in one service: the calls of cups.operations.v1.OperationsService. */

type Definition = OperationsServiceDefinition;
type Rpc<Name extends keyof Definition> = Rpcs<Definition>[Name];

/** What only the bridge can have done. */
export type Repairs = { [Name in 'RedriveDelivery' | 'ReplayDeliveries']?: Rpc<Name> };

export interface OperationsParts {
  log: Log;
  parked: ReturnType<typeof openParked>;
  refusals: ReturnType<typeof openRefusals>;
  stuck: () => StuckPartition[];
  /** Those with outboxes. */
  documents: AnyDocuments[];
  repairs: Repairs;
}

/** The tool of operators signs with a key of its own, which no service has. */
const row = { callers: ['operator'], roles: 'none', tenancy: 'service', personalData: false } as const;

const access: AccessTable<Definition> = {
  ListParkedKeys: row,
  GetParkedKey: row,
  ReleaseParkedKey: row,
  DropParkedEvent: row,
  ListStuckPartitions: row,
  ListBlockedOutboxes: row,
  UnblockOutbox: row,
  ListRefusals: row,
  RedriveDelivery: row,
  ReplayDeliveries: row,
};

const MAX_WHY = 500;

/** Who does something, as a name of a log line. @throws Problem INVALID_ARGUMENT */
function reasonsOf({ by, why }: { by: string; why: string }): { by: string; why: string } {
  const wrong = [
    ...(/^[\p{L}\p{N}._@ -]{1,80}$/u.test(by) ? [] : [violation('/by', 'PATTERN')]),
    ...(why.trim() !== '' && why.length <= MAX_WHY ? [] : [violation('/why', 'REQUIRED')]),
  ];
  if (wrong.length === 0) return { by, why: why.trim() };
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'Say who does it and why.', violations: wrong });
}

/** The service, to be served beside that of the back end. */
export function operationsService(parts: OperationsParts): Served<Definition> {
  const definition = loadService<Definition>('cups.operations.v1.OperationsService');
  const rpcs = Object.assign(parkedRpcs(parts), stuckRpcs(parts), outboxRpcs(parts), bridgeRpcs(parts));
  return { definition, rpcs, access };
}

function parkedRpcs({ log, parked }: OperationsParts) {
  const act = (what: string, { by, why }: { by: string; why: string }, topic: string, resource: string) =>
    log.warn({ event: what, operator: by, reason: why, topic, resource });
  return {
    async ListParkedKeys({ pageSize, pageToken }) {
      const { keys, nextPageToken } = await parked.list({ pageSize: pageSizeOf(pageSize), pageToken });
      return { keys: keys.map(toKey), nextPageToken };
    },
    async GetParkedKey(asked) {
      const { parked: key, events } = await parked.get(asked);
      return { parked: toKey(key), events: events.map(toEvent) };
    },
    async ReleaseParkedKey(asked) {
      const reasons = reasonsOf(asked);
      const count = await parked.release(asked);
      act('parked-released', reasons, asked.topic, asked.key);
      return { count };
    },
    async DropParkedEvent(asked) {
      const { by, why } = reasonsOf(asked);
      const { event } = await parked.drop(asked.id, by, why);
      act('parked-dropped', { by, why }, event.topic, asked.id);
      return {};
    },
  } satisfies Partial<Rpcs<Definition>>;
}

function stuckRpcs({ stuck }: OperationsParts) {
  return {
    ListStuckPartitions({ pageSize }) {
      const found = stuck().slice(0, pageSizeOf(pageSize));
      const partitions = found.map(({ groupId: group, topic, partition, since, unread }) => {
        return { group, topic, partition, stuckTime: toTimestamp(since), unreadCount: String(unread) };
      });
      return Promise.resolve({ partitions });
    },
  } satisfies Partial<Rpcs<Definition>>;
}

function outboxRpcs({ log, documents, refusals }: OperationsParts) {
  return {
    async ListBlockedOutboxes({ pageSize }) {
      const found = documents.map(async (one) =>
        (await one.blocked(pageSizeOf(pageSize))).map(({ id, cause, time, count }) => {
          return { collection: one.name, id, cause, blockTime: toTimestamp(time), count };
        }),
      );
      return { outboxes: (await Promise.all(found)).flat() };
    },
    async UnblockOutbox(asked) {
      const { by, why } = reasonsOf(asked);
      const { collection, id } = asked;
      const found = documents.find(({ name }) => name === collection);
      if (!found) throw new Problem({ reason: 'NOT_FOUND', message: 'This service has no such collection.' });
      await found.unblock(id, { scope: 'service' });
      log.warn({ event: 'outbox-unblocked', operator: by, reason: why, resource: `${collection}/${id}` });
      return {};
    },
    async ListRefusals({ topic, pageSize, pageToken }) {
      const found = await refusals.list({ topic, pageSize: pageSizeOf(pageSize), pageToken });
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

/** What is done about deliveries is done where they are. */
function bridgeRpcs({ log, repairs }: OperationsParts) {
  const absent = () => {
    throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message: 'Deliveries are repaired at the agency bridge.' });
  };
  const { RedriveDelivery = absent, ReplayDeliveries = absent } = repairs;
  const said = (event: string, { by, why }: { by: string; why: string }, resource: string) =>
    log.warn({ event, operator: by, reason: why, resource });
  return {
    async RedriveDelivery(asked, context) {
      const reasons = reasonsOf(asked);
      const answer = await RedriveDelivery(asked, context);
      said('delivery-redriven', reasons, asked.name);
      return answer;
    },
    async ReplayDeliveries(asked, context) {
      const reasons = reasonsOf(asked);
      const answer = await ReplayDeliveries(asked, context);
      said('deliveries-replayed', reasons, asked.application || asked.agency);
      return answer;
    },
  } satisfies Partial<Rpcs<Definition>>;
}

const toKey = (key: Awaited<ReturnType<OperationsParts['parked']['get']>>['parked']): ParkedKeyMessage =>
  Object.assign({}, key, { parkTime: toTimestamp(key.parkTime) });

function toEvent(row: Awaited<ReturnType<OperationsParts['parked']['get']>>['events'][number]): ParkedEvent {
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
    droppedBy: drop?.by ?? '',
    dropWhy: drop?.why ?? '',
  };
}
