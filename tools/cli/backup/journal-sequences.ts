import type { mongo } from 'mongoose';
import type { ReceivedEvent } from '@cups/contracts';
import { JOURNAL_TOPIC_PREFIX } from '@cups/store';
import type { BackupConnections } from './connections.ts';
import { STORED_SERVICES } from './documents.ts';
import type { Stores } from './documents.ts';
import { forEachEvent } from './positions.ts';

type JournaledService = (typeof STORED_SERVICES)[number];

interface CountedDocument {
  _id: string;
  journalSeq?: number;
  revision: number;
}

/** The highest published number of each document, by service and then by `<collection>/<ID>`. */
export type PublishedNumbers = ReadonlyMap<JournaledService, ReadonlyMap<string, number>>;

/** Accesses are documents of one entry each, whose ID is never used again. */
const ACCESS_LOG = 'accessLog/';
const CHUNK = 500;

/**
 * Advances the numbers of journal entries in a restored store to the published ones, before its services start. The journal
 * takes an entry whose number it knows as a duplicate, so it would drop what a document commits under a used number.
 * @returns the number of documents that changed
 */
export async function rollForwardJournal(parts: BackupConnections, stores: Stores): Promise<number> {
  const numbers = new Map(STORED_SERVICES.map((service) => [service, new Map<string, number>()]));
  const topics = STORED_SERVICES.map((service) => `${parts.prefix}${JOURNAL_TOPIC_PREFIX}${service}`);
  await forEachEvent(parts, topics, (event) => countEntry(numbers, event));
  return advanceJournalNumbers(stores, numbers);
}

function countEntry(numbers: Map<JournaledService, Map<string, number>>, { topic, subject, sequence }: ReceivedEvent) {
  const ofService = numbers.get(topic.slice(JOURNAL_TOPIC_PREFIX.length) as JournaledService);
  if (!ofService || sequence === null || subject.startsWith(ACCESS_LOG)) return;
  ofService.set(subject, Math.max(sequence, ofService.get(subject) ?? 0));
}

/** Raises each document to the published number. @returns the number of documents that changed */
export async function advanceJournalNumbers(stores: Stores, numbers: PublishedNumbers): Promise<number> {
  let count = 0;
  for (const [service, published] of numbers) {
    for (const [collection, subjects] of Map.groupBy(published.keys(), collectionOf)) {
      const documents = stores.database(service).collection<CountedDocument>(collection);
      count += await raiseNumbers(
        documents,
        new Map(subjects.map((subject) => [idOf(subject), published.get(subject)!])),
      );
    }
  }
  return count;
}

/** @param lasts the published number by document ID */
async function raiseNumbers(
  documents: mongo.Collection<CountedDocument>,
  lasts: ReadonlyMap<string, number>,
): Promise<number> {
  const ids = [...lasts.keys()];
  let count = 0;
  for (let at = 0; at < ids.length; at += CHUNK) {
    const filter = { _id: { $in: ids.slice(at, at + CHUNK) } };
    for (const { _id, journalSeq = 0 } of await documents.find(filter, { projection: { journalSeq: 1 } }).toArray()) {
      const last = lasts.get(_id) ?? 0;
      if (journalSeq >= last) continue;
      await documents.updateOne({ _id }, { $set: { journalSeq: last }, $inc: { revision: 1 } });
      count += 1;
    }
  }
  return count;
}

const collectionOf = (subject: string): string => subject.slice(0, subject.indexOf('/'));
const idOf = (subject: string): string => subject.slice(subject.indexOf('/') + 1);
