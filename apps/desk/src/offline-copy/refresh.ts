import { ApiError, isTransient } from '../api/client.ts';
import type { Catalog, QueuePage, StoredMandate } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import {
  CATALOG_KIND,
  FILE_KIND,
  MANDATES_KIND,
  ONLY,
  QUEUE_KIND,
  READ_KIND,
  STATE_KIND,
  isExpired,
  peopleOf,
  resolveFileTime,
} from './records.ts';
import type { CopiedCatalog, CopiedFile, CopiedRead, CopyState, OfflineCopyPage } from './records.ts';

/**
 * Refreshes the offline copy: reports reads, removes what must go, and stores what changed. It runs in browsers and in
 * Node. Each file is stored before the next request, so an interrupted refresh continues where it stopped.
 */

/** Requests of a refresh. They throw `NetworkError` and `ApiError`. */
export interface CopyTransport {
  reportReads(device: string, reads: { application: string; readTime: string }[]): Promise<void>;
  getQueue(): Promise<QueuePage>;
  updateCopy(body: {
    device: string;
    held: { application: string; etag: string }[];
    pageSize: number;
  }): Promise<OfflineCopyPage>;
  /** @param etag of the stored catalog; without a change returns undefined */
  getCatalog(centre: string, etag: string | undefined): Promise<{ etag: string; catalog: Catalog } | undefined>;
  listMandates(pageToken: string): Promise<{ mandates: StoredMandate[]; nextPageToken?: string }>;
}

export interface RefreshOptions {
  store: LocalStore;
  transport: CopyTransport;
  /** ULID of this browser profile. */
  device: string;
  /** Code of the centre of the session. */
  centre: string;
  now: () => Date;
  /** Waits between two requests, so that the copy leaves the line to the operator. @param lastMs of the last request */
  pause?: (lastMs: number) => Promise<void>;
  /** Whether to stop before the next request. */
  isStopped?: () => boolean;
}

/**
 * `complete`: all is stored. `recent`: it was complete less than ten minutes ago. `interrupted`: the platform does not
 * respond, or the page stopped. `disk-full`: the browser stores no more. `refused`: the platform refuses a request.
 */
export type RefreshOutcome = 'complete' | 'recent' | 'interrupted' | 'disk-full' | 'refused';

/** Shortest time between two complete refreshes, in ms. */
const REFRESH_INTERVAL_MS = 600_000;
/** Sizes of a page on a slow and on a fast line. */
const PAGE_SIZES = { slow: 5, fast: 25 } as const;
/** A request of a fast line takes at most this time, in ms. */
const FAST_REQUEST_MS = 1_500;
/** Per report. */
const MAX_REPORTED_READS = 200;
const MAX_MANDATE_PAGES = 5;
/** An update of 200 files has at most 200 pages; more means that it never ends. */
const MAX_PAGES = 250;

class StopError extends Error {}

/** Refreshes the copy once. Never throws for a fault of the network or of the disk. */
export async function refreshOfflineCopy(options: RefreshOptions): Promise<RefreshOutcome> {
  const { store, transport, centre, now } = options;
  try {
    await removeExpired(store, now());
    await reportReads(options);
    const state = await store.read<CopyState>(STATE_KIND, ONLY);
    if (state?.centre === centre && now().getTime() - Date.parse(state.checkTime) < REFRESH_INTERVAL_MS)
      return 'recent';
    const copyTime = now().toISOString();
    await step(options, async () => store.write(QUEUE_KIND, ONLY, { page: await transport.getQueue(), copyTime }));
    const files = await updateFiles(options);
    await updateCatalog(options);
    await updateMandates(options, files, copyTime);
    await store.write(STATE_KIND, ONLY, { centre, checkTime: copyTime } satisfies CopyState);
    return 'complete';
  } catch (error) {
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): RefreshOutcome {
  if (error instanceof ApiError && !isTransient(error)) return 'refused';
  if ((error as Partial<Error>).name === 'QuotaExceededError') return 'disk-full';
  return 'interrupted';
}

/** Sends one request, after a pause that depends on the last one. Returns how long it took, in ms. */
async function step({ pause, isStopped, now }: RefreshOptions, send: () => Promise<unknown>): Promise<number> {
  if (isStopped?.()) throw new StopError();
  const start = now().getTime();
  await send();
  const duration = now().getTime() - start;
  await pause?.(duration);
  return duration;
}

/** Removes what was last known to be current more than 72 hours ago. */
async function removeExpired(store: LocalStore, now: Date): Promise<void> {
  const state = await store.read<CopyState>(STATE_KIND, ONLY);
  const files = await store.list<CopiedFile>(FILE_KIND);
  for (const file of files)
    if (isExpired(resolveFileTime(file, state), now)) await store.remove(FILE_KIND, file.file.application.id);
  for (const kind of [QUEUE_KIND, MANDATES_KIND]) {
    const record = await store.read<{ copyTime: string }>(kind, ONLY);
    if (record && isExpired(record.copyTime, now)) await store.remove(kind, ONLY);
  }
}

/** Reports the reads without a line, oldest first. A read that the platform refuses for good is dropped alone. */
async function reportReads(options: RefreshOptions): Promise<void> {
  const { store, transport, device } = options;
  const reads = (await store.list<CopiedRead>(READ_KIND)).sort((one, other) => one.id.localeCompare(other.id));
  const report = async (batch: readonly CopiedRead[]): Promise<void> => {
    const items = batch.map(({ application, readTime }) => ({ application, readTime }));
    await step(options, () =>
      transport.reportReads(device, items).catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.status !== 400) throw error;
        if (batch.length > 1) for (const one of batch) await report([one]);
      }),
    );
    for (const { id } of batch) await store.remove(READ_KIND, id);
  };
  for (let at = 0; at < reads.length; at += MAX_REPORTED_READS) await report(reads.slice(at, at + MAX_REPORTED_READS));
}

/** Stores changed files page by page, and removes those that left. Returns all files of the copy. */
async function updateFiles(options: RefreshOptions): Promise<CopiedFile[]> {
  const { store, transport, device } = options;
  const held = new Map((await store.list<CopiedFile>(FILE_KIND)).map((file) => [file.file.application.name, file]));
  let pageSize: number = PAGE_SIZES.slow;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    let remaining = 0;
    const duration = await step(options, async () => {
      const etags = [...held].map(([application, { file }]) => ({ application, etag: file.application.etag }));
      const page = await transport.updateCopy({ device, held: etags, pageSize });
      await storePage(store, page, held);
      remaining = page.remaining;
    });
    if (remaining === 0) break;
    pageSize = duration > FAST_REQUEST_MS ? PAGE_SIZES.slow : PAGE_SIZES.fast;
  }
  return [...held.values()];
}

/** Removes before it stores, which a full disk may allow only then. */
async function storePage(store: LocalStore, page: OfflineCopyPage, held: Map<string, CopiedFile>): Promise<void> {
  for (const name of page.removed) {
    const id = held.get(name)?.file.application.id;
    if (id !== undefined) await store.remove(FILE_KIND, id);
    held.delete(name);
  }
  for (const file of page.files) {
    const copied: CopiedFile = { file, operators: page.operators ?? [], copyTime: page.copyTime };
    await store.write(FILE_KIND, file.application.id, copied);
    held.set(file.application.name, copied);
  }
}

async function updateCatalog(options: RefreshOptions): Promise<void> {
  const { store, transport, centre } = options;
  const stored = await store.read<CopiedCatalog>(CATALOG_KIND, ONLY);
  const etag = stored?.centre === centre ? stored.etag : undefined;
  await step(options, async () => {
    const changed = await transport.getCatalog(centre, etag);
    if (changed) await store.write(CATALOG_KIND, ONLY, { centre, ...changed } satisfies CopiedCatalog);
  });
}

/** Stores the active mandates of the people in the files. */
async function updateMandates(options: RefreshOptions, files: readonly CopiedFile[], copyTime: string): Promise<void> {
  const people = new Set(files.flatMap(({ file }) => peopleOf(file.application)));
  const mandates: StoredMandate[] = [];
  let pageToken: string | undefined = '';
  for (let pages = 0; pageToken !== undefined && pages < MAX_MANDATE_PAGES; pages += 1) {
    await step(options, async () => {
      const page = await options.transport.listMandates(pageToken ?? '');
      mandates.push(...page.mandates.filter(({ person }) => person.idnp !== undefined && people.has(person.idnp)));
      pageToken = page.nextPageToken;
    });
  }
  await options.store.write(MANDATES_KIND, ONLY, { mandates, copyTime });
}
