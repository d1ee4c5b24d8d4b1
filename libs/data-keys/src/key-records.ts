import type { Documents, Store, StoredDocument } from '@cups/store';

const SCHEMA_VERSION = 1;

/** A wrapped data key. The ID is that of its owner. */
export interface DataKeyRecord extends StoredDocument {
  /** ID of the key-encryption key. */
  keyId: string;
  bytes: Buffer;
}
export type DataKeyRecords = Documents<DataKeyRecord>;

/** Opens the collection of wrapped keys, which is in a database of its own. */
export function openDataKeyRecords(store: Store): DataKeyRecords {
  return store.documents<DataKeyRecord>({
    collection: 'dataKeys',
    schema: { keyId: { type: String, required: true }, bytes: { type: Buffer, required: true } },
    schemaVersion: SCHEMA_VERSION,
    indexes: [{ fields: { keyId: 1, _id: 1 }, query: 'the data keys that a former key-encryption key wraps' }],
    existsReason: 'ALREADY_EXISTS',
  });
}
