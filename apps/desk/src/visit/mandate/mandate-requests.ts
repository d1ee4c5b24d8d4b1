import { api, ApiError, bodyOf, isTransient, SIGNED_OUT_REASONS } from '../../api/client.ts';
import type { StoredMandate } from '../../api/types.ts';
import type { LocalStore } from '../../local-store/local-store.ts';
import { RetryDelay } from '../../outbox/retry-delay.ts';
import type { NewMandate } from '../model/mandate-subject.ts';

/**
 * Mandates that this desk records, one for each application. A request is stored in this browser until the application
 * names its mandate. While the platform is unavailable it waits, and is repeated with the same Idempotency-Key.
 */

interface MandateRecord {
  /** ID of the application. */
  application: string;
  /** The Idempotency-Key. */
  key: string;
  body: NewMandate;
}

export interface MandateRequest {
  record: MandateRecord;
  /** Why it waits: the last transient failure. */
  waitsFor?: unknown;
  /** Why the platform refused it. */
  refusal?: ApiError | undefined;
  /** The whole mandate, once it is recorded. */
  mandate?: StoredMandate | undefined;
}

interface Entry {
  request: MandateRequest;
  retryDelay: RetryDelay;
  isSending: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
  onEnd: (mandate: StoredMandate | undefined) => void;
}

export interface MandateRequests {
  /**
   * Asks for a mandate, instead of an earlier request for the same application.
   * @returns the whole mandate, or undefined if the platform refused it or it was forgotten
   */
  record(application: string, body: NewMandate): Promise<StoredMandate | undefined>;
  get(application: string): MandateRequest | undefined;
  /** All requests. The array is stable until a change. */
  all(): readonly MandateRequest[];
  /** The application names its mandate, or needs another one. */
  forget(application: string): void;
  subscribe(listener: () => void): () => void;
  /** Repeats waiting requests immediately. */
  resume(): void;
  stop(): void;
}

const RECORD_KIND = 'mandate';

/** Opens the requests and resumes stored ones. */
export async function openMandateRequests(localStore: LocalStore): Promise<MandateRequests> {
  return new StoredMandateRequests(localStore, await localStore.list<MandateRecord>(RECORD_KIND));
}

class StoredMandateRequests implements MandateRequests {
  readonly #localStore: LocalStore;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  #all: readonly MandateRequest[] = [];
  #isStopped = false;

  constructor(localStore: LocalStore, records: MandateRecord[]) {
    this.#localStore = localStore;
    for (const record of records) this.#add(record);
    this.#notify();
  }

  record(application: string, body: NewMandate): Promise<StoredMandate | undefined> {
    this.#drop(application);
    const record: MandateRecord = { application, key: crypto.randomUUID(), body };
    void this.#localStore.write(RECORD_KIND, application, record);
    const ended = new Promise<StoredMandate | undefined>((onEnd) => this.#add(record, onEnd));
    this.#notify();
    return ended;
  }

  get = (application: string): MandateRequest | undefined => this.#entries.get(application)?.request;

  all = (): readonly MandateRequest[] => this.#all;

  forget(application: string): void {
    if (!this.#entries.has(application)) return;
    this.#drop(application);
    void this.#localStore.remove(RECORD_KIND, application);
    this.#notify();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  resume(): void {
    this.#entries.forEach((entry) => void this.#send(entry));
  }

  stop(): void {
    this.#isStopped = true;
    this.#entries.forEach(({ timer }) => clearTimeout(timer));
  }

  #add(record: MandateRecord, onEnd: Entry['onEnd'] = () => undefined): void {
    const entry: Entry = { request: { record }, retryDelay: new RetryDelay(), isSending: false, onEnd };
    this.#entries.set(record.application, entry);
    void this.#send(entry);
  }

  #drop(application: string): void {
    const entry = this.#entries.get(application);
    clearTimeout(entry?.timer);
    this.#entries.delete(application);
    entry?.onEnd(undefined);
  }

  async #send(entry: Entry): Promise<void> {
    const { record, mandate, refusal } = entry.request;
    if (entry.isSending || mandate || refusal || this.#isStopped) return;
    entry.isSending = true;
    clearTimeout(entry.timer);
    try {
      const headers = { 'Idempotency-Key': record.key };
      const recorded = await bodyOf(api.POST('/api/v1/mandates', { params: { header: headers }, body: record.body }));
      this.#set(entry, { mandate: recorded });
    } catch (error) {
      this.#handleFailure(entry, error);
    } finally {
      entry.isSending = false;
    }
  }

  #handleFailure(entry: Entry, error: unknown): void {
    if (this.#isStopped || !this.#isCurrent(entry)) return;
    if (isTransient(error)) {
      entry.timer = setTimeout(() => void this.#send(entry), entry.retryDelay.next(error));
      return this.#set(entry, { waitsFor: error });
    }
    if (!(error instanceof ApiError)) throw error;
    // Signed out is no refusal: the request goes out after the next sign-in.
    if (!SIGNED_OUT_REASONS.includes(error.reason)) this.#set(entry, { refusal: error });
  }

  /** A request that was forgotten or replaced meanwhile changes nothing. */
  #set(entry: Entry, outcome: Omit<MandateRequest, 'record'>): void {
    if (!this.#isCurrent(entry)) return;
    entry.request = { record: entry.request.record, ...outcome };
    if (outcome.mandate ?? outcome.refusal) entry.onEnd(outcome.mandate);
    this.#notify();
  }

  #isCurrent = (entry: Entry): boolean => this.#entries.get(entry.request.record.application) === entry;

  #notify(): void {
    this.#all = [...this.#entries.values()].map(({ request }) => request);
    this.#listeners.forEach((listener) => listener());
  }
}
