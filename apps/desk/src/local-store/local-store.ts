import { openDatabase } from './database.ts';
import { isInputKind } from './input-kinds.ts';
import type { LocalDatabase, SealedCopy, SealedRecord } from './database.ts';

/**
 * The page's storage in this browser: drafts in progress and pending writes. Each record is encrypted (AES-256-GCM)
 * with the operator's data key, which is in memory only. IDs and kinds are readable; they identify nobody.
 */

export interface WriteOptions {
  /** Resolves only when the record is on the disk (`durability: 'strict'`), so that a power cut loses nothing. */
  isStrict?: boolean;
  /** The content sealed to the platform. It lives as long as the record. */
  sealedAct?: SealedCopy | undefined;
}

export interface BytesOptions extends WriteOptions {
  /** A record that is stored in the same transaction: a closed window or a power cut leaves both, or neither. */
  record?: { kind: string; id: string; value: unknown };
}

export interface LocalStore {
  /** False if the browser stores nothing; data then lives as long as the page. */
  readonly isDurable: boolean;
  /** Whether it holds half-typed input that ends with the page. */
  readonly hasUnstoredInput: boolean;
  read<T>(kind: string, id: string): Promise<T | undefined>;
  list<T>(kind: string): Promise<T[]>;
  /** Resolves once the record is stored. */
  write(kind: string, id: string, value: unknown, options?: WriteOptions): Promise<void>;
  readBytes(kind: string, id: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Resolves once the bytes are stored. They are removed as a record is. */
  writeBytes(kind: string, id: string, bytes: Uint8Array<ArrayBuffer>, options?: BytesOptions): Promise<void>;
  remove(kind: string, id: string): Promise<void>;
  /** Ends the use of the store: screens that close later store nothing more. What is stored stays. */
  close(): void;
}

/** A store in memory, until the data key arrives. */
export interface MemoryStore extends LocalStore {
  /** Stores all records in another store, and every later one too. */
  moveTo(store: LocalStore): Promise<void>;
}

/**
 * Opens the store of an operator.
 * @param owner operators/{id}; each operator has an own key and records
 * @param key the operator's data key; without one, the store is in memory
 */
export async function openLocalStore(owner: string, key?: CryptoKey): Promise<LocalStore> {
  if (!key) return createMemoryStore();
  try {
    return createIndexedDbStore(await openDatabase(), owner, key);
  } catch {
    // A private window, a full disk or a policy: the page works on in memory and shows that nothing is stored.
    return createMemoryStore();
  }
}

function createIndexedDbStore(db: LocalDatabase, owner: string, key: CryptoKey): LocalStore {
  const rangeOf = (kind: string) => IDBKeyRange.bound([owner, kind, ''], [owner, kind, '\uffff']);
  /** A record of a destroyed key is skipped. */
  const unsealOrSkip = <T>(record: SealedRecord | undefined): Promise<T | undefined> =>
    record
      ? unseal(key, record).then(
          (plain) => decodeJson<T>(plain),
          () => undefined,
        )
      : Promise.resolve(undefined);
  let isClosed = false;
  const put = async (records: readonly SealedRecord[], { isStrict = false }: WriteOptions = {}) => {
    if (isClosed) throw new DOMException('The local store is closed.', 'InvalidStateError');
    const transaction = db.transaction('records', 'readwrite', { durability: isStrict ? 'strict' : 'default' });
    await Promise.all([...records.map((record) => transaction.store.put(record)), transaction.done]);
  };
  return {
    isDurable: true,
    hasUnstoredInput: false,
    read: async (kind, id) => unsealOrSkip(await db.get('records', [owner, kind, id])),
    async list<T>(kind: string) {
      const records = await db.getAll('records', rangeOf(kind));
      const values = await Promise.all(records.map((record) => unsealOrSkip<T>(record)));
      return values.filter((value) => value !== undefined);
    },
    async write(kind, id, value, options) {
      const record = await seal(key, { owner, kind, id }, encodeJson(value));
      if (options?.sealedAct) record.sealedAct = options.sealedAct;
      await put([record], options);
    },
    async readBytes(kind, id) {
      const record = await db.get('records', [owner, kind, id]);
      return record ? unseal(key, record).catch(() => undefined) : undefined;
    },
    async writeBytes(kind, id, bytes, options) {
      const sealed = [await seal(key, { owner, kind, id }, bytes)];
      if (options?.record) {
        const { value, ...name } = options.record;
        sealed.push(await seal(key, { owner, ...name }, encodeJson(value)));
      }
      await put(sealed, options);
    },
    remove: (kind, id) => db.delete('records', [owner, kind, id]),
    close() {
      isClosed = true;
      db.close();
    },
  };
}

type RecordName = Pick<SealedRecord, 'owner' | 'kind' | 'id'>;

/** Seals a record. Its name is authenticated: a record is not opened under another one. */
export async function seal(key: CryptoKey, name: RecordName, plain: Uint8Array<ArrayBuffer>): Promise<SealedRecord> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: 'AES-GCM', iv, additionalData: encodeName(name) };
  return Object.assign({}, name, { iv, sealed: await crypto.subtle.encrypt(algorithm, key, plain) });
}

async function unseal(key: CryptoKey, record: SealedRecord): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm = { name: 'AES-GCM', iv: record.iv, additionalData: encodeName(record) };
  return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, record.sealed));
}

const encodeName = ({ owner, kind, id }: RecordName): Uint8Array<ArrayBuffer> => encodeJson([owner, kind, id]);
const encodeJson = (value: unknown): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(value));
const decodeJson = <T>(plain: Uint8Array): T => JSON.parse(new TextDecoder().decode(plain)) as T;

export function createMemoryStore(): MemoryStore {
  const entries = new Map<string, MemoryEntry>();
  let target: LocalStore | undefined;
  const keyOf = (kind: string, id: string) => `${kind}\0${id}`;
  const parse = <T>({ text }: MemoryEntry) => JSON.parse(text ?? 'null') as T;
  return {
    isDurable: false,
    get hasUnstoredInput() {
      // A text that was typed and deleted stays as an empty one.
      const isInput = ({ kind, text }: MemoryEntry) => isInputKind(kind) && text !== '""';
      return target === undefined && [...entries.values()].some(isInput);
    },
    async read<T>(kind: string, id: string) {
      if (target) return target.read<T>(kind, id);
      const entry = entries.get(keyOf(kind, id));
      return entry?.text === undefined ? undefined : parse<T>(entry);
    },
    async list<T>(kind: string) {
      if (target) return target.list<T>(kind);
      return [...entries.values()].filter((entry) => entry.kind === kind).map((entry) => parse<T>(entry));
    },
    async write(kind, id, value, options) {
      if (target) return target.write(kind, id, value, options);
      entries.set(keyOf(kind, id), { kind, id, text: JSON.stringify(value) });
    },
    readBytes: async (kind, id) => (target ? target.readBytes(kind, id) : entries.get(keyOf(kind, id))?.bytes),
    async writeBytes(kind, id, bytes, options) {
      if (target) return target.writeBytes(kind, id, bytes, options);
      entries.set(keyOf(kind, id), { kind, id, bytes });
      const { record } = options ?? {};
      if (record)
        entries.set(keyOf(record.kind, record.id), {
          kind: record.kind,
          id: record.id,
          text: JSON.stringify(record.value),
        });
    },
    async remove(kind, id) {
      if (target) return target.remove(kind, id);
      entries.delete(keyOf(kind, id));
    },
    close() {
      entries.clear();
      target?.close();
    },
    async moveTo(store) {
      await copyEntries(entries, store);
      target = store;
    },
  };
}

interface MemoryEntry {
  kind: string;
  id: string;
  text?: string;
  bytes?: Uint8Array<ArrayBuffer>;
}

/** Copies until nothing has changed meanwhile. */
async function copyEntries(entries: ReadonlyMap<string, MemoryEntry>, store: LocalStore): Promise<void> {
  const copied = new Map<string, MemoryEntry>();
  const findChanged = () => [...entries].filter(([key, entry]) => copied.get(key) !== entry);
  for (let changed = findChanged(); changed.length > 0; changed = findChanged()) {
    for (const [key, entry] of changed) {
      if (entry.bytes) await store.writeBytes(entry.kind, entry.id, entry.bytes);
      else await store.write(entry.kind, entry.id, JSON.parse(entry.text ?? 'null'));
      copied.set(key, entry);
    }
  }
  for (const [key, { kind, id }] of copied) if (!entries.has(key)) await store.remove(kind, id);
}
