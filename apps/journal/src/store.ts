import type { Documents, Draft, Store, StoredDocument } from '@cups/store';

/** What the journal stores beside its log. */

const SCHEMA_VERSION = 1;

/** Number of entries that were indexed. It is not in the folder of the log, so that an older copy of that is found. */
export interface IndexedSize {
  /** Returns 0 before the first write. @throws Problem STORE_UNAVAILABLE */
  read(): Promise<number>;
  /** @throws Problem STORE_UNAVAILABLE */
  write(size: number): Promise<void>;
}

const SIZE_ID = 'log';

export function openIndexedSize(store: Store): IndexedSize {
  const collection = () => store.collection<{ _id: string; size: number }>('indexedSize');
  const run = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw store.failure(error, `indexedSize.${operation}`);
    }
  };
  return {
    read: () => run('read', async () => (await collection().findOne({ _id: SIZE_ID }))?.size ?? 0),
    write: (size) =>
      run('write', async () => {
        await collection().updateOne({ _id: SIZE_ID }, { $set: { size } }, { upsert: true });
      }),
  };
}

/** What servers answer if the collection does not exist; not all of them with a code. */
const NO_SUCH_COLLECTION = 'ns not found';

/** Removes the index that earlier releases kept in the store. */
export async function removeFormerIndex(store: Store): Promise<void> {
  try {
    await store.collection('entries').drop();
  } catch (error) {
    if (!String((error as Error).message).includes(NO_SUCH_COLLECTION)) throw store.failure(error, 'entries.drop');
  }
}

/** Entries of a subject that the journal has not received, although it has a later one. The ID is the first key. */
export interface MissingRange extends StoredDocument {
  source: string;
  subject: string;
  first: number;
  last: number;
  detectTime: Date;
  /** Set when an administrator dismissed it; the entry of the journal has the reason. */
  dismissTime?: Date;
}
export type MissingRanges = Documents<MissingRange>;

export function openMissingRanges(store: Store): MissingRanges {
  return store.documents<MissingRange>({
    collection: 'missingEntries',
    schema: {
      source: { type: String, required: true },
      subject: { type: String, required: true },
      first: { type: Number, required: true },
      last: { type: Number, required: true },
      detectTime: { type: Date, required: true },
      dismissTime: { type: Date },
    },
    schemaVersion: SCHEMA_VERSION,
    indexes: [{ fields: { source: 1, subject: 1 }, query: 'the missing entries of a subject' }],
    existsReason: 'ALREADY_EXISTS',
  });
}

export type MissingRangeDraft = Draft<MissingRange>;
