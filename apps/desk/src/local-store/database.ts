import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';

/**
 * The page's database in this browser. Its keys are wrapped; a `CryptoKey` is stored by releases before 0.3.0 only. The
 * version stays 1, so that an open window with a former release does not block it.
 */

/** A data key, encrypted with a key that this browser does not store. */
export interface WrappedKey {
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** Wrapped with a key that is derived from the operator's passphrase. */
export interface PassphraseWrap extends WrappedKey {
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
}

/** Wrapped with the output of a security key (WebAuthn PRF). */
export interface SecurityKeyWrap extends WrappedKey {
  credentialId: Uint8Array<ArrayBuffer>;
  salt: Uint8Array<ArrayBuffer>;
}

/** When the platform was last reached. Readable without a key, so that the data ends also while it is locked. */
export interface ContactTimes {
  /** The last contact, in ms by this computer's clock. */
  contactAt: number;
  /** From when on the offline data is destroyed, in ms by this computer's clock. */
  expireAt: number;
  /** The newest time that this computer's clock has shown. */
  seenAt: number;
  /** Display name of the centre. */
  place: string;
}

/** What the store `keys` has for an operator, beside a key of a former release under the operator's bare name. */
interface KeyRecords {
  /** Wrapped with the key share of identity. */
  share: WrappedKey;
  passphrase: PassphraseWrap;
  'security-key': SecurityKeyWrap;
  contact: ContactTimes;
  /** The ID of this browser. It has no owner. */
  device: { id: string };
}
export type KeyRecordKind = keyof KeyRecords;

export interface SealedRecord {
  owner: string;
  kind: string;
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
  /** The same content for the platform, which alone can open it. Of unsent acts. */
  sealedAct?: SealedCopy;
}

/** A copy for the platform. */
export interface SealedCopy {
  /** A JWE. */
  text: string;
  /** Order among the acts of the operator. */
  sequence: number;
  /** By this computer's clock, in ms. */
  sealedAt: number;
}

interface LocalSchema extends DBSchema {
  keys: { key: string; value: CryptoKey | KeyRecords[KeyRecordKind] };
  records: { key: [owner: string, kind: string, id: string]; value: SealedRecord };
}

export type LocalDatabase = IDBPDatabase<LocalSchema>;

/**
 * Opens the database.
 * @throws DOMException if the browser stores nothing, for example in a private window
 */
export function openDatabase(): Promise<LocalDatabase> {
  return openDB<LocalSchema>('cups-desk', 1, {
    upgrade(database) {
      database.createObjectStore('keys');
      database.createObjectStore('records', { keyPath: ['owner', 'kind', 'id'] });
    },
  });
}

const OWNER_KINDS: readonly KeyRecordKind[] = ['share', 'passphrase', 'security-key', 'contact'];

const recordName = (kind: KeyRecordKind, owner: string): string => `${kind} ${owner}`;

export async function readKeyRecord<Kind extends KeyRecordKind>(
  db: LocalDatabase,
  kind: Kind,
  owner: string,
): Promise<KeyRecords[Kind] | undefined> {
  return (await db.get('keys', recordName(kind, owner))) as KeyRecords[Kind] | undefined;
}

export async function writeKeyRecord<Kind extends KeyRecordKind>(
  db: LocalDatabase,
  kind: Kind,
  owner: string,
  value: KeyRecords[Kind],
): Promise<void> {
  await db.put('keys', value, recordName(kind, owner));
}

/** Stores the record unless there is one. Two windows may open at the same time. @returns the stored record */
export async function addKeyRecord<Kind extends KeyRecordKind>(
  db: LocalDatabase,
  kind: Kind,
  owner: string,
  value: KeyRecords[Kind],
): Promise<KeyRecords[Kind]> {
  const transaction = db.transaction('keys', 'readwrite', { durability: 'strict' });
  const stored = await transaction.store.get(recordName(kind, owner));
  if (!stored) await transaction.store.put(value, recordName(kind, owner));
  await transaction.done;
  return (stored as KeyRecords[Kind] | undefined) ?? value;
}

/**
 * Stores the times of a contact if the operator has a data key here: a sign-out deletes the key first, and nothing of
 * the operator may be stored after it.
 */
export async function writeContactTimes(db: LocalDatabase, owner: string, times: ContactTimes): Promise<void> {
  const transaction = db.transaction('keys', 'readwrite');
  const key = await transaction.store.getKey(recordName('share', owner));
  if (key !== undefined) await transaction.store.put(times, recordName('contact', owner));
  await transaction.done;
}

export async function deleteKeyRecords(db: LocalDatabase, owner: string, kinds: readonly KeyRecordKind[]) {
  for (const kind of kinds) await db.delete('keys', recordName(kind, owner));
}

/** Returns the operators with a record of this kind. */
export async function listOwners(db: LocalDatabase, kind: KeyRecordKind): Promise<string[]> {
  const prefix = recordName(kind, '');
  const names = await db.getAllKeys('keys', IDBKeyRange.bound(prefix, `${prefix}\uffff`));
  return names.map((name) => name.slice(prefix.length));
}

/** Returns the names of all key records of an operator. */
export const keyNamesOf = (owner: string): string[] => [
  ...OWNER_KINDS.map((kind) => recordName(kind, owner)),
  // Of a former release.
  owner,
];

/** Returns the range of all records of an operator. */
export const recordsOf = (owner: string): IDBKeyRange =>
  IDBKeyRange.bound([owner, '', ''], [owner, '\uffff', '\uffff']);

/** Deletes everything of an operator: the keys first, so that remaining records are unreadable. */
export async function destroyOwner(db: LocalDatabase, owner: string): Promise<void> {
  for (const name of keyNamesOf(owner)) await db.delete('keys', name);
  await db.delete('records', recordsOf(owner));
}
