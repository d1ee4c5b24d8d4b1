import { buildAccounts } from './accounts.ts';
import { findGaps } from './gaps.ts';
import type { StoredService, Stores } from './documents.ts';
import type { BackupConnections } from './connections.ts';
import { COLLECTIONS, readInventory } from './inventory.ts';
import type { Inventory, Producer, StoredDocument } from './inventory.ts';
import { setGroupOffsets } from './positions.ts';
import type { GroupOffset, GroupPosition } from './positions.ts';
import { findDisagreeing } from './references.ts';

/**
 * Compares consumers' counts with the retained topics. Resets groups to read skipped events again, and names lost events.
 * Reconstructs nothing. All services must be stopped.
 */

/** Events that a consumer needs and that no store and no topic has. */
export interface LostEvents {
  consumer: StoredService;
  /** applications/{id}, deliveries/{id} or documents/{id}. */
  subject: string;
  sequences: number[];
}

/** A document with a blocked outbox. */
export interface BlockedOutbox {
  service: StoredService;
  document: string;
  cause: string;
}

/** A document whose assigned sequence is lower than the counted one: its next event would count as a duplicate. */
export interface BehindDocument {
  service: Producer;
  document: string;
  given: number;
  last: number;
}

export interface RepairPlan {
  /** Offsets to which groups must go back. */
  back: GroupOffset[];
  lost: LostEvents[];
  /** Only of services without unread messages: unread ones may still bring a document forward. */
  behind: BehindDocument[];
  blocked: BlockedOutbox[];
  /** Number of documents with pending events by service; each service publishes them on its start. */
  outboxes: Partial<Record<StoredService, number>>;
}

/** Compares stores and topics; changes nothing. */
async function buildRepairPlan(parts: BackupConnections, stores: Stores): Promise<RepairPlan> {
  const inventory = await readInventory(parts, stores);
  const { standings, applications, deliveries, records, mandates, unknown } = inventory;
  const back = new LowestOffsets(standings);
  const lost: LostEvents[] = [];
  for (const { consumer, subject, topic, account } of buildAccounts(inventory, parts.prefix)) {
    const settlement = findGaps(account, (partition) => back.nextOf(consumer, topic, partition));
    for (const { partition, offset } of settlement.again) back.lower(consumer, topic, partition, offset);
    if (settlement.lost.length > 0) lost.push({ consumer, subject, sequences: settlement.lost });
  }
  for (const { topic, partition, offset } of unknown) back.lower('agency-bridge', topic, partition, offset);
  lost.push(...settleReferences(inventory, back, `${parts.prefix}cups.documents`));
  const offsets = back.offsets();
  const waiting: Record<Producer, StoredDocument[]> = {
    intake: [...applications.values()],
    documents: [...records.values()],
    'agency-bridge': [...deliveries.values()],
    identity: [...mandates.values()],
  };
  const blocked = Object.entries(waiting).flatMap(([service, documents]) =>
    documents.flatMap(({ _id, outboxBlocked }) =>
      outboxBlocked ? [{ service: service as StoredService, document: _id, cause: outboxBlocked.cause }] : [],
    ),
  );
  const outboxes = Object.fromEntries(
    Object.entries(waiting).map(([service, documents]) => [
      service,
      documents.filter(({ outbox = [] }) => outbox.length > 0).length,
    ]),
  );
  return { back: offsets, lost, behind: findBehindDocuments(inventory, offsets), blocked, outboxes };
}

/** Moves groups back to uncounted events, and sequences forward to counted ones. @returns the plan as found before */
export async function repair(parts: BackupConnections, stores: Stores): Promise<RepairPlan> {
  const books = await buildRepairPlan(parts, stores);
  if (books.back.length > 0) await setGroupOffsets(parts, books.back);
  for (const { service, document, last } of books.behind) {
    const collection = stores
      .database(service)
      .collection<{ _id: string; eventSeq: number; revision: number }>(COLLECTIONS[service]);
    await collection.updateOne(
      { _id: document, eventSeq: { $lt: last } },
      { $set: { eventSeq: last }, $inc: { revision: 1 } },
    );
  }
  return books;
}

/** @param back groups that will read events again */
function findBehindDocuments(
  { standings, applications, deliveries, records, mandates, published }: Inventory,
  back: readonly GroupOffset[],
): BehindDocument[] {
  const idle = (service: string) =>
    standings.every(
      (one) => one.service !== service || (one.next >= one.high && !back.some(({ group }) => group === one.group)),
    );
  const of = (
    service: BehindDocument['service'],
    kind: string,
    documents: Iterable<StoredDocument>,
  ): BehindDocument[] =>
    [...documents].flatMap(({ _id, eventSeq: given = 0 }) => {
      const last = Math.max(0, ...(published.get(`${kind}/${_id}`) ?? []).map(({ sequence }) => sequence));
      return last > given ? [{ service, document: _id, given, last }] : [];
    });
  return [
    ...(idle('intake') ? of('intake', 'applications', applications.values()) : []),
    // These two count no events of others, so nothing that is still to come brings their documents forward.
    ...of('documents', 'documents', records.values()),
    ...of('identity', 'mandates', mandates.values()),
    ...(idle('agency-bridge') ? of('agency-bridge', 'deliveries', deliveries.values()) : []),
  ];
}

/**
 * Lets intake read the last event of each document again whose reference has another state. An event is the whole state.
 * @returns documents whose last event is in no topic
 */
function settleReferences(
  { applications, records, published }: Inventory,
  back: LowestOffsets,
  topic: string,
): LostEvents[] {
  if (records.size === 0) return [];
  return findDisagreeing(applications.values(), records).flatMap(({ document, record }) => {
    const subject = `documents/${document}`;
    const last = published.get(subject)?.at(-1);
    if (last) back.lower('intake', topic, last.partition, last.offset);
    else if (record !== 'missing')
      return [{ consumer: 'intake', subject, sequences: [records.get(document)?.eventSeq ?? 0] }];
    return [];
  });
}

/** Lowest offset that each group needs. */
class LowestOffsets {
  readonly #standings = new Map<string, GroupPosition>();
  readonly #needed = new Map<GroupPosition, number>();

  constructor(standings: readonly GroupPosition[]) {
    for (const one of standings) this.#standings.set(`${one.service} ${one.topic} ${one.partition}`, one);
  }

  /** Returns the group's next offset in a partition, without the recorded ones. */
  nextOf(service: string, topic: string, partition: number): number {
    return this.#standings.get(`${service} ${topic} ${partition}`)?.next ?? 0;
  }

  lower(service: string, topic: string, partition: number, offset: number): void {
    const standing = this.#standings.get(`${service} ${topic} ${partition}`);
    if (!standing || offset >= standing.next) return;
    this.#needed.set(standing, Math.min(offset, this.#needed.get(standing) ?? offset));
  }

  offsets(): GroupOffset[] {
    return [...this.#needed].map(([{ group, topic, partition }, offset]) => {
      return { group, topic, partition, offset: String(offset) };
    });
  }
}
