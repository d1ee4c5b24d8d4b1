import type { mongo } from 'mongoose';
import { toJournalSubject } from '../journal-entries.ts';

/**
 * The last published numbers of journal entries whose documents a restored store lacks, by the subject of the entries. A
 * restore writes them, before the services start. A new document with the same ID continues after them: the journal has the
 * entries of the former one.
 */
export const JOURNAL_NUMBERS = 'journalNumbers';

export interface JournalNumber {
  /** `<collection>/<ID>`, as the entries have it. */
  _id: string;
  last: number;
}

/** Returns the last published numbers of new documents, by ID; nothing for those that begin at 1. */
export type ReadJournalNumbers = (collection: string, ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;

const NONE: ReadonlyMap<string, number> = new Map();

/** Reads nothing more if no restore has left numbers, because none can while the service runs. */
export function openJournalNumbers(
  open: <T extends mongo.Document>(name: string) => mongo.Collection<T>,
): ReadJournalNumbers {
  let isEmpty: boolean | undefined;
  return async (collection, ids) => {
    if (isEmpty) return NONE;
    const numbers = open<JournalNumber>(JOURNAL_NUMBERS);
    isEmpty ??= (await numbers.findOne({}, { projection: { _id: 1 } })) === null;
    if (isEmpty) return NONE;
    const idOf = new Map(ids.map((id) => [toJournalSubject(collection, id), id]));
    const found = await numbers.find({ _id: { $in: [...idOf.keys()] } }).toArray();
    return new Map(found.map(({ _id, last }) => [idOf.get(_id)!, last]));
  };
}
