import type { Store } from '@cups/store';
import { LRUCache } from 'lru-cache';
import type { ServiceVersion } from '../domain/application.ts';

/** So many are kept in memory, and with each the check that was made of its form. */
const MAX_CACHED = 500;

/** The copies of versions of public services: written before the first draft that names them, never changed. */
export interface ServiceVersions {
  save(version: ServiceVersion): Promise<void>;
  /** The copy that a draft was opened under. */
  get(id: string): Promise<ServiceVersion>;
}

export function openServiceVersions(store: Store): ServiceVersions {
  const copies = () => store.collection<ServiceVersion>('serviceVersions');
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'serviceVersions'));
  const cached = new LRUCache<string, ServiceVersion>({ max: MAX_CACHED });
  return {
    async save(version) {
      if (cached.has(version._id)) return;
      await copies().updateOne({ _id: version._id }, { $setOnInsert: version }, { upsert: true }).catch(rejectFailure);
      cached.set(version._id, version);
    },
    async get(id) {
      const version = cached.get(id) ?? (await copies().findOne({ _id: id }).catch(rejectFailure));
      if (!version) throw new Error('a version that a draft names is missing');
      cached.set(id, version);
      return version;
    },
  };
}
