import { isProblem } from '@cups/problem';
import { createDataKeyBytes, DataKey } from './data-key.ts';
import { KeyCache } from './key-cache.ts';
import type { KeyCacheOptions } from './key-cache.ts';
import type { DataKeyRecord, DataKeyRecords } from './key-records.ts';
import type { KeyWrapper } from './key-wrapper.ts';

/**
 * The data keys of a service, one for each owner: an application, a person, a document. Destroying a key erases all that
 * it sealed, in every copy. All methods throw Problem STORE_UNAVAILABLE, and Error if a wrapped key is damaged or its
 * key-encryption key is unknown.
 */
export interface DataKeys {
  /** Returns the key of an owner, and creates it first if it is absent. Of two created at once, one wins for both. */
  create(owner: string): Promise<DataKey>;
  /** Returns undefined for a destroyed key. */
  find(owner: string): Promise<DataKey | undefined>;
  /** Returns the keys of many owners with one read. Destroyed ones are absent. */
  findMany(owners: readonly string[]): Promise<ReadonlyMap<string, DataKey>>;
  /**
   * Succeeds also if the key is absent. The key works for no later call of this process, and for no other process once
   * its cached keys have reached their maximum age.
   */
  destroy(owner: string): Promise<void>;
}

export interface DataKeysOptions {
  records: DataKeyRecords;
  wrapper: KeyWrapper;
  now: () => Date;
  /** @default no cache: a destroyed key works for nobody from then on */
  cache?: Partial<KeyCacheOptions>;
}

/** Cache of services that open sealed fields at every read: about 2 MiB. */
export const SHORT_CACHE = { maxKeys: 5_000, maxAgeMs: 60_000 } as const;

const NO_CACHE: KeyCacheOptions = { maxKeys: 0, maxAgeMs: 0, clock: () => performance.now() };
/** Keys of one read. */
const MAX_BATCH = 500;

export function createDataKeys({ records, wrapper, now, cache: given }: DataKeysOptions): DataKeys {
  const cache = new KeyCache({ ...NO_CACHE, ...given });
  const unwrap = ({ keyId, bytes }: DataKeyRecord): DataKey =>
    new DataKey(wrapper.unwrap({ keyId, bytes: Buffer.from(bytes) }));

  async function find(owner: string): Promise<DataKey | undefined> {
    const cached = cache.get(owner);
    if (cached) return cached;
    const keep = cache.beginRead();
    const record = await records.get(owner, { scope: 'service' });
    if (!record) return undefined;
    const key = unwrap(record);
    keep(owner, key);
    return key;
  }

  async function insert(owner: string): Promise<DataKey | undefined> {
    const plain = createDataKeyBytes();
    const { keyId, bytes } = wrapper.wrap(plain);
    const keep = cache.beginRead();
    try {
      const draft = { _id: owner, keyId, bytes, timer: null };
      await records.create(draft, { scope: 'service', cause: {}, now: now(), events: [] });
    } catch (error) {
      if (isProblem(error) && error.kind === 'EXISTS') return undefined;
      throw error;
    }
    const key = new DataKey(plain);
    keep(owner, key);
    return key;
  }

  return {
    find,
    async create(owner) {
      const key = cache.get(owner) ?? (await insert(owner)) ?? (await find(owner));
      if (!key) throw new Error('A data key was destroyed while it was created.');
      return key;
    },
    async findMany(owners) {
      const found = new Map<string, DataKey>();
      const missing = [...new Set(owners)].filter((owner) => {
        const key = cache.get(owner);
        if (key) found.set(owner, key);
        return !key;
      });
      for (let start = 0; start < missing.length; start += MAX_BATCH) {
        const batch = missing.slice(start, start + MAX_BATCH);
        const keep = cache.beginRead();
        for (const record of await records.find({ _id: { $in: batch } }, { scope: 'service', limit: MAX_BATCH })) {
          const key = unwrap(record);
          found.set(record._id, key);
          keep(record._id, key);
        }
      }
      return found;
    },
    async destroy(owner) {
      cache.remove(owner);
      try {
        await records.remove({ _id: owner }, { scope: 'service' });
      } finally {
        // A read that began before the removal may have ended meanwhile.
        cache.remove(owner);
      }
    },
  };
}
