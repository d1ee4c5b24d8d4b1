import { ApiError, isTransient, NetworkError, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { RetryDelay } from '../outbox/retry-delay.ts';
import { listCopies, renameCopies } from './copies.ts';
import { openDeletions } from './deletions.ts';
import type { Deletions } from './deletions.ts';
import type { PreparedFile } from './prepare-file.ts';
import type { Transfer } from './transfer.ts';
import { documentIdOf } from './types.ts';
import type { UploadOrder } from './upload-order.ts';
import { createPageUploadEnvironment } from './upload-environment.ts';
import type { UploadEnvironment } from './upload-environment.ts';
import {
  dropBytes,
  generateDocumentName,
  listUploadRecords,
  loadUpload,
  loadUploads,
  newUploadRecord,
  RECORD_KIND,
  storeUpload,
} from './upload-records.ts';
import type { StoredUpload, UploadRecord, UploadTarget } from './upload-records.ts';

/**
 * All uploads of the page. Bytes and progress are stored encrypted in this browser until the platform has the whole
 * file, so an upload continues after an interruption, a reload or a closed browser, at the byte that the platform
 * stored last. The ID of the document is generated here, so that an application names it without a line. The platform
 * creates it before the first write that names it; the bytes of two uploads at a time follow the writes.
 */

export type { UploadRecord, UploadTarget } from './upload-records.ts';

export type UploadState = 'queued' | 'sending' | 'interrupted' | 'paused' | 'rejected' | 'complete';

export interface UploadStatus {
  record: UploadRecord;
  state: UploadState;
  sentBytes: number;
  /** Why the platform rejected it. */
  rejection?: ApiError | undefined;
  /** The browser could not store it: it lives as long as the page. */
  isUnstored?: boolean | undefined;
}

interface Entry extends UploadStatus {
  content: Blob | undefined;
  retryDelay: RetryDelay;
  recreations: number;
  isRunning: boolean;
  /** The platform may have created the document. */
  isRequested: boolean;
  /** The creation under way. */
  creation?: Promise<void> | undefined;
  timer?: ReturnType<typeof setTimeout> | undefined;
  transfer?: Transfer | undefined;
}

export interface Uploads {
  /** Documents that the platform still has to delete. */
  readonly deletions: Deletions;
  /**
   * Resolves once this browser stores the file.
   * @throws StorageFullError without a line, if the browser cannot store it
   */
  add(file: PreparedFile, target: UploadTarget): Promise<UploadRecord>;
  /** Whether the clerk removed the scan with this document. */
  isLeftOut(document: string): boolean;
  /** All uploads, oldest first. The array is stable until a change. */
  all(): readonly UploadStatus[];
  /** The bytes that this page still has, for the thumbnail. */
  contentOf(id: string): Blob | undefined;
  pause(id: string): void;
  /** Continues a paused upload, or tries a rejected one again. */
  resume(id: string): void;
  /** Ends an upload here, and leaves its document out of the writes that wait. The platform drops what it has of it. */
  remove(id: string): void;
  /** Records that the draft or the answer names the document. */
  markNamed(id: string): void;
  /**
   * Creates the documents that a write names, also those of another window.
   * @returns the body to send, without scans that were left out
   * @throws ApiError, NetworkError
   */
  prepareBody(body: Record<string, unknown>): Promise<Record<string, unknown>>;
  subscribe(listener: () => void): () => void;
  /** Starts what can be sent now. */
  wake(): void;
  /** Retries interrupted uploads and deletions immediately. */
  resumeAll(): void;
  /** Interrupts all uploads. They stay stored for the next sign-in. */
  stop(): void;
}

/** The browser cannot store a file, and there is no line to send it by. */
export class StorageFullError extends Error {}

const MAX_TRANSFERS = 2;
/** The platform abandons an incomplete upload 96 hours after its creation. This leaves time to send it, in ms. */
const MAX_CREATED_AGE_MS = 95 * 60 * 60_000;
/** An upload that the platform no longer knows is created again, at most this often. */
const MAX_RECREATIONS = 5;
/** Delay before an upload that another window of this browser sends is checked again, in ms. */
const OTHER_WINDOW_MS = 5_000;

/**
 * Opens the uploads of the operator and resumes stored ones.
 * @param environment @default that of the page
 */
export async function openUploads(
  localStore: LocalStore,
  order: UploadOrder,
  environment: UploadEnvironment = createPageUploadEnvironment(),
): Promise<Uploads> {
  const [stored, deletions] = await Promise.all([
    loadUploads(localStore),
    openDeletions(localStore, (document) => environment.remove(document)),
  ]);
  return new PersistentUploads({ localStore, order, environment, deletions }, stored);
}

function newEntry({ record, content }: StoredUpload, facts: Pick<Entry, 'isRequested' | 'isUnstored'>): Entry {
  const state = record.isComplete ? 'complete' : record.isPaused ? 'paused' : 'queued';
  const retry = { retryDelay: new RetryDelay(), recreations: 0, isRunning: false };
  return Object.assign(retry, facts, { record, content, state, sentBytes: 0 } as const);
}

interface Parts {
  localStore: LocalStore;
  order: UploadOrder;
  environment: UploadEnvironment;
  deletions: Deletions;
}

class PersistentUploads implements Uploads {
  readonly deletions: Deletions;
  readonly #parts: Parts;
  readonly #entries: Entry[];
  /** Documents of scans that were removed. */
  readonly #leftOut: Set<string>;
  readonly #listeners = new Set<() => void>();
  #snapshot: readonly UploadStatus[] = [];
  #isStopped = false;

  constructor(parts: Parts, stored: readonly StoredUpload[]) {
    this.#parts = parts;
    this.deletions = parts.deletions;
    const [kept, removed] = [
      stored.filter(({ record }) => !record.isLeftOut),
      stored.filter(({ record }) => record.isLeftOut),
    ];
    this.#entries = kept.map((upload) => newEntry(upload, { isRequested: true }));
    this.#leftOut = new Set(removed.flatMap(({ record }) => namesOf(record)));
    this.#notify();
    this.#runNext();
  }

  async add(file: PreparedFile, target: UploadTarget): Promise<UploadRecord> {
    const record = newUploadRecord(file, target);
    const bytes = new Uint8Array(await file.content.arrayBuffer());
    const isStored = await storeUpload(this.#parts.localStore, record, bytes);
    // With a line a full disk does not stop the upload: it then lives as long as the page.
    if (!isStored && !this.#parts.environment.isReachable()) throw new StorageFullError();
    const content = new Blob([bytes], { type: file.mediaType });
    this.#entries.push(newEntry({ record, content }, { isRequested: !record.isLocal, isUnstored: !isStored }));
    this.#notify();
    this.#runNext();
    return record;
  }

  isLeftOut = (document: string): boolean => this.#leftOut.has(document);

  all = (): readonly UploadStatus[] => this.#snapshot;

  contentOf = (id: string): Blob | undefined => this.#find(id)?.content;

  pause(id: string): void {
    const entry = this.#find(id);
    if (!entry || entry.state === 'complete') return;
    this.#change(entry, 'paused', { isPaused: true });
    clearTimeout(entry.timer);
    entry.transfer?.stop();
  }

  resume(id: string): void {
    const entry = this.#find(id);
    if (!entry || entry.state === 'complete') return;
    entry.rejection = undefined;
    clearTimeout(entry.timer);
    this.#change(entry, 'queued', { isPaused: false });
    this.#runNext();
  }

  remove(id: string): void {
    const entry = this.#find(id);
    if (!entry) return;
    const { record, isRequested } = entry;
    this.#drop(entry);
    void this.#storeLeftOut(record);
    if (isRequested && !record.isComplete) this.deletions.add(record.document);
  }

  #drop(entry: Entry): void {
    const at = this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
    namesOf(entry.record).forEach((name) => this.#leftOut.add(name));
    clearTimeout(entry.timer);
    entry.transfer?.stop();
    this.#notify();
  }

  /** Writes that wait, also in other windows, are sent without the scan. */
  async #storeLeftOut(record: UploadRecord): Promise<void> {
    const { localStore } = this.#parts;
    await localStore
      .write(RECORD_KIND, record.id, Object.assign({}, record, { isLeftOut: true }))
      .catch(() => undefined);
    await dropBytes(localStore, record.id);
  }

  markNamed(id: string): void {
    const entry = this.#find(id);
    if (entry) this.#change(entry, entry.state, { isNamed: true });
  }

  async prepareBody(body: Record<string, unknown>): Promise<Record<string, unknown>> {
    const names = new Map<string, string | undefined>();
    for (const name of listCopies(body)) names.set(name, await this.#createNamed(name));
    return renameCopies(body, (name) => names.get(name));
  }

  /** Returns the name under which the platform has a document; undefined if the scan was left out. */
  async #createNamed(name: string): Promise<string | undefined> {
    const entry = await this.#findNamed(name);
    if (!entry) return this.#leftOut.has(name) ? undefined : name;
    if (isAboutToEnd(entry.record)) this.#renew(entry, { isNamed: entry.record.isNamed });
    try {
      if (entry.record.isLocal) await this.#create(entry);
    } catch (error) {
      this.#handleFailure(entry, error);
      throw error;
    }
    if (entry.state === 'rejected') this.resume(entry.record.id);
    return entry.record.document;
  }

  /** Finds an upload of this window, or takes over one of another window. */
  async #findNamed(name: string): Promise<Entry | undefined> {
    if (this.#leftOut.has(name)) return undefined;
    const { localStore } = this.#parts;
    const isIt = ({ record }: Pick<Entry, 'record'>) => namesOf(record).includes(name);
    const own = this.#entries.find(isIt);
    const record = (await listUploadRecords(localStore)).find((one) => isIt({ record: one }));
    if (record?.isLeftOut) {
      if (own) this.#drop(own);
      else this.#leftOut.add(name);
      return undefined;
    }
    const stored = own || !record ? undefined : await loadUpload(localStore, record);
    if (!stored) return own;
    const entry = newEntry(stored, { isRequested: true });
    this.#entries.push(entry);
    this.#notify();
    return entry;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  wake(): void {
    this.#runNext();
  }

  resumeAll(): void {
    this.deletions.resume();
    for (const entry of this.#entries) {
      clearTimeout(entry.timer);
      if (entry.state === 'interrupted') this.#change(entry, 'queued');
    }
    this.#runNext();
  }

  stop(): void {
    this.#isStopped = true;
    this.deletions.stop();
    for (const { timer, transfer } of this.#entries) {
      clearTimeout(timer);
      transfer?.stop();
    }
  }

  #find = (id: string): Entry | undefined => this.#entries.find(({ record }) => record.id === id);

  #change(entry: Entry, state: UploadState, changes: Partial<UploadRecord> = {}): void {
    entry.state = state;
    if (Object.keys(changes).length > 0) {
      entry.record = Object.assign({}, entry.record, changes);
      void this.#store(entry.record);
    }
    this.#notify();
  }

  /** A removed upload is not stored again. */
  async #store(record: UploadRecord): Promise<void> {
    if (this.#find(record.id))
      await this.#parts.localStore.write(RECORD_KIND, record.id, record).catch(() => undefined);
  }

  #notify(): void {
    this.#snapshot = this.#entries.map(({ record, state, sentBytes, rejection, isUnstored }) => ({
      record,
      state,
      sentBytes,
      rejection,
      isUnstored,
    }));
    this.#listeners.forEach((listener) => listener());
  }

  /** Creates all documents whose application the platform knows, and sends the bytes of as many as allowed. */
  #runNext(): void {
    if (this.#isStopped) return;
    const { order } = this.#parts;
    const free = MAX_TRANSFERS - this.#entries.filter(({ isRunning, record }) => isRunning && !record.isLocal).length;
    const ready = this.#entries.filter(({ state, isRunning }) => state === 'queued' && !isRunning);
    const local = ready.filter(({ record }) => record.isLocal && order.canCreate(record));
    const created = ready.filter(({ record }) => !record.isLocal && order.canSend(record));
    for (const entry of [...local, ...created.slice(0, Math.max(0, free))]) void this.#run(entry);
  }

  async #run(entry: Entry): Promise<void> {
    entry.isRunning = true;
    try {
      const isHere = await this.#holdAlone(entry.record.id, () => this.#proceed(entry));
      if (!isHere) await this.#leaveToOtherWindow(entry);
    } catch (error) {
      this.#handleFailure(entry, error);
    } finally {
      entry.isRunning = false;
      entry.transfer = undefined;
      this.#runNext();
    }
  }

  /**
   * Runs a task unless another window of this browser runs it.
   * @returns false if another window does
   */
  #holdAlone(id: string, task: () => Promise<void>): Promise<boolean> {
    return this.#parts.environment.locks.request(`cups-upload ${id}`, { ifAvailable: true }, async (lock) => {
      if (lock) await task();
      return lock !== null;
    });
  }

  async #proceed(entry: Entry): Promise<void> {
    const stored = await this.#parts.localStore.read<UploadRecord>(RECORD_KIND, entry.record.id);
    if (!this.#find(entry.record.id)) return;
    if (stored?.isLeftOut) return this.#drop(entry);
    // Another window created it.
    if (stored?.isLocal === false && entry.record.isLocal) entry.record = stored;
    return entry.record.isLocal ? this.#create(entry) : this.#send(entry);
  }

  /** Creates the document once, however many need it. */
  #create(entry: Entry): Promise<void> {
    entry.creation ??= this.#requestCreation(entry).finally(() => (entry.creation = undefined));
    return entry.creation;
  }

  async #requestCreation(entry: Entry): Promise<void> {
    const { record } = entry;
    entry.isRequested = true;
    const document = await this.#parts.environment.create(record);
    entry.retryDelay.reset();
    // Removed meanwhile: no write names it any more.
    if (!this.#find(record.id)) return this.deletions.add(document);
    const created = { isLocal: false, createdAt: new Date().toISOString() };
    // A gateway of an earlier release chose another ID.
    const renamed =
      document === record.document ? {} : Object.assign({ isNamed: false }, replaceName(record, document));
    // Paused meanwhile: the state stays.
    this.#change(entry, entry.state, Object.assign(created, renamed));
  }

  /** Creates the document of a stored file under another name and key: the platform has abandoned the former one. */
  #renew(entry: Entry, { isNamed }: Pick<UploadRecord, 'isNamed'>): void {
    const name = replaceName(entry.record, generateDocumentName());
    this.#change(entry, entry.state, Object.assign(name, { key: crypto.randomUUID(), isLocal: true, isNamed }));
  }

  async #send(entry: Entry): Promise<void> {
    const { record, content } = entry;
    if (!content) return;
    this.#change(entry, 'sending');
    const start = await this.#parts.environment.loadTransfer();
    if (entry.state !== 'sending' || this.#isStopped || !this.#find(record.id)) return;
    entry.transfer = start(content, uploadPath(record.document), (bytes) => {
      if (bytes > entry.sentBytes) entry.retryDelay.reset();
      entry.sentBytes = bytes;
      this.#notify();
    });
    await entry.transfer.done;
    // An image stays until the page closes, as the thumbnail of what is being checked.
    if (!content.type.startsWith('image/')) entry.content = undefined;
    this.#change(entry, 'complete', { isComplete: true });
    await dropBytes(this.#parts.localStore, record.id);
  }

  /** Another window sends this upload. Once that window has sent or removed it, it ends here too. */
  async #leaveToOtherWindow(entry: Entry): Promise<void> {
    const stored = await this.#parts.localStore.read<UploadRecord>(RECORD_KIND, entry.record.id);
    if (!this.#find(entry.record.id)) return;
    if (!stored || stored.isLeftOut) return this.#drop(entry);
    entry.record = stored;
    if (stored.isComplete) return this.#change(entry, 'complete');
    this.#retryLater(entry, OTHER_WINDOW_MS);
  }

  #handleFailure(entry: Entry, error: unknown): void {
    if (this.#isStopped || !this.#find(entry.record.id) || entry.state === 'paused') return;
    if (isTransient(error)) return this.#retryLater(entry, entry.retryDelay.next(error));
    if (!(error instanceof ApiError)) throw error;
    // Signed out is no rejection: the upload continues after the next sign-in.
    if (SIGNED_OUT_REASONS.includes(error.reason)) return this.#change(entry, 'interrupted');
    const isForgotten = error.reason === 'NOT_FOUND' && entry.recreations < MAX_RECREATIONS;
    if (!isForgotten) {
      entry.rejection = error;
      return this.#change(entry, 'rejected');
    }
    // The platform has no such upload any more, or no such application yet.
    entry.recreations += 1;
    if (!entry.record.isLocal) this.#renew(entry, { isNamed: false });
    this.#retryLater(entry, entry.retryDelay.next(new NetworkError('not found')));
  }

  #retryLater(entry: Entry, delayMs: number): void {
    this.#change(entry, 'interrupted');
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      if (entry.state !== 'interrupted') return;
      this.#change(entry, 'queued');
      this.#runNext();
    }, delayMs);
  }
}

const uploadPath = (document: string): string => `/api/v1/uploads/${documentIdOf(document)}`;

const namesOf = ({ document, formerNames = [] }: UploadRecord): readonly string[] => [document, ...formerNames];

const replaceName = (record: UploadRecord, document: string): Pick<UploadRecord, 'document' | 'formerNames'> => ({
  document,
  formerNames: namesOf(record),
});

/** Whether the platform may abandon the upload before its bytes arrive. */
const isAboutToEnd = ({ isComplete, createdAt }: UploadRecord): boolean =>
  !isComplete && createdAt !== undefined && Date.now() - Date.parse(createdAt) > MAX_CREATED_AGE_MS;
