import { createDataKey } from './crypto/chunks.ts';
import type { KeyWrapper } from './crypto/key-wrapper.ts';
import type { DataKeyRecords } from './store.ts';

/** The data keys of documents. Nothing keeps an unwrapped key, so a destroyed one works for nobody from then on. */
export interface DataKeys {
  /** Creates and stores the key of a new document. */
  create(document: string, now: Date): Promise<void>;
  /** Returns undefined for a destroyed key. @throws Error if the wrapped key is damaged */
  find(document: string): Promise<Buffer | undefined>;
  /** Succeeds also if the key does not exist. */
  destroy(document: string): Promise<void>;
}

export function createDataKeys(records: DataKeyRecords, wrapper: KeyWrapper): DataKeys {
  return {
    async create(document, now) {
      const { keyId, bytes } = wrapper.wrap(createDataKey());
      await records.create(
        { _id: document, keyId, bytes, timer: null },
        { scope: 'service', cause: {}, now, events: [] },
      );
    },
    async find(document) {
      const record = await records.get(document, { scope: 'service' });
      return record && wrapper.unwrap({ keyId: record.keyId, bytes: Buffer.from(record.bytes) });
    },
    async destroy(document) {
      await records.remove({ _id: document }, { scope: 'service' });
    },
  };
}
