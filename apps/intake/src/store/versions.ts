import type { Store } from '@cups/store';
import { LRUCache } from 'lru-cache';
import type { ServiceVersion } from '../domain/application.ts';

/** So many are kept in memory, and with each the check that was made of its form. */
const MAX_KNOWN = 500;

/** The copies of versions of public services: written before the first draft that names them, never changed. */
export interface Versions {
  keep(version: ServiceVersion): Promise<void>;
  /** The copy that a draft was opened under. */
  get(id: string): Promise<ServiceVersion>;
}

export function versionsOf(store: Store): Versions {
  const copies = () => store.collection<ServiceVersion>('serviceVersions');
  const failed = (error: unknown) => Promise.reject(store.failure(error, 'serviceVersions'));
  const known = new LRUCache<string, ServiceVersion>({ max: MAX_KNOWN });
  return {
    async keep(version) {
      if (known.has(version._id)) return;
      await copies().updateOne({ _id: version._id }, { $setOnInsert: version }, { upsert: true }).catch(failed);
      known.set(version._id, version);
    },
    async get(id) {
      const version = known.get(id) ?? (await copies().findOne({ _id: id }).catch(failed));
      if (!version) throw new Error('a version that a draft names is missing');
      known.set(id, version);
      return version;
    },
  };
}
