import type { Store } from '@cups/store';
import { LRUCache } from 'lru-cache';
import type { ServiceVersion } from '../domain/application.ts';
import type { AgencyService } from '../domain/mandates.ts';

/** Number of copies cached in memory, each with its validator. */
const MAX_CACHED = 500;
/** Number of copies of one agency that are read. */
const MAX_SERVICES = 1_000;

/** Copies of service versions. They are stored before the first draft that names them and never change. */
export interface ServiceVersions {
  save(version: ServiceVersion): Promise<void>;
  get(id: string): Promise<ServiceVersion>;
  /** Returns the public services of an agency, agencies/{code}, of which a copy exists: those that somebody opened. */
  listServices(agency: string): Promise<AgencyService[]>;
}

export function openServiceVersions(store: Store): ServiceVersions {
  store.addIndexes('serviceVersions', [{ fields: { agency: 1 }, query: 'the public services of an agency' }]);
  const copies = () => store.collection<ServiceVersion>('serviceVersions');
  const rejectFailure = (error: unknown) => Promise.reject(store.failure(error, 'serviceVersions'));
  const cached = new LRUCache<string, ServiceVersion>({ max: MAX_CACHED });
  return {
    async save(version) {
      if (cached.has(version._id)) return;
      await copies().updateOne({ _id: version._id }, { $setOnInsert: version }, { upsert: true }).catch(rejectFailure);
      cached.set(version._id, version);
    },
    async listServices(agency) {
      const fields = { publicService: 1, theme: 1 };
      return copies().find({ agency }, { projection: fields, limit: MAX_SERVICES }).toArray().catch(rejectFailure);
    },
    async get(id) {
      const version = cached.get(id) ?? (await copies().findOne({ _id: id }).catch(rejectFailure));
      if (!version) throw new Error('The service version of an application is missing.');
      cached.set(id, version);
      return version;
    },
  };
}
