import { NetworkError } from '../api/client.ts';
import { openLocks } from '../outbox/environment.ts';
import type { Locks } from '../outbox/environment.ts';
import { isReachable } from '../session/connectivity.ts';
import { createDocument } from './create-document.ts';
import { deleteDocument } from './documents-api.ts';
import type { startTransfer } from './transfer.ts';
import type { UploadRecord } from './upload-records.ts';

/** What the uploads need of their surroundings. A page and a desk in Node run the same code with different ones. */
export interface UploadEnvironment {
  /** Whether the last request was answered. */
  isReachable(): boolean;
  /**
   * Creates the document of an upload. A repeat returns the same one.
   * @returns documents/{id}
   * @throws ApiError, NetworkError
   */
  create(record: UploadRecord): Promise<string>;
  /** Returns what sends the bytes of a created document. @throws NetworkError */
  loadTransfer(): Promise<typeof startTransfer>;
  /** Deletes a document that no write names. @throws ApiError, NetworkError */
  remove(document: string): Promise<void>;
  readonly locks: Locks;
}

/** The environment of the page. Without locks in the browser the windows share no uploads. */
export const createPageUploadEnvironment = (): UploadEnvironment => ({
  isReachable,
  create: createDocument,
  // Sending needs a script of its own, which the first screen does not wait for.
  loadTransfer: () =>
    import('./transfer.ts').then(
      (module) => module.startTransfer,
      () => {
        throw new NetworkError('the script did not load');
      },
    ),
  remove: deleteDocument,
  locks: openLocks(),
});
