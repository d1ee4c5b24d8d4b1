import type { mongo } from 'mongoose';
import type { ReceivedEvent } from '@cups/contracts';
import { JOURNAL_NUMBERS, JOURNAL_TOPIC_PREFIX, toJournalSubject } from '@cups/store';
import type { JournalNumber } from '@cups/store';
import type { BackupConnections } from './connections.ts';
import { STORED_SERVICES } from './documents.ts';
import type { Stores } from './documents.ts';
import { ACCESS_LOG, entryTopics } from './entries.ts';
import type { JournaledService } from './entries.ts';
import { forEachEvent } from './positions.ts';

interface CountedDocument {
  _id: string;
  journalSeq?: number;
  revision: number;
}

/** The highest published number of each document, by service and then by `<collection>/<ID>`. */
export type PublishedNumbers = ReadonlyMap<JournaledService, ReadonlyMap<string, number>>;

const CHUNK = 500;

/**
 * Advances the numbers of journal entries in a restored store to the published ones, before its services start. The journal
 * refuses an entry under a number that it knows from another event. Numbers of documents that the store lacks are kept, so
 * that a new document with the same ID continues after them.
 * @returns the number of documents that changed
 */
export async function rollForwardJournal(parts: BackupConnections, stores: Stores): Promise<number> {
  const numbers = new Map(STORED_SERVICES.map((service) => [service, new Map<string, number>()]));
  await forEachEvent(parts, entryTopics(parts.prefix), (event) => countEntry(numbers, event));
  return advanceJournalNumbers(stores, numbers);
}

function countEntry(numbers: Map<JournaledService, Map<string, number>>, { topic, subject, sequence }: ReceivedEvent) {
  const ofService = numbers.get(topic.slice(JOURNAL_TOPIC_PREFIX.length) as JournaledService);
  if (!ofService || sequence === null || subject.startsWith(ACCESS_LOG)) return;
  ofService.set(subject, Math.max(sequence, ofService.get(subject) ?? 0));
}

/** Raises each document to the published number, and keeps those of missing ones. @returns the number of changed documents */
export async function advanceJournalNumbers(stores: Stores, numbers: PublishedNumbers): Promise<number> {
  let count = 0;
  for (const [service, published] of numbers) {
    for (const [collection, subjects] of Map.groupBy(published.keys(), collectionOf)) {
      const own = new Map(subjects.map((subject) => [subject, published.get(subject)!]));
      const { raised, missing } = await raiseNumbers(stores.database(service).collection(collection), own);
      count += raised;
      await keepNumbers(stores.database(service).collection(JOURNAL_NUMBERS), missing);
    }
  }
  return count;
}

/** @param lasts the published number by subject. @returns the number of raised documents, and the subjects without one */
async function raiseNumbers(
  documents: mongo.Collection<CountedDocument>,
  lasts: ReadonlyMap<string, number>,
): Promise<{ raised: number; missing: JournalNumber[] }> {
  const ids = [...lasts.keys()].map(idOf);
  const missing = new Map(lasts);
  let raised = 0;
  for (let at = 0; at < ids.length; at += CHUNK) {
    const filter = { _id: { $in: ids.slice(at, at + CHUNK) } };
    for (const { _id, journalSeq = 0 } of await documents.find(filter, { projection: { journalSeq: 1 } }).toArray()) {
      const subject = toJournalSubject(documents.collectionName, _id);
      const last = lasts.get(subject) ?? 0;
      missing.delete(subject);
      if (journalSeq >= last) continue;
      await documents.updateOne({ _id }, { $set: { journalSeq: last }, $inc: { revision: 1 } });
      raised += 1;
    }
  }
  return { raised, missing: [...missing].map(([_id, last]) => ({ _id, last })) };
}

async function keepNumbers(kept: mongo.Collection<JournalNumber>, missing: readonly JournalNumber[]): Promise<void> {
  for (let at = 0; at < missing.length; at += CHUNK) {
    const updates = missing.slice(at, at + CHUNK).map(({ _id, last }) => ({
      updateOne: { filter: { _id }, update: { $max: { last } }, upsert: true },
    }));
    await kept.bulkWrite(updates, { ordered: false });
  }
}

const collectionOf = (subject: string): string => subject.slice(0, subject.indexOf('/'));
const idOf = (subject: string): string => subject.slice(subject.indexOf('/') + 1);
