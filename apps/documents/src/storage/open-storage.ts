import { isProblem } from '@cups/problem';
import type { Config } from '../config.ts';
import type { DocumentMetrics } from '../document-metrics.ts';
import { openFolderStorage } from './folder.ts';
import type { Storage } from './port.ts';

/** Opens the configured storage. @throws Error, one sentence, if the settings contradict each other */
export async function openStorage({ storage, environment }: Pick<Config, 'storage' | 'environment'>): Promise<Storage> {
  const { kind, folder, endpoint, region, bucket, credentials } = storage;
  if (kind === 'folder') return openFolderStorage(folder);
  if (!credentials) throw new Error('DOCUMENTS_STORAGE is s3, so S3_CREDENTIALS_FILE must be set.');
  if (environment === 'production' && endpoint.startsWith('http:'))
    throw new Error('S3_ENDPOINT must use https in production.');
  // The driver is large, and the default does not need it.
  const { openS3Storage } = await import('./s3.ts');
  return openS3Storage({ endpoint, region, bucket, credentials });
}

/** Measures whether the storage has space. */
export function watchSpace(storage: Storage, metrics: Pick<DocumentMetrics, 'setStorageFull'>): Storage {
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
