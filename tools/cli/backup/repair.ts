import type { mongo } from 'mongoose';
import type { ReceivedEvent } from '@cups/contracts';
import { findGaps } from './gaps.ts';
import type { ConsumerAccount, PublishedEvent } from './gaps.ts';
import type { StoredService, Stores } from './documents.ts';
import type { BackupConnections } from './connections.ts';
import { setGroupOffsets, forEachEvent, readGroupPositions } from './positions.ts';
import type { GroupOffset, GroupPosition } from './positions.ts';
import { findDisagreeing, findWithoutFacts } from './references.ts';
import type { ReferringApplication } from './references.ts';

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

interface OutboxEntry {
  sequence: number | null;
  topic?: string;
}

interface StoredDocument extends ReferringApplication {
  state?: string;
  application?: string;
  eventSeq?: number;
  outbox?: OutboxEntry[];
  outboxBlocked?: { cause: string };
  lastSeqs?: Record<string, number>;
  submissions?: unknown[];
  messages?: string[];
  reportedIssues?: string[];
}

const FIELDS = [
  'application',
  'eventSeq',
  'outbox.sequence',
  'outbox.topic',
  'outboxBlocked',
  'lastSeqs',
  'submissions.number',
  'messages',
  'reportedIssues',
  'state',
  'documents.name',
  'documents.state',
];
const PROJECTION = Object.fromEntries(FIELDS.map((field) => [field, 1]));
/** The bridge keeps the last 100 message IDs of a delivery (`KEPT_MESSAGES`): beyond that an unknown reply may be an old one. */
const MAX_REMEMBERED_MESSAGES = 100;

type Consumer = 'intake' | 'documents' | 'agency-bridge' | 'notifications';
const CONSUMERS: readonly Consumer[] = ['intake', 'documents', 'agency-bridge', 'notifications'];

/** Services that number events, and the collection of each. */
const COLLECTIONS = {
  intake: 'applications',
  documents: 'documents',
  'agency-bridge': 'deliveries',
  identity: 'mandates',
} as const;
type Producer = keyof typeof COLLECTIONS;

interface SetAsideEvent {
  kind: 'gap' | 'held' | 'dropped';
  subject: string;
  sequence: number;
}

/** The compared data. */
interface Inventory {
  standings: GroupPosition[];
  applications: Map<string, StoredDocument>;
  deliveries: Map<string, StoredDocument>;
  threads: Map<string, StoredDocument>;
  /** Records of the service documents. */
  records: Map<string, StoredDocument>;
  /** What the service documents keeps of applications. */
  facts: Map<string, StoredDocument>;
  mandates: Map<string, StoredDocument>;
  /** Parked events by consumer and subject. */
  aside: Record<Consumer, Map<string, SetAsideEvent[]>>;
  /** By subject. */
  published: Map<string, PublishedEvent[]>;
  /** Applications that Kafka reports as submitted. */
  filed: Set<string>;
  /** Agency replies that their deliveries do not have. */
  unknown: { topic: string; partition: number; offset: number }[];
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

async function readInventory(parts: BackupConnections, stores: Stores): Promise<Inventory> {
  const standings = await readGroupPositions(parts);
  const [applications, deliveries, threads, records, facts, mandates] = await Promise.all([
    documentsOf(stores, 'intake', 'applications'),
    documentsOf(stores, 'agency-bridge', 'deliveries'),
    documentsOf(stores, 'notifications', 'threads'),
    documentsOf(stores, 'documents', 'documents'),
    documentsOf(stores, 'documents', 'applications'),
    documentsOf(stores, 'identity', 'mandates'),
  ]);
  const aside = Object.fromEntries(
    await Promise.all(CONSUMERS.map(async (one) => [one, await readSetAsideEvents(stores, one)] as const)),
  ) as Inventory['aside'];
  const refused = await readRefusedPositions(stores);
  const inventory: Inventory = {
    standings,
    applications,
    deliveries,
    threads,
    records,
    facts,
    mandates,
    aside,
    published: new Map(),
    filed: new Set(),
    unknown: [],
  };
  const topics = [...new Set(standings.map(({ topic }) => topic))];
  await forEachEvent(parts, topics, (event) => {
    if (event.topic.endsWith('.replies')) recordReply(inventory, event, parts.prefix, refused);
    else recordPublished(inventory, event);
  });
  return inventory;
}

async function documentsOf(
  stores: Stores,
  service: Consumer | Producer,
  collection: string,
): Promise<Map<string, StoredDocument>> {
  const found = stores.database(service).collection<StoredDocument>(collection).find({}, { projection: PROJECTION });
  return new Map((await found.toArray()).map((one) => [one._id, one as StoredDocument]));
}

async function readSetAsideEvents(stores: Stores, service: Consumer): Promise<Map<string, SetAsideEvent[]>> {
  const collection = stores.database(service).collection<SetAsideEvent & mongo.Document>('parkedEvents');
  const projection = { kind: 1, subject: 1, sequence: 1 };
  return Map.groupBy(await collection.find({}, { projection }).toArray(), ({ subject }) => subject);
}

/** Returns `<topic>/<partition>/<offset>` of refused replies. */
async function readRefusedPositions(stores: Stores): Promise<Set<string>> {
  const collection = stores.database('agency-bridge').collection<{ _id: string }>('refusedReplies');
  return new Set((await collection.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id));
}

function recordPublished({ published, filed }: Inventory, event: ReceivedEvent): void {
  const { subject, sequence, partition, offset, type } = event;
  if (sequence === null) return;
  const known = published.get(subject) ?? [];
  published.set(subject, known);
  known.push({ sequence, partition, offset: Number(offset) });
  if (type.endsWith('.ApplicationSubmitted')) filed.add(subject);
}

/** Counts a reply as unknown only if its delivery still has all message IDs. */
function recordReply(
  { deliveries, unknown }: Inventory,
  event: ReceivedEvent,
  prefix: string,
  refused: ReadonlySet<string>,
): void {
  const { id, type, subject, topic, partition, offset } = event;
  const delivery = deliveries.get(lastOf(subject));
  if (!delivery || !type.startsWith('md.cups.reply.')) return;
  const { messages = [], reportedIssues = [] } = delivery;
  const isKnown =
    messages.includes(id) ||
    messages.length >= MAX_REMEMBERED_MESSAGES ||
    reportedIssues.some((one) => one.endsWith(` ${id}`)) ||
    refused.has(`${topic}/${partition}/${offset}`);
  if (!isKnown) unknown.push({ topic: prefix + topic, partition, offset: Number(offset) });
}

interface ComparedSubject {
  consumer: Consumer;
  subject: string;
  topic: string;
  account: ConsumerAccount;
}

/** Returns every subject at every consumer with a non-empty store. An empty one is not restored yet, or has nothing to count. */
function buildAccounts(inventory: Inventory, prefix: string): ComparedSubject[] {
  const { applications, deliveries, threads, records, published, facts } = inventory;
  const withoutFacts = new Set(findWithoutFacts(applications.values(), facts));
  const byApplication = new Map([...deliveries.values()].map((one) => [one.application ?? '', one]));
  const subjects = new Set([...published.keys(), ...[...applications.keys()].map((id) => `applications/${id}`)]);
  const all: ComparedSubject[] = [];
  for (const subject of subjects) {
    if (!subject.startsWith('applications/')) continue;
    const producer = applications.get(lastOf(subject));
    const isFiled = inventory.filed.has(subject) || (producer?.submissions?.length ?? 0) > 0;
    const delivery = byApplication.get(subject);
    const of = (consumer: Consumer, counted = 0) => {
      const account = buildAccount(inventory, consumer, subject, { counted, producer });
      all.push({ consumer, subject, topic: `${prefix}cups.applications`, account });
    };
    // The bridge counts no events of a discarded draft.
    if (deliveries.size > 0 && (isFiled || delivery)) of('agency-bridge', delivery?.lastSeqs?.[subject]);
    // Documents counts no events: without the facts of an application, it reads all of them.
    if (records.size > 0 && isFiled && withoutFacts.has(lastOf(subject))) of('documents');
    if (threads.size > 0) of('notifications', threads.get(lastOf(subject))?.lastSeqs?.['applications']);
  }
  const ofDeliveries = new Set([...published.keys(), ...[...deliveries.keys()].map((id) => `deliveries/${id}`)]);
  for (const subject of ofDeliveries) {
    if (!subject.startsWith('deliveries/')) continue;
    // An application that intake lacks is reported as missing.
    const application = applications.get(lastOf(subject).split('-')[0]!);
    if (!application) continue;
    const counted = application.lastSeqs?.[subject] ?? 0;
    const account = buildAccount(inventory, 'intake', subject, { counted, producer: deliveries.get(lastOf(subject)) });
    all.push({ consumer: 'intake', subject, topic: `${prefix}cups.deliveries`, account });
  }
  return all;
}

function buildAccount(
  { published, aside }: Inventory,
  consumer: Consumer,
  subject: string,
  { counted, producer }: { counted: number; producer: StoredDocument | undefined },
): ConsumerAccount {
  const kept = aside[consumer].get(subject) ?? [];
  const numbers = (kind: SetAsideEvent['kind']) =>
    kept.filter((one) => one.kind === kind).map(({ sequence }) => sequence);
  return {
    counted,
    given: producer?.eventSeq ?? 0,
    published: published.get(subject) ?? [],
    outbox: (producer?.outbox ?? []).flatMap(({ sequence, topic = '' }) =>
      // Entries for the journal have a sequence of their own.
      sequence === null || topic.startsWith('cups.journal.') ? [] : [sequence],
    ),
    parked: numbers('gap'),
    held: numbers('held'),
  };
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
