import type { mongo } from 'mongoose';
import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import type { BackupConnections } from './connections.ts';
import { KEY_DATABASES } from './documents.ts';
import type { KeyDatabase, StoredService, Stores } from './documents.ts';
import { forEachEvent } from './positions.ts';
import { idOf, storedActorOf } from './names.ts';

/**
 * Repeats erasures in a restored store that is older than they are. Their topics keep them longer than backups of keys may
 * live. The restore destroys the key and what identifies a person; the service does the rest when it starts.
 */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
const journalEvents = eventCodec<JournalEvents>('cups.journal.v1');

const ERASED = 'cups.intake.v1.ApplicationErased';

interface ApplicationErasure {
  rule: string;
  cause: string;
  time: Date;
  /** Of the event. */
  sequence: number;
}

/** A person's request whose erasure may still wait. */
interface ErasureRequest {
  /** operators/{id} or services/ops. */
  actor: string;
  time: Date;
  /** ID of the request. */
  cause: string;
}

/** Published erasures, by ID. */
export interface PublishedErasures {
  applications: ReadonlyMap<string, ApplicationErasure>;
  /** Threads whose notices were erased. */
  threads: ReadonlyMap<string, Date>;
  mandates: ReadonlyMap<string, Date>;
  /** Applications whose erasure a person has requested. */
  requests: ReadonlyMap<string, ErasureRequest>;
}

/** Number of erasures that were repeated. */
export type RepeatedErasures = Record<keyof PublishedErasures, number>;

/** Reads the published erasures from the events of applications and the entries for the journal. */
export async function readErasures(parts: BackupConnections): Promise<PublishedErasures> {
  const names = ['cups.applications', 'cups.journal.notifications', 'cups.journal.identity', 'cups.journal.intake'];
  const topics = names.map((name) => parts.prefix + name);
  const collector = createErasureCollector();
  await forEachEvent(parts, topics, collector.take);
  return collector.erasures;
}

/** Collects erasures from single events. Ignores all others. */
export function createErasureCollector(): { take: (event: ReceivedEvent) => void; erasures: PublishedErasures } {
  const applications = new Map<string, ApplicationErasure>();
  const threads = new Map<string, Date>();
  const mandates = new Map<string, Date>();
  const requests = new Map<string, ErasureRequest>();
  const take = (event: ReceivedEvent): void => {
    const { type, subject, sequence, time } = event;
    const erased = type === ERASED ? intakeEvents.decode(event) : undefined;
    if (erased?.type === ERASED) {
      const { cause, rule, eraseTime } = erased.data;
      const own = { cause, rule, time: fromTimestamp(eraseTime) ?? time, sequence: sequence ?? 0 };
      applications.set(idOf(subject), own);
      // A thread that does not exist yet has nothing to erase.
      threads.set(idOf(subject), time);
      return;
    }
    if (type !== 'cups.journal.v1.EntryRecorded') return;
    const { action, resource, actor = '' } = journalEvents.decode(event)?.data.entry ?? {};
    if (resource === undefined) return;
    if (action === 'erase-notices') threads.set(idOf(resource), time);
    if (action === 'erase-mandate') mandates.set(idOf(resource), time);
    if (action === 'request-erasure') requests.set(idOf(resource), { actor, time, cause: event.correlationId });
  };
  return { take, erasures: { applications, threads, mandates, requests } };
}

/** Repeats the erasures of these services. No service may run. */
export async function repeatErasures(
  stores: Stores,
  services: readonly StoredService[],
  { applications, threads, mandates, requests }: PublishedErasures,
): Promise<RepeatedErasures> {
  const repeated: RepeatedErasures = { applications: 0, threads: 0, mandates: 0, requests: 0 };
  if (services.includes('intake'))
    for (const [id, request] of requests)
      if (!applications.has(id) && (await repeatRequest(stores, id, request))) repeated.requests += 1;
  if (services.includes('intake'))
    for (const [id, erasure] of applications)
      if (await repeatApplication(stores, id, erasure)) repeated.applications += 1;
  if (services.includes('notifications'))
    for (const [id, time] of threads) if (await repeatThread(stores, id, time)) repeated.threads += 1;
  if (services.includes('identity'))
    for (const [id, time] of mandates) if (await repeatMandate(stores, id, time)) repeated.mandates += 1;
  return repeated;
}

interface Erasable {
  _id: string;
  eventSeq: number;
  erasure?: { time?: Date };
  eraseTime?: Date;
  state?: string;
}

const collectionOf = (stores: Stores, service: StoredService, name: string): mongo.Collection<Erasable> =>
  stores.database(service).collection<Erasable>(name);

/** Leaves the application as after a crash between its key and its data: intake erases and reports the rest when it starts. */
async function repeatApplication(
  stores: Stores,
  id: string,
  { rule, cause, time, sequence }: ApplicationErasure,
): Promise<boolean> {
  const applications = collectionOf(stores, 'intake', 'applications');
  const found = await applications.findOne({ _id: id });
  await destroyKey(stores, 'intake-keys', id, time);
  if (!found || found.erasure?.time) return false;
  const eventSeq = Math.max(found.eventSeq, sequence);
  const timer = { kind: 'retention', due: time };
  await applications.updateOne(
    { _id: id },
    {
      $set: { erasure: { rule, cause, startTime: time }, timer, eventSeq } as never,
      $inc: { revision: 1 } as never,
    },
  );
  return true;
}

/** Requests the erasure again, as the person did: intake erases when it starts, and tries until nothing forbids it. */
async function repeatRequest(stores: Stores, id: string, { actor, time, cause }: ErasureRequest): Promise<boolean> {
  const applications = collectionOf(stores, 'intake', 'applications');
  const filter = { _id: id, erasureRequest: { $exists: false }, erasure: { $exists: false } };
  const found = await applications.findOne(filter as never);
  if (!found) return false;
  const row = {
    kind: 'request-erasure',
    actor: storedActorOf(actor),
    occurTime: time,
    recordTime: time,
    cause,
    fromState: found.state,
    toState: found.state,
    code: UNKNOWN_REASON,
  };
  await applications.updateOne({ _id: id }, {
    $set: {
      erasureRequest: { reason: UNKNOWN_REASON, operator: actor, time },
      timer: { kind: 'retention', due: time },
    },
    $push: { history: row },
    $inc: { revision: 1 },
  } as never);
  return true;
}

/** Entries name no reason of a request; this is the most general one. */
const UNKNOWN_REASON = 'no-longer-needed';

/** Nothing is sent and nothing more is stored about the person. */
async function repeatThread(stores: Stores, id: string, time: Date): Promise<boolean> {
  const threads = collectionOf(stores, 'notifications', 'threads');
  await destroyKey(stores, 'notifications-keys', id, time);
  const { matchedCount } = await threads.updateOne({ _id: id, eraseTime: { $exists: false } }, {
    $set: { notices: [], timer: null, eraseTime: time },
    $unset: { journalSalt: '' },
    $inc: { revision: 1 },
  } as never);
  return matchedCount > 0;
}

/** Identity ends the mandate if it has not ended in the backup, and then marks it as erased. */
async function repeatMandate(stores: Stores, id: string, time: Date): Promise<boolean> {
  const mandates = collectionOf(stores, 'identity', 'mandates');
  await destroyKey(stores, 'identity-keys', id, time);
  const { matchedCount } = await mandates.updateOne({ _id: id, eraseTime: { $exists: false } }, {
    $set: { person: { kid: '', hash: [] } },
    $unset: { supportingCode: '' },
    $inc: { revision: 1 },
  } as never);
  return matchedCount > 0;
}

interface KeyRow {
  _id: string;
  createTime?: Date;
}

const keysOf = (stores: Stores, database: KeyDatabase) => stores.database(database).collection<KeyRow>('dataKeys');
const marksOf = (stores: Stores, database: KeyDatabase) =>
  stores.database(database).collection<KeyRow & { destroyTime: Date }>('destroyedKeys');

/** Marks a key as destroyed and deletes it, as the service did: without the mark, erased data look lost. */
export async function destroyKey(stores: Stores, database: KeyDatabase, owner: string, time: Date): Promise<void> {
  const marks = marksOf(stores, database);
  if (!(await marks.findOne({ _id: owner }))) {
    const own = { schemaVersion: 1, revision: 1, eventSeq: 0, outboxSeq: 0, outbox: [], requests: [], timer: null };
    await marks.insertOne({ _id: owner, destroyTime: time, createTime: time, updateTime: time, ...own } as never);
  }
  await keysOf(stores, database).deleteOne({ _id: owner });
}

const CHUNK = 500;

/**
 * Deletes keys that have a mark: they were destroyed while the backup was taken. An owner may have a newer key.
 * @returns the number of deleted keys
 */
export async function deleteMarkedKeys(stores: Stores, services: readonly StoredService[]): Promise<number> {
  let count = 0;
  for (const database of KEY_DATABASES.filter((one) => services.includes(one))) {
    const marks = new Map<string, Date>();
    for await (const { _id, destroyTime } of marksOf(stores, database).find({}, { projection: { destroyTime: 1 } }))
      marks.set(_id, destroyTime);
    const owners = [...marks.keys()];
    for (let at = 0; at < owners.length; at += CHUNK) {
      const filter = { _id: { $in: owners.slice(at, at + CHUNK) } };
      const keys = await keysOf(stores, database)
        .find(filter, { projection: { createTime: 1 } })
        .toArray();
      const ended = keys.filter(({ _id, createTime }) => !createTime || createTime <= marks.get(_id)!);
      if (ended.length === 0) continue;
      count += (await keysOf(stores, database).deleteMany({ _id: { $in: ended.map(({ _id }) => _id) } })).deletedCount;
    }
  }
  return count;
}
