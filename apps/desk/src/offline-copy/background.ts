import { api, bodyOf, countOpenRequests, subscribeToOutcomes } from '../api/client.ts';
import { BACKGROUND_HEADER, isUserIdle } from '../api/user-activity.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { deviceId } from '../session/device.ts';
import { refreshOfflineCopy } from './refresh.ts';
import type { CopyTransport } from './refresh.ts';

export { openCopySource } from './read-copy.ts';

/** Refreshes the copy of this browser while the operator does not need the line. */

/** How long the queue is shown before the first refresh, in ms. */
const START_DELAY_MS = 10_000;
/** How often the page checks whether a refresh is due, in ms. A complete one is due ten minutes after the last. */
const CHECK_INTERVAL_MS = 60_000;
/** A refresh begins this long after the last key press, click or scroll, in ms. */
const QUIET_AFTER_MS = 4_000;
/** How often a wait checks whether the line is free, in ms, and for how long it waits. */
const POLL_MS = 250;
const MAX_WAIT_MS = 120_000;
/** Only one window of a browser refreshes. */
const LOCK_NAME = 'cups-offline-copy';

export interface RefreshingOptions {
  store: LocalStore;
  /** Code of the centre. */
  centre: string;
  /** Whether writes of the operator wait. */
  isBusy: () => boolean;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Refreshes the copy now and then, and after an interruption as soon as the platform responds.
 * @returns a function that stops it before the next request
 */
export function startRefreshing({ store, centre, isBusy }: RefreshingOptions): () => void {
  let isStopped = false;
  let isReachable = true;
  let isRunning = false;
  const isLineFree = () => countOpenRequests() === 0 && !isBusy() && isUserIdle(QUIET_AFTER_MS);
  const waitForLine = async () => {
    for (let waited = 0; waited < MAX_WAIT_MS && !isStopped && !isLineFree(); waited += POLL_MS) await wait(POLL_MS);
  };
  const refresh = async () => {
    if (isRunning || isStopped || !isReachable) return;
    isRunning = true;
    await waitForLine();
    const device = await deviceId();
    // As long as the last request took, so that the copy takes at most half of the line.
    const pause = (lastMs: number) => wait(lastMs).then(waitForLine);
    const run = () =>
      refreshOfflineCopy({
        store,
        transport,
        device,
        centre,
        now: () => new Date(),
        pause,
        isStopped: () => isStopped || !isReachable,
      });
    if (!isStopped) await withLock(run);
    isRunning = false;
  };
  const unsubscribe = subscribeToOutcomes((outcome) => {
    const isRecovered = outcome === 'answer' && !isReachable;
    isReachable = outcome === 'answer';
    if (isRecovered) void refresh();
  });
  const first = setTimeout(() => void refresh(), START_DELAY_MS);
  const timer = setInterval(() => void refresh(), CHECK_INTERVAL_MS);
  return () => {
    isStopped = true;
    unsubscribe();
    clearTimeout(first);
    clearInterval(timer);
  };
}

async function withLock(run: () => Promise<unknown>): Promise<void> {
  // Browsers before 2022 have no locks: then each window refreshes, which the platform tolerates.
  if (!navigator.locks) return void (await run());
  await navigator.locks.request(LOCK_NAME, { ifAvailable: true }, (lock) => (lock ? run() : undefined));
}

/** No request of the copy is the operator's: it does not renew the session. */
const headers = Object.fromEntries([BACKGROUND_HEADER]);
const MANDATE_PAGE_SIZE = 100;

const transport: CopyTransport = {
  reportReads: async (device, reads) => {
    await api.POST('/api/v1/offline-reads', { body: { device, reads }, headers });
  },
  getQueue: () => bodyOf(api.GET('/api/v1/queue', { params: { query: { bucket: 'today', pageSize: 100 } }, headers })),
  updateCopy: (body) => bodyOf(api.POST('/api/v1/offline-copies', { body, headers })),
  async getCatalog(centre, etag) {
    // The browser revalidates its copy, so an unchanged catalog takes no bytes.
    const { data, response } = await api.GET('/api/v1/catalog', { params: { query: { centre } }, headers });
    const current = response.headers.get('ETag') ?? '';
    return data === undefined || (current !== '' && current === etag) ? undefined : { etag: current, catalog: data };
  },
  listMandates: (pageToken) => {
    const query = { state: 'active' as const, pageSize: MANDATE_PAGE_SIZE, ...(pageToken && { pageToken }) };
    return bodyOf(api.GET('/api/v1/mandates', { params: { query }, headers }));
  },
};
