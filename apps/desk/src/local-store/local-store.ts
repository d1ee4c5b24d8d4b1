import { openDB } from 'idb';
import type { DBSchema, IDBPDatabase } from 'idb';

/**
 * The page's storage in this browser: drafts in progress and pending writes. Each record is encrypted (AES-256-GCM)
 * with a non-extractable key of the operator, which sign-out destroys. IDs and kinds are readable; they identify
 * nobody.
 */

interface LocalSchema extends DBSchema {
  keys: { key: string; value: CryptoKey };
  records: { key: [owner: string, kind: string, id: string]; value: SealedRecord };
}
interface SealedRecord {
  owner: string;
  kind: string;
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export interface WriteOptions {
  /** Resolves only when the record is on the disk (`durability: 'strict'`), so that a power cut loses nothing. */
  isStrict?: boolean;
}

export interface LocalStore {
  /** False if the browser stores nothing; data then lives as long as the page. */
  readonly isDurable: boolean;
  read<T>(kind: string, id: string): Promise<T | undefined>;
  list<T>(kind: string): Promise<T[]>;
  /** Resolves once the record is stored. */
  write(kind: string, id: string, value: unknown, options?: WriteOptions): Promise<void>;
  readBytes(kind: string, id: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Resolves once the bytes are stored. They are removed as a record is. */
  writeBytes(kind: string, id: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(kind: string, id: string): Promise<void>;
  /** Deletes the key first, so that remaining records are unreadable, then the records. */
  destroy(): Promise<void>;
}

/**
 * Opens the store of an operator.
 * @param owner operators/{id}; each operator has an own key and records
 */
export async function openLocalStore(owner: string): Promise<LocalStore> {
  try {
    // Browsers have no `subtle` on plain HTTP of another host.
    if (!globalThis.crypto?.subtle) return createMemoryStore();
    const db = await openDB<LocalSchema>('cups-desk', 1, {
      upgrade(database) {
        database.createObjectStore('keys');
        database.createObjectStore('records', { keyPath: ['owner', 'kind', 'id'] });
      },
    });
    return await createIndexedDbStore(db, owner);
  } catch {
    // A private window, a full disk or a policy: the page works on in memory and shows that nothing is stored.
    return createMemoryStore();
  }
}

async function createIndexedDbStore(db: IDBPDatabase<LocalSchema>, owner: string): Promise<LocalStore> {
  const key = await loadOrCreateKey(db, owner);
  const rangeOf = (kind: string) => IDBKeyRange.bound([owner, kind, ''], [owner, kind, '\uffff']);
  /** A record of a destroyed key is skipped. */
  const unsealOrSkip = <T>(record: SealedRecord | undefined): Promise<T | undefined> =>
    record
      ? unseal(key, record).then(
          (plain) => decodeJson<T>(plain),
          () => undefined,
        )
      : Promise.resolve(undefined);
  return {
    isDurable: true,
    read: async (kind, id) => unsealOrSkip(await db.get('records', [owner, kind, id])),
    async list<T>(kind: string) {
      const records = await db.getAll('records', rangeOf(kind));
      const values = await Promise.all(records.map((record) => unsealOrSkip<T>(record)));
      return values.filter((value) => value !== undefined);
    },
    async write(kind, id, value, { isStrict = false } = {}) {
      const record = Object.assign({ owner, kind, id }, await seal(key, encodeJson(value)));
      const transaction = db.transaction('records', 'readwrite', { durability: isStrict ? 'strict' : 'default' });
      await Promise.all([transaction.store.put(record), transaction.done]);
    },
    async readBytes(kind, id) {
      const record = await db.get('records', [owner, kind, id]);
      return record ? unseal(key, record).catch(() => undefined) : undefined;
    },
    async writeBytes(kind, id, bytes) {
      await db.put('records', Object.assign({ owner, kind, id }, await seal(key, bytes)));
    },
    remove: (kind, id) => db.delete('records', [owner, kind, id]),
    async destroy() {
      await db.delete('keys', owner);
      await db.delete('records', IDBKeyRange.bound([owner, '', ''], [owner, '\uffff', '\uffff']));
      db.close();
    },
  };
}

/** Two windows may open at the same time; both use the key stored first. */
async function loadOrCreateKey(db: IDBPDatabase<LocalSchema>, owner: string): Promise<CryptoKey> {
  const newKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const transaction = db.transaction('keys', 'readwrite');
  const storedKey = await transaction.store.get(owner);
  if (!storedKey) await transaction.store.put(newKey, owner);
  await transaction.done;
  return storedKey ?? newKey;
}

async function seal(key: CryptoKey, plain: Uint8Array<ArrayBuffer>): Promise<Pick<SealedRecord, 'iv' | 'sealed'>> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain) };
}

async function unseal(key: CryptoKey, { iv, sealed }: SealedRecord): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed));
}

const encodeJson = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
const decodeJson = <T>(plain: Uint8Array): T => JSON.parse(new TextDecoder().decode(plain)) as T;

function createMemoryStore(): LocalStore {
  const records = new Map<string, string>();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const recordKey = (kind: string, id: string) => `${kind}\0${id}`;
  const value = <T>(text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as T));
  return {
    isDurable: false,
    read: async <T>(kind: string, id: string) => value<T>(records.get(recordKey(kind, id))),
    list: async <T>(kind: string) =>
      [...records].filter(([name]) => name.startsWith(recordKey(kind, ''))).map(([, text]) => JSON.parse(text) as T),
    write: async (kind, id, written) => void records.set(recordKey(kind, id), JSON.stringify(written)),
    readBytes: async (kind, id) => files.get(recordKey(kind, id)),
    writeBytes: async (kind, id, bytes) => void files.set(recordKey(kind, id), bytes),
    async remove(kind, id) {
      records.delete(recordKey(kind, id));
      files.delete(recordKey(kind, id));
    },
    async destroy() {
      records.clear();
      files.clear();
    },
  };
}
