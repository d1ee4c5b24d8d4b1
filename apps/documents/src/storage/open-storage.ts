import type { Config } from '../config.ts';
import type { DocumentMetrics } from '../document-metrics.ts';
import { isProblem } from '@cups/problem';
import { openFolderStorage } from './folder.ts';
import type { Storage } from './port.ts';

/** Opens the configured storage. @throws Error, one sentence, if it cannot be opened */
export function openStorage({ storage }: Pick<Config, 'storage'>): Storage {
  return openFolderStorage(storage.folder);
}

/** Measures whether the storage has space. */
export function watchSpace(storage: Storage, metrics: DocumentMetrics): Storage {
  return {
    ...storage,
    async put(key, bytes) {
      try {
        await storage.put(key, bytes);
        metrics.setStorageFull(false);
      } catch (error) {
        if (isProblem(error) && error.reason === 'STORAGE_FULL') metrics.setStorageFull(true);
        throw error;
      }
    },
  };
}
