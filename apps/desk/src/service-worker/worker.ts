import { PrecacheController } from 'workbox-precaching';
import { isDeskPath } from './desk-paths.ts';
import type { RunningMessage, TakeOverMessage, WindowMessage, WorkerMessage } from './messages.ts';
import { cacheNameOf, deleteUnusedReleases, findInReleases, storeRelease } from './releases.ts';

/**
 * The service worker of the desk: opens the page without a network. It stores the files of one release and answers with
 * them. It never answers for the API, for signing in, for the tracking page or for the viewer, and stores nothing of
 * them.
 */

declare const self: ServiceWorkerGlobalScope;

/** The release and its files; the build replaces it. */
declare const RELEASE: { id: string; documentIntegrity: string; assets: string[] };

/** How long the windows have to say that they can reload, in ms. A suspended window does not answer. */
const ANSWER_TIMEOUT_MS = 2_000;

const cacheName = cacheNameOf(RELEASE.id);

type PrecacheOptions = NonNullable<ConstructorParameters<typeof PrecacheController>[0]>;

/** Stores a release in the background: the requests of the page come first, and unchanged files are copied. */
const economy: NonNullable<PrecacheOptions['plugins']>[number] = {
  requestWillFetch: ({ request }) => Promise.resolve(new Request(request, { priority: 'low' })),
  async cachedResponseWillBeUsed({ request, cachedResponse, event }) {
    if (cachedResponse !== undefined || event.type !== 'install') return cachedResponse;
    const copy = await findInReleases(request);
    if (copy !== undefined) await (await caches.open(cacheName)).put(request, copy.clone());
    return copy;
  },
};

const precache = new PrecacheController({ cacheName, plugins: [economy] });
precache.addToCacheList([
  // While gateways of two releases serve, the document may be of another one than this worker: storing it then fails.
  { url: '/', revision: RELEASE.id, integrity: RELEASE.documentIntegrity },
  ...RELEASE.assets.map((url) => ({ url, revision: null })),
]);

self.addEventListener('install', (event) => {
  event.waitUntil(storeRelease(() => precache.install(event)).catch(reportFailure));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), deleteUnusedReleases(self.registration, cacheName)]));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (!isDeskPath(pathname)) return;
    event.respondWith(openDocument(request));
    event.waitUntil(deleteUnusedReleases(self.registration, cacheName));
  } else if (pathname.startsWith('/assets/')) {
    event.respondWith(openAsset(request));
  }
});

self.addEventListener('message', (event) => {
  const message = event.data as WindowMessage;
  if (message.kind === 'take-over') event.waitUntil(takeOver(message));
  if (message.kind === 'running') answerRunning(message, event.source);
});

/** The browser may have deleted the stored release: the network remains. */
async function openDocument(request: Request): Promise<Response> {
  return (await precache.matchPrecache('/').catch(() => undefined)) ?? fetch(request);
}

async function openAsset(request: Request): Promise<Response> {
  return (await findInReleases(request).catch(() => undefined)) ?? fetch(request);
}

async function reportFailure(error: unknown): Promise<never> {
  const isOutOfSpace = error instanceof DOMException && error.name === 'QuotaExceededError';
  for (const window of await findDeskWindows()) {
    window.postMessage({ kind: 'install-failed', isOutOfSpace } satisfies WorkerMessage);
  }
  throw error;
}

/** Replaces the release in use, if no window would lose input: all windows of a browser run one release. */
async function takeOver({ isForced }: TakeOverMessage): Promise<void> {
  const windows = isForced ? [] : await findDeskWindows();
  const answers = await Promise.all(windows.map(canReload));
  if (answers.every(Boolean)) await self.skipWaiting();
}

function answerRunning({ mainScript }: RunningMessage, window: ExtendableMessageEvent['source']): void {
  const isOwn = RELEASE.assets.includes(new URL(mainScript).pathname);
  if (!isOwn) window?.postMessage({ kind: 'outdated' } satisfies WorkerMessage);
}

function canReload(window: Client): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(() => resolve(false), ANSWER_TIMEOUT_MS);
    window.postMessage({ kind: 'can-reload' } satisfies WorkerMessage, [port2]);
  });
}

async function findDeskWindows(): Promise<readonly Client[]> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.filter(({ url }) => isDeskPath(new URL(url).pathname));
}
