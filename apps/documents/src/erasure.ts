import type { DataKeys } from '@cups/data-keys';
import type { ContentStore } from './content-store.ts';
import { erase, withoutUpload } from './domain/document.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import { toChange } from './event-encoder.ts';
import type { Storage } from './storage/port.ts';
import type { DocumentRecord, DocumentRecords } from './store.ts';

export interface ErasureDeps {
  records: DocumentRecords;
  dataKeys: DataKeys;
  storage: Storage;
  content: Pick<ContentStore, 'discard'>;
  metrics: DocumentMetrics;
  now: () => Date;
}

/** Destroys documents: first the key, so that nothing can be read any longer, then the bytes, then the record says so. */
export class Erasure {
  readonly #deps: ErasureDeps;

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
  }

  /** Erases a document and reports it. Every step can be repeated. */
  async erase(id: string, cause: 'requested' | 'expired'): Promise<void> {
    await this.#destroy(id);
    const isErased = await this.#update(id, (document, now) =>
      document.state === 'erased' ? { document } : erase(document, now),
    );
    if (isErased) this.#deps.metrics.recordErasure(id, cause);
  }

  /** Destroys the bytes of a refused document, whose record stays. */
  async discard(id: string): Promise<void> {
    await this.#destroy(id);
    await this.#update(id, (document) => (document.state === 'refused' ? withoutUpload(document) : { document }));
  }

  /** Removes the uploaded bytes of a document whose content was encoded again. */
  async trim(id: string): Promise<void> {
    const { records, content } = this.#deps;
    const document = await records.get(id, { scope: 'service' });
    if (!document || document.content?.role !== 'content') return;
    await content.discard({ document: id, role: 'upload', chunks: document.uploadChunks });
    await this.#update(id, (before) => (before.state === 'ready' ? withoutUpload(before) : { document: before }));
  }

  async #destroy(id: string): Promise<void> {
    const { dataKeys, storage } = this.#deps;
    await dataKeys.destroy(id);
    await storage.removeDocument(id);
  }

  async #update(
    id: string,
    decide: (document: DocumentRecord, now: Date) => Parameters<typeof toChange>[0],
  ): Promise<boolean> {
    const now = this.#deps.now();
    const options = { scope: 'service' as const, cause: {}, now };
    const { outcome } = await this.#deps.records.update(id, options, (document) => toChange(decide(document, now)));
    return outcome === 'applied';
  }
}
