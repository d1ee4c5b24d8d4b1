import type { ApiError } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Application } from '../api/types.ts';
import { createActChain, WRITE_RECORD_KIND } from './act-chain.ts';
import type { OutboxEnvironment } from './environment.ts';
import { withCurrentNames } from './former-writes.ts';
import { PersistentOutbox } from './persistent-outbox.ts';
import { compareWrites } from './write-queue.ts';
import type { NewWrite, Write } from './write.ts';

/**
 * All writes of the page. Writes of one application go out in order, one at a time. Each is stored until the platform
 * has responded, and is retried with the same Idempotency-Key. A rejection stops the writes of its application until
 * it is retried, replaced or discarded. Network errors are retried with backoff. Writes that are easily pressed by
 * mistake wait 10 s for an undo; closing the page sends them immediately. Of several windows of one operator, one
 * sends. A write goes out in a session at its own centre only.
 */

/** The sync state of one application. */
export interface SyncStatus {
  pending: readonly Write[];
  /** The rejection that stopped the queue. It concerns the first pending write. */
  refusal?: ApiError | undefined;
  /** When the platform last accepted a write, in ms. */
  savedAt?: number | undefined;
  /** Since when the platform is unreachable, in ms. */
  unreachableSince?: number | undefined;
  /** Why the platform does not take a write for the time being. */
  waitsFor?: ApiError | undefined;
  /** The first write was made at another centre, or nobody knows at which. It waits for a session there. */
  isElsewhere?: boolean | undefined;
  /** Key of the last write, while it can be undone. */
  undoableKey?: string | undefined;
  /** Whether each pending write survives a power cut. */
  isStored?: boolean | undefined;
  /** Whether the browser could not store a pending write: the window must stay open. */
  hasStorageError?: boolean | undefined;
}

export interface Outbox {
  /** Whether writes survive the page. */
  readonly isDurable: boolean;
  /**
   * Resolves with the application after the write. Network errors are retried, not thrown.
   * @throws ApiError if the platform rejects the write
   * @throws UndoneError of write.ts if it was undone
   */
  put(write: NewWrite): Promise<Application>;
  syncStatus(application: string): SyncStatus;
  /** Applications with pending writes, the oldest write first. The array is stable until a change. */
  pendingApplications(): readonly string[];
  /** The application after its last write, or as given to `setKnown`. */
  known(application: string): Application | undefined;
  /** Sets the version that further edits are based on. */
  setKnown(application: Application): void;
  /** Sends the rejected write again. */
  retry(application: string): void;
  /**
   * Sends notes instead of rejected or waiting writes, and continues.
   * @param keys the writes; none of them may be in flight
   */
  replaceWithNotes(application: string, keys: readonly string[], texts: readonly string[]): void;
  /** Drops writes whose content is elsewhere, such as edits of a draft that is open. Writes in flight stay. */
  withdrawWrites(application: string, keys: readonly string[]): void;
  /** Drops the write in its undo window. */
  undo(application: string): void;
  /** Sends writes in their undo window immediately. */
  flush(): void;
  /** Number of pending writes of all applications. */
  countPending(): number;
  /** Number of applications whose writes a rejection stopped. */
  countRefused(): number;
  /** Number of applications whose writes wait for a session at another centre. */
  countElsewhere(): number;
  /** Sets the centre of an application's writes that have none, because an earlier release stored them. */
  assignCentre(application: string, centre: string): void;
  /** Whether the browser could not store a write. */
  hasStorageError(): boolean;
  subscribe(listener: () => void): () => void;
  /** Reports each answer of the platform to a write, in all windows. */
  subscribeToAnswers(listener: (write: Write, answer: Application) => void): () => void;
  /** Retries immediately, for example when the network recovers. */
  resume(): void;
  stop(): void;
  /** Flushes, waits at most 3 s for all queues, then stops. Unsent writes stay stored. */
  close(): Promise<void>;
}

/** Opens the outbox and resumes stored writes. */
export async function openOutbox(localStore: LocalStore, environment: OutboxEnvironment): Promise<Outbox> {
  const channel = environment.openChannel(`cups-outbox-${environment.owner}`);
  // Messages of other windows while the store is read are applied afterwards.
  const early: unknown[] = [];
  channel.listen((message) => early.push(message));
  const loadWrites = async () =>
    (await localStore.list<Write>(WRITE_RECORD_KIND)).map(withCurrentNames).sort(compareWrites);
  const writes = await loadWrites();
  const chain = createActChain(localStore, environment, writes);
  const outbox = new PersistentOutbox({ localStore, environment, channel, chain, loadWrites }, writes, early);
  await outbox.start();
  return outbox;
}
