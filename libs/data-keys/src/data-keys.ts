import type { Counter, Log, Metrics } from '@cups/contracts';
import { isProblem } from '@cups/problem';
import { createDataKeyBytes, DataKey } from './data-key.ts';
import { KeyCache } from './key-cache.ts';
import type { KeyCacheOptions } from './key-cache.ts';
import type { DataKeyRecord, DataKeyRecords, DestroyedKeys } from './key-records.ts';
import type { KeyWrapper } from './key-wrapper.ts';

/**
 * The data keys of a service, one for each owner: an application, a person, a document. Destroying a key erases all that
 * it sealed, and leaves a mark; copies of the wrapped key can remain for a time (`security.md`, "What remains of a
 * destroyed key"). A key is unreadable if its bytes are damaged, its key-encryption key is
 * unknown, or it is absent without a mark: the database of keys was lost, or is older than the data. All methods throw
 * Problem STORE_UNAVAILABLE.
 */
export interface DataKeys {
  /**
   * Returns the key of an owner, and creates it first if it is absent. Of two created at once, one wins for both.
   * @throws UnreadableKeyError
   */
  create(owner: string): Promise<DataKey>;
  /** Returns undefined for a destroyed key. @throws UnreadableKeyError */
  find(owner: string): Promise<DataKey | undefined>;
  /** Finds the keys of many owners with one read. Destroyed ones are in neither part. */
  findMany(owners: readonly string[]): Promise<FoundDataKeys>;
  /** Whether a key of this owner was destroyed. The owner may have a new one. */
  isDestroyed(owner: string): Promise<boolean>;
  /**
   * Succeeds also if the key is absent. The key works for no later call of this process, and for no other process once
   * its cached keys have reached their maximum age.
   */
  destroy(owner: string): Promise<void>;
}

export interface FoundDataKeys {
  keys: ReadonlyMap<string, DataKey>;
  /** Owners whose key is unreadable. */
  unreadable: ReadonlySet<string>;
}

/** A key that is damaged or was lost, which is no erasure. */
export class UnreadableKeyError extends Error {
  override readonly name = 'UnreadableKeyError';
}

export interface DataKeysOptions {
  records: DataKeyRecords;
  destroyed: DestroyedKeys;
  wrapper: KeyWrapper;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** @default no cache: a destroyed key works for nobody from then on */
  cache?: Partial<KeyCacheOptions>;
}

/** Cache of services that open sealed fields at every read: about 2 MiB. */
export const SHORT_CACHE = { maxKeys: 5_000, maxAgeMs: 60_000 } as const;

const NO_CACHE: KeyCacheOptions = { maxKeys: 0, maxAgeMs: 0, clock: () => performance.now() };
/** Keys of one read. */
const MAX_BATCH = 500;

export const createDataKeys = (options: DataKeysOptions): DataKeys => new StoredDataKeys(options);

class StoredDataKeys implements DataKeys {
  readonly #options: DataKeysOptions;
  readonly #cache: KeyCache;
  readonly #failures: Counter<'cause'>;

  constructor(options: DataKeysOptions) {
    this.#options = options;
    this.#cache = new KeyCache({ ...NO_CACHE, ...options.cache });
    this.#failures = options.metrics.counter(
      'data_key_failures_total',
      'Data keys that a read could not use, by cause: missing without having been destroyed, or damaged.',
      ['cause'],
    );
  }

  async create(owner: string): Promise<DataKey> {
    const key = this.#cache.get(owner) ?? (await this.#insert(owner)) ?? (await this.find(owner));
    if (!key) throw new Error('A data key was destroyed while it was created.');
    return key;
  }

  async find(owner: string): Promise<DataKey | undefined> {
    const cached = this.#cache.get(owner);
    if (cached) return cached;
    const keep = this.#cache.beginRead();
    const record = await this.#options.records.get(owner, { scope: 'service' });
    const key = record ? this.#unwrap(record) : undefined;
    if (key) keep(owner, key);
    else if (record || !(await this.isDestroyed(owner))) {
      this.#report(record ? 'damaged' : 'missing', [owner]);
      throw new UnreadableKeyError(`The data key of a resource is ${record ? 'damaged' : 'missing'}.`);
    }
    return key;
  }

  async findMany(owners: readonly string[]): Promise<FoundDataKeys> {
    const keys = new Map<string, DataKey>();
    const unreadable = new Set<string>();
    const uncached = [...new Set(owners)].filter((owner) => {
      const key = this.#cache.get(owner);
      if (key) keys.set(owner, key);
      return !key;
    });
    for (let start = 0; start < uncached.length; start += MAX_BATCH)
      await this.#readMany(uncached.slice(start, start + MAX_BATCH), { keys, unreadable });
    return { keys, unreadable };
  }

  async isDestroyed(owner: string): Promise<boolean> {
    return (await this.#options.destroyed.get(owner, { scope: 'service' })) !== undefined;
  }

  async destroy(owner: string): Promise<void> {
    this.#cache.remove(owner);
    try {
      // The mark comes first: a crash leaves both, and the repeat removes the key.
      await this.#mark(owner);
      await this.#options.records.remove({ _id: owner }, { scope: 'service' });
    } finally {
      // A read that began before the removal may have ended meanwhile.
      this.#cache.remove(owner);
    }
  }

  /** Returns undefined for a damaged key, or one of an unknown key-encryption key. */
  #unwrap({ keyId, bytes }: DataKeyRecord): DataKey | undefined {
    try {
      return new DataKey(this.#options.wrapper.unwrap({ keyId, bytes: Buffer.from(bytes) }));
    } catch {
      return undefined;
    }
  }

  async #readMany(
    owners: readonly string[],
    { keys, unreadable }: { keys: Map<string, DataKey>; unreadable: Set<string> },
  ): Promise<void> {
    const { records, destroyed } = this.#options;
    const keep = this.#cache.beginRead();
    const options = { scope: 'service' as const, limit: MAX_BATCH };
    const found = await records.find({ _id: { $in: [...owners] } }, options);
    const damaged: string[] = [];
    for (const record of found) {
      const key = this.#unwrap(record);
      if (key) keys.set(record._id, key);
      else damaged.push(record._id);
      if (key) keep(record._id, key);
    }
    const present = new Set(found.map(({ _id }) => _id));
    const absent = owners.filter((owner) => !present.has(owner));
    const marks = absent.length > 0 ? await destroyed.find({ _id: { $in: absent } }, options) : [];
    const marked = new Set(marks.map(({ _id }) => _id));
    const missing = absent.filter((owner) => !marked.has(owner));
    for (const owner of [...damaged, ...missing]) unreadable.add(owner);
    this.#report('damaged', damaged);
    this.#report('missing', missing);
  }

  /** Inserts a new key. @returns undefined if the owner has one */
  async #insert(owner: string): Promise<DataKey | undefined> {
    const { records, wrapper, now } = this.#options;
    const plain = createDataKeyBytes();
    const { keyId, bytes } = wrapper.wrap(plain);
    const keep = this.#cache.beginRead();
    const draft = { _id: owner, keyId, bytes, timer: null };
    const isNew = await createOnce(records.create(draft, { scope: 'service', cause: {}, now: now(), events: [] }));
    if (!isNew) return undefined;
    const key = new DataKey(plain);
    keep(owner, key);
    return key;
  }

  async #mark(owner: string): Promise<void> {
    const { destroyed, now } = this.#options;
    const time = now();
    const draft = { _id: owner, destroyTime: time, timer: null };
    await createOnce(destroyed.create(draft, { scope: 'service', cause: {}, now: time, events: [] }));
  }

  #report(cause: 'missing' | 'damaged', owners: readonly string[]): void {
    const [first] = owners;
    if (first === undefined) return;
    this.#failures.inc({ cause }, owners.length);
    this.#options.log.error({
      event: 'data-key-unreadable',
      resource: `dataKeys/${first}`,
      reason: cause,
      count: owners.length,
    });
  }
}

/** @returns false if the document existed */
async function createOnce(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (isProblem(error) && error.kind === 'EXISTS') return false;
    throw error;
  }
}
