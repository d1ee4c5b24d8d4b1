import type { Counter, Log, Metrics } from '@cups/contracts';
import type { DataKeyRecords } from '@cups/data-keys';
import { objectKeys } from './content-store.ts';
import type { Storage, StoredObject } from './storage/port.ts';
import type { DocumentRecord, DocumentRecords } from './store.ts';

export interface SweepDeps {
  records: DocumentRecords;
  dataKeyRecords: DataKeyRecords;
  storage: Storage;
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Age from which an object or key that no record names is an orphan: no write takes longer. */
  orphanAgeMs: number;
}

/** Documents and keys that are read together. */
const PAGE_SIZE = 200;

/**
 * Removes objects and keys that a crash left behind: chunks whose record was never written, unfinished files, and keys
 * of documents that were never created.
 */
export class Sweep {
  readonly #deps: SweepDeps;
  readonly #orphans: Counter<'kind'>;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
    this.#orphans = deps.metrics.counter(
      'documents_orphans_removed_total',
      'Stored objects and keys that no document named, removed after 12 to 18 hours.',
      ['kind'],
    );
  }

  /** @returns the number of removed orphans */
  async run(): Promise<number> {
    const count = (await this.#sweepObjects()) + (await this.#sweepKeys());
    this.#deps.log.info({ event: 'orphans-swept', count });
    return count;
  }

  get #oldestAllowed(): Date {
    return new Date(this.#deps.now().getTime() - this.#deps.orphanAgeMs);
  }

  async #sweepObjects(): Promise<number> {
    const { storage } = this.#deps;
    const oldestAllowed = this.#oldestAllowed;
    let old: StoredObject[] = [];
    let removed = 0;
    for await (const object of storage.list()) {
      if (object.time >= oldestAllowed) continue;
      old.push(object);
      if (old.length < PAGE_SIZE) continue;
      removed += await this.#removeUnnamed(old);
      old = [];
    }
    return removed + (await this.#removeUnnamed(old));
  }

  /** Removes the objects that no record names. */
  async #removeUnnamed(objects: readonly StoredObject[]): Promise<number> {
    const { records, storage } = this.#deps;
    const ids = [...new Set(objects.map(({ key }) => documentOf(key)))];
    const found = await records.find({ _id: { $in: ids } }, { scope: 'service', limit: ids.length });
    const named = new Set(found.flatMap(namedObjects));
    const orphans = objects.filter(({ key }) => !named.has(key));
    for (const { key } of orphans) await storage.remove(key);
    if (orphans.length > 0) this.#orphans.inc({ kind: 'object' }, orphans.length);
    return orphans.length;
  }

  async #sweepKeys(): Promise<number> {
    const { records, dataKeyRecords } = this.#deps;
    const filter = { createTime: { $lt: this.#oldestAllowed } };
    let removed = 0;
    for (let pageToken = ''; ;) {
      const page = await dataKeyRecords.list({
        filter,
        scope: 'service',
        order: 'asc',
        pageSize: PAGE_SIZE,
        pageToken,
        tokenArguments: '',
      });
      const ids = page.documents.map(({ _id }) => _id);
      const projection = { _id: 1 } as const;
      const found = await records.find({ _id: { $in: ids } }, { scope: 'service', projection, limit: PAGE_SIZE });
      const known = new Set(found.map(({ _id }) => _id));
      const orphans = ids.filter((id) => !known.has(id));
      if (orphans.length > 0) await dataKeyRecords.remove({ _id: { $in: orphans } }, { scope: 'service' });
      if (orphans.length > 0) this.#orphans.inc({ kind: 'key' }, orphans.length);
      removed += orphans.length;
      if (page.nextPageToken === '') return removed;
      pageToken = page.nextPageToken;
    }
  }
}

const documentOf = (key: string): string => key.slice(0, key.indexOf('/'));

/** Returns the keys of all objects of a document. */
function namedObjects({ _id: document, uploadChunks, content, preview }: DocumentRecord): string[] {
  return [
    ...objectKeys({ document, role: 'upload', chunks: uploadChunks }),
    ...objectKeys({ document, role: 'content', chunks: content?.chunks ?? [] }),
    ...objectKeys({ document, role: 'preview', chunks: preview?.chunks ?? [] }),
  ];
}
