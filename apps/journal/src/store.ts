import type { Documents, Draft, Store, StoredDocument } from '@cups/store';

/** Index of the log. It can be rebuilt from the log, which stays the source of truth. */

const SCHEMA_VERSION = 1;

/** Position of an entry. The ID is its key: source, subject and sequence. */
export interface IndexedEntry extends StoredDocument {
  /** From 0. */
  position: number;
  resource: string;
}
export type IndexedEntries = Documents<IndexedEntry>;

export function openIndexedEntries(store: Store): IndexedEntries {
  return store.documents<IndexedEntry>({
    collection: 'entries',
    schema: { position: { type: Number, required: true }, resource: { type: String, required: true } },
    schemaVersion: SCHEMA_VERSION,
    indexes: [
      { fields: { position: 1 }, query: 'the newest indexed entry' },
      { fields: { resource: 1, position: 1 }, query: 'the entries about a resource' },
    ],
    existsReason: 'ALREADY_EXISTS',
  });
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
