import type { Store } from '@cups/store';
import { LRUCache } from 'lru-cache';
import type { ServiceVersion } from '../domain/application.ts';

/** Number of copies cached in memory, each with its validator. */
const MAX_CACHED = 500;

/** Copies of service versions. They are stored before the first draft that names them and never change. */
export interface ServiceVersions {
  save(version: ServiceVersion): Promise<void>;
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
      if (!version) throw new Error('The service version of an application is missing.');
      cached.set(id, version);
      return version;
    },
  };
}
