import type { mongo } from 'mongoose';
import type { ReceivedEvent } from '@cups/contracts';
import type { BackupConnections } from './connections.ts';
import type { Stores } from './documents.ts';
import type { PublishedEvent } from './gaps.ts';
import { forEachEvent, readGroupPositions } from './positions.ts';
import type { GroupPosition } from './positions.ts';
import type { ReferringApplication } from './references.ts';
import { idOf } from './names.ts';

/** Reads what a repair compares: documents with their counts, parked events, and all retained events. */

interface OutboxEntry {
  sequence: number | null;
  topic?: string;
}

export interface StoredDocument extends ReferringApplication {
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

export type Consumer = 'intake' | 'documents' | 'agency-bridge' | 'notifications';
const CONSUMERS: readonly Consumer[] = ['intake', 'documents', 'agency-bridge', 'notifications'];

/** Services that number events, and the collection of each. */
export const COLLECTIONS = {
  intake: 'applications',
  documents: 'documents',
  'agency-bridge': 'deliveries',
  identity: 'mandates',
} as const;
export type Producer = keyof typeof COLLECTIONS;

export interface SetAsideEvent {
  kind: 'gap' | 'held' | 'dropped';
  subject: string;
  sequence: number;
}

/** The compared data. */
export interface Inventory {
  standings: GroupPosition[];
  applications: Map<string, StoredDocument>;
  deliveries: Map<string, StoredDocument>;
  threads: Map<string, StoredDocument>;
  /** Records of the service documents. */
  records: Map<string, StoredDocument>;
  /** What the service documents keeps of applications. */
  facts: Map<string, StoredDocument>;
  mandates: Map<string, StoredDocument>;
  /** Intake's copies of mandates. */
  copies: Map<string, StoredDocument>;
  /** Parked events by consumer and subject. */
  aside: Record<Consumer, Map<string, SetAsideEvent[]>>;
  /** By subject. */
  published: Map<string, PublishedEvent[]>;
  /** Applications that Kafka reports as submitted. */
  filed: Set<string>;
  /** Agency replies that their deliveries do not have. */
  unknown: { topic: string; partition: number; offset: number }[];
}

export async function readInventory(parts: BackupConnections, stores: Stores): Promise<Inventory> {
  const standings = await readGroupPositions(parts);
  const [applications, deliveries, threads, records, facts, mandates, copies] = await Promise.all([
    documentsOf(stores, 'intake', 'applications'),
    documentsOf(stores, 'agency-bridge', 'deliveries'),
    documentsOf(stores, 'notifications', 'threads'),
    documentsOf(stores, 'documents', 'documents'),
    documentsOf(stores, 'documents', 'applications'),
    documentsOf(stores, 'identity', 'mandates'),
    documentsOf(stores, 'intake', 'mandates'),
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
    copies,
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
  const delivery = deliveries.get(idOf(subject));
  if (!delivery || !type.startsWith('md.cups.reply.')) return;
  const { messages = [], reportedIssues = [] } = delivery;
  const isKnown =
    messages.includes(id) ||
    messages.length >= MAX_REMEMBERED_MESSAGES ||
    reportedIssues.some((one) => one.endsWith(` ${id}`)) ||
    refused.has(`${topic}/${partition}/${offset}`);
  if (!isKnown) unknown.push({ topic: prefix + topic, partition, offset: Number(offset) });
}
