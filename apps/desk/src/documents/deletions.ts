import { ApiError, isTransient, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { RetryDelay } from '../outbox/retry-delay.ts';

/**
 * Documents that the clerk removed and the platform still has. Each deletion is stored in this browser and retried
 * until the platform has no such document. The clerk reads a rejection, and confirms that they did.
 */

/** A deletion as stored in this browser. */
interface DeletionRecord {
  /** documents/{id} */
  document: string;
}

interface PendingDeletion extends DeletionRecord {
  retryDelay: RetryDelay;
  isRunning: boolean;
  rejection?: ApiError | undefined;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

export interface RejectedDeletion {
  document: string;
  error: ApiError;
}

export interface Deletions {
  add(document: string): void;
  /** Deletions that the platform rejected. The array is stable until a change. */
  rejected(): readonly RejectedDeletion[];
  /** Forgets a rejected deletion: the clerk read why. */
  dismiss(document: string): void;
  subscribe(listener: () => void): () => void;
  /** Retries all immediately. */
  resume(): void;
  /** Ends the attempts. Pending deletions stay stored for the next sign-in. */
  stop(): void;
}

const RECORD_KIND = 'document-deletion';

/** Deletes a document at the platform. @throws ApiError, NetworkError */
type DeleteDocument = (document: string) => Promise<void>;

/** Opens the deletions of the operator and resumes stored ones. */
export async function openDeletions(localStore: LocalStore, deleteDocument: DeleteDocument): Promise<Deletions> {
  const stored = await localStore.list<DeletionRecord>(RECORD_KIND);
  return new PersistentDeletions({ localStore, deleteDocument }, stored);
}

class PersistentDeletions implements Deletions {
  readonly #localStore: LocalStore;
  readonly #deleteDocument: DeleteDocument;
  readonly #pending = new Map<string, PendingDeletion>();
  readonly #listeners = new Set<() => void>();
  #rejected: readonly RejectedDeletion[] = [];
  #isStopped = false;

  constructor(
    { localStore, deleteDocument }: { localStore: LocalStore; deleteDocument: DeleteDocument },
    stored: readonly DeletionRecord[],
  ) {
    this.#localStore = localStore;
    this.#deleteDocument = deleteDocument;
    for (const { document } of stored) this.#start(document);
  }

  add(document: string): void {
    // Without a durable store the deletion lives as long as the page.
    void this.#localStore.write(RECORD_KIND, document, { document }).catch(() => undefined);
    this.#start(document);
  }

  rejected = (): readonly RejectedDeletion[] => this.#rejected;

  dismiss(document: string): void {
    this.#finish(document);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  resume(): void {
    for (const deletion of this.#pending.values()) void this.#run(deletion);
  }

  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
  }

  #start(document: string): void {
    const deletion: PendingDeletion = { document, retryDelay: new RetryDelay(), isRunning: false };
    this.#pending.set(document, deletion);
    void this.#run(deletion);
  }

  async #run(deletion: PendingDeletion): Promise<void> {
    if (this.#isStopped || deletion.isRunning || deletion.rejection) return;
    clearTimeout(deletion.timer);
    deletion.isRunning = true;
    try {
      await this.#deleteDocument(deletion.document);
      this.#finish(deletion.document);
    } catch (error) {
      this.#handleFailure(deletion, error);
    } finally {
      deletion.isRunning = false;
    }
  }

  #handleFailure(deletion: PendingDeletion, error: unknown): void {
    if (this.#isStopped) return;
    if (isTransient(error)) {
      deletion.timer = setTimeout(() => void this.#run(deletion), deletion.retryDelay.next(error));
      return;
    }
    if (!(error instanceof ApiError)) throw error;
    // Signed out is no rejection: the deletion continues after the next sign-in.
    if (SIGNED_OUT_REASONS.includes(error.reason)) return;
    // A repeat after a lost response, or erased meanwhile.
    if (error.reason === 'NOT_FOUND') return this.#finish(deletion.document);
    deletion.rejection = error;
    this.#notify();
  }

  #finish(document: string): void {
    this.#pending.delete(document);
    void this.#localStore.remove(RECORD_KIND, document).catch(() => undefined);
    this.#notify();
  }

  #notify(): void {
    this.#rejected = [...this.#pending.values()].flatMap(({ document, rejection }) =>
      rejection ? [{ document, error: rejection }] : [],
    );
    this.#listeners.forEach((listener) => listener());
  }
}
