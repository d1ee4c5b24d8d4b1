import { api, ApiError, isTransient, NetworkError, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { RetryDelay } from '../outbox/retry-delay.ts';
import { openDeletions } from './deletions.ts';
import type { Deletions } from './deletions.ts';
import type { PreparedFile } from './prepare-file.ts';
import type { startTransfer, Transfer } from './transfer.ts';
import { documentIdOf } from './types.ts';

/**
 * All uploads of the page. Bytes and progress are stored encrypted in this browser until the platform has the whole
 * file, so an upload continues after an interruption, a reload or a closed browser, at the byte that the platform
 * stored last. Each upload is created immediately, so that an application can name its document; the bytes of two
 * uploads at a time follow.
 */

/** An upload as stored in this browser. */
export interface UploadRecord {
  id: string;
  /** The Idempotency-Key of its creation. */
  key: string;
  /** ID of the application. */
  application: string;
  /** Kind of evidence. */
  kind: string;
  size: number;
  sha256: string;
  mediaType: string;
  pageSizes: readonly number[];
  madeAt: string;
  /** documents/{id}, once the platform has created it. */
  document?: string | undefined;
  /** Whether the draft or the answer names the document. */
  isNamed?: boolean | undefined;
  isPaused?: boolean | undefined;
  /** All bytes are stored at the platform; only the name of the document is kept. */
  isComplete?: boolean | undefined;
}

export type UploadTarget = Pick<UploadRecord, 'application' | 'kind' | 'document'>;

export type UploadState = 'queued' | 'sending' | 'interrupted' | 'paused' | 'rejected' | 'complete';

export interface UploadStatus {
  record: UploadRecord;
  state: UploadState;
  sentBytes: number;
  /** Why the platform rejected it. */
  rejection?: ApiError | undefined;
}

interface Entry extends UploadStatus {
  content: Blob | undefined;
  retryDelay: RetryDelay;
  recreations: number;
  isRunning: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
  transfer?: Transfer | undefined;
}

export interface Uploads {
  /** Documents that the platform still has to delete. */
  readonly deletions: Deletions;
  /**
   * Resolves once this browser stores the file.
   * @param target with a document: an upload of the same bytes, which continues here
   */
  add(file: PreparedFile, target: UploadTarget): Promise<UploadRecord>;
  /** All uploads, oldest first. The array is stable until a change. */
  all(): readonly UploadStatus[];
  /** The bytes that this page still has, for the thumbnail. */
  contentOf(id: string): Blob | undefined;
  pause(id: string): void;
  /** Continues a paused upload, or tries a rejected one again. */
  resume(id: string): void;
  /** Ends an upload here. The platform drops what it has of an incomplete one. */
  remove(id: string): void;
  /** Records that the draft or the answer names the document. */
  markNamed(id: string): void;
  subscribe(listener: () => void): () => void;
  /** Retries interrupted uploads and deletions immediately. */
  resumeAll(): void;
  /** Interrupts all uploads. They stay stored for the next sign-in. */
  stop(): void;
}

const RECORD_KIND = 'upload';
const BYTES_KIND = 'upload-bytes';
const MAX_TRANSFERS = 2;
/** The platform drops an incomplete upload after this time, in ms. */
const MAX_AGE_MS = 24 * 60 * 60_000;
/** An upload that the platform no longer knows is created again, at most this often. */
const MAX_RECREATIONS = 5;
/** Delay before an upload that another window of this browser sends is checked again, in ms. */
const OTHER_WINDOW_MS = 5_000;

type LoadTransfer = () => Promise<typeof startTransfer>;

/** Sending needs a script of its own, which the first screen does not wait for. */
const loadTransfer: LoadTransfer = () =>
  import('./transfer.ts').then(
    (module) => module.startTransfer,
    () => {
      throw new NetworkError('the script did not load');
    },
  );

/** Opens the uploads of the operator and resumes stored ones. */
export async function openUploads(localStore: LocalStore, load: LoadTransfer = loadTransfer): Promise<Uploads> {
  const records = await localStore.list<UploadRecord>(RECORD_KIND);
  const isRecent = ({ madeAt }: UploadRecord) => Date.now() - Date.parse(madeAt) < MAX_AGE_MS;
  await Promise.all(records.filter((record) => !isRecent(record)).map(({ id }) => dropStored(localStore, id)));
  const entries = await Promise.all(records.filter(isRecent).map((record) => loadEntry(localStore, record)));
  const deletions = await openDeletions(localStore);
  const present = entries.filter((entry) => entry !== undefined);
  return new PersistentUploads(
    localStore,
    load,
    deletions,
    present.sort((a, b) => a.record.madeAt.localeCompare(b.record.madeAt)),
  );
}

async function loadEntry(localStore: LocalStore, record: UploadRecord): Promise<Entry | undefined> {
  if (record.isComplete) return newEntry(record, undefined);
  const bytes = await localStore.readBytes(BYTES_KIND, record.id);
  if (bytes) return newEntry(record, new Blob([bytes], { type: record.mediaType }));
  await dropStored(localStore, record.id);
  return undefined;
}

async function dropStored(localStore: LocalStore, id: string): Promise<void> {
  await localStore.remove(RECORD_KIND, id);
  await localStore.remove(BYTES_KIND, id);
}

function newEntry(record: UploadRecord, content: Blob | undefined): Entry {
  const state = record.isComplete ? 'complete' : record.isPaused ? 'paused' : 'queued';
  return { record, content, state, sentBytes: 0, retryDelay: new RetryDelay(), recreations: 0, isRunning: false };
}

class PersistentUploads implements Uploads {
  readonly deletions: Deletions;
  readonly #localStore: LocalStore;
  readonly #load: LoadTransfer;
  readonly #entries: Entry[];
  readonly #listeners = new Set<() => void>();
  #snapshot: readonly UploadStatus[] = [];
  #isStopped = false;

  constructor(localStore: LocalStore, load: LoadTransfer, deletions: Deletions, entries: Entry[]) {
    this.#localStore = localStore;
    this.#load = load;
    this.deletions = deletions;
    this.#entries = entries;
    this.#notify();
    this.#runNext();
  }

  async add(file: PreparedFile, target: UploadTarget): Promise<UploadRecord> {
    const { content, sha256, mediaType, pageSizes } = file;
    const id = crypto.randomUUID();
    const record: UploadRecord = Object.assign(
      { id, key: crypto.randomUUID(), size: content.size, sha256, mediaType, pageSizes },
      { madeAt: new Date().toISOString() },
      target,
    );
    // A full disk does not stop the upload: it then lives as long as the page.
    const bytes = new Uint8Array(await content.arrayBuffer());
    await this.#localStore.writeBytes(BYTES_KIND, id, bytes).catch(() => undefined);
    this.#entries.push(newEntry(record, new Blob([bytes], { type: mediaType })));
    await this.#store(record);
    this.#notify();
    this.#runNext();
    return record;
  }

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
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    clearTimeout(entry.timer);
    entry.transfer?.stop();
    void dropStored(this.#localStore, id);
    this.#notify();
    const { document, isComplete } = entry.record;
    if (document && !isComplete) this.deletions.add(document);
  }

  markNamed(id: string): void {
    const entry = this.#find(id);
    if (entry) this.#change(entry, entry.state, { isNamed: true });
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

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
    if (this.#find(record.id)) await this.#localStore.write(RECORD_KIND, record.id, record).catch(() => undefined);
  }

  #notify(): void {
    this.#snapshot = this.#entries.map(({ record, state, sentBytes, rejection }) => ({
      record,
      state,
      sentBytes,
      rejection,
    }));
    this.#listeners.forEach((listener) => listener());
  }

  /** Creates all new uploads, and sends the bytes of as many as allowed. */
  #runNext(): void {
    if (this.#isStopped) return;
    const free = MAX_TRANSFERS - this.#entries.filter(({ isRunning, record }) => isRunning && record.document).length;
    const ready = this.#entries.filter(({ state, isRunning }) => state === 'queued' && !isRunning);
    const unnamed = ready.filter(({ record }) => !record.document);
    const created = ready.filter(({ record }) => record.document).slice(0, Math.max(0, free));
    for (const entry of [...unnamed, ...created]) void this.#run(entry);
  }

  async #run(entry: Entry): Promise<void> {
    entry.isRunning = true;
    try {
      const isHere = await holdAlone(entry.record.id, () =>
        entry.record.document ? this.#send(entry) : this.#create(entry),
      );
      if (!isHere) await this.#leaveToOtherWindow(entry);
    } catch (error) {
      this.#handleFailure(entry, error);
    } finally {
      entry.isRunning = false;
      entry.transfer = undefined;
      this.#runNext();
    }
  }

  async #create(entry: Entry): Promise<void> {
    const { record } = entry;
    const response = await post('/api/v1/uploads', {
      'Idempotency-Key': record.key,
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(record.size),
      'Upload-Metadata': toMetadata(record),
    });
    const id = new URL(response.headers.get('Location') ?? '', 'http://localhost').pathname.split('/').at(-1);
    if (!id) throw new NetworkError('no location');
    entry.retryDelay.reset();
    // Removed meanwhile: no record names it any more.
    if (!this.#find(record.id)) return this.deletions.add(`documents/${id}`);
    // Paused meanwhile: the state stays.
    this.#change(entry, entry.state, { document: `documents/${id}` });
  }

  async #send(entry: Entry): Promise<void> {
    const { record, content } = entry;
    if (!content || !record.document) return;
    this.#change(entry, 'sending');
    const start = await this.#load();
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
    await this.#localStore.remove(BYTES_KIND, record.id);
  }

  /** Another window sends this upload. Once that window has sent or removed it, it ends here too. */
  async #leaveToOtherWindow(entry: Entry): Promise<void> {
    const stored = await this.#localStore.read<UploadRecord>(RECORD_KIND, entry.record.id);
    if (!stored) return this.remove(entry.record.id);
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
    // The platform has no such upload any more, or the application is still on its way there.
    entry.recreations += 1;
    if (entry.record.document)
      entry.record = Object.assign({}, entry.record, { key: crypto.randomUUID(), document: undefined, isNamed: false });
    this.#retryLater(entry, entry.retryDelay.next(new NetworkError('not found')));
  }

  #retryLater(entry: Entry, delayMs: number): void {
    this.#change(entry, 'interrupted');
    entry.timer = setTimeout(() => {
      if (entry.state !== 'interrupted') return;
      this.#change(entry, 'queued');
      this.#runNext();
    }, delayMs);
  }
}

const uploadPath = (document: string): string => `/api/v1/uploads/${documentIdOf(document)}`;

/** Upload-Metadata of tus 1.0: keys with Base64 values. All values here are ASCII. */
function toMetadata({ application, kind, sha256, pageSizes }: UploadRecord): string {
  const pairs: [key: string, value: string][] = [
    ['application', application],
    ['kind', kind],
    ['sha256', sha256],
  ];
  if (pageSizes.length > 0) pairs.push(['pages', pageSizes.join(',')]);
  return pairs.map(([key, value]) => `${key} ${btoa(value)}`).join(',');
}

/** The tus routes have no types in the OpenAPI document. */
async function post(path: string, headers: Record<string, string>): Promise<Response> {
  const untyped = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ response: Response }>;
  };
  return (await untyped.request('post', path, { headers, parseAs: 'text' })).response;
}

/**
 * Runs a task unless another window of this browser runs it.
 * @returns false if another window does
 */
async function holdAlone(id: string, task: () => Promise<void>): Promise<boolean> {
  if (!globalThis.navigator?.locks) return task().then(() => true);
  return navigator.locks.request(`cups-upload ${id}`, { ifAvailable: true }, async (lock) => {
    if (lock) await task();
    return lock !== null;
  });
}
