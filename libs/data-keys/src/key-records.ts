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

/**
 * The mark of a destroyed key. It tells erased data from data whose key was lost, so it never ends: it holds the ID of
 * the owner and a time, and nothing about a person.
 */
export interface DestroyedKey extends StoredDocument {
  destroyTime: Date;
}
export type DestroyedKeys = Documents<DestroyedKey>;

/** Opens the marks of destroyed keys, beside the wrapped keys. */
export function openDestroyedKeys(store: Store): DestroyedKeys {
  return store.documents<DestroyedKey>({
    collection: 'destroyedKeys',
    schema: { destroyTime: { type: Date, required: true } },
    schemaVersion: SCHEMA_VERSION,
    indexes: [],
    existsReason: 'ALREADY_EXISTS',
  });
}
