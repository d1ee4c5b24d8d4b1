import { RELEASE_LOCK_PREFIX } from './messages.ts';

/**
 * Releases of the page in this browser. Each has a cache of its own, so that a release is either complete or absent,
 * and a window of the release before keeps its files.
 */

const CACHE_PREFIX = 'cups-desk-';

export const cacheNameOf = (release: string): string => `${CACHE_PREFIX}${release}`;

/** Returns a file of any stored release. Names of files contain their hash, so they are equal in all releases. */
export function findInReleases(request: Request): Promise<Response | undefined> {
  return caches.match(request.url);
}

/** Held while a release is being stored, or while others are deleted. */
const STORAGE_LOCK = 'cups-release-storage';

/** Stores a release. A former attempt may have left files, which are not deleted meanwhile. */
export async function storeRelease(store: () => Promise<unknown>): Promise<void> {
  await navigator.locks.request(STORAGE_LOCK, store);
}

/**
 * Deletes the releases that no window runs, apart from the given one. Does nothing while a release is being stored: the
 * next navigation does it.
 */
export async function deleteUnusedReleases(
  registration: ServiceWorkerRegistration,
  currentCache: string,
): Promise<void> {
  await navigator.locks.request(STORAGE_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await deleteUnused(registration, currentCache);
  });
}

async function deleteUnused(registration: ServiceWorkerRegistration, currentCache: string): Promise<void> {
  // One that is stored is not in use yet.
  if (registration.installing !== null || registration.waiting !== null) return;
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX) && name !== currentCache);
  if (names.length === 0) return;
  const mainScripts = await findRunningMainScripts();
  for (const name of names) {
    const cache = await caches.open(name);
    const uses = await Promise.all(mainScripts.map((url) => cache.match(url)));
    if (uses.every((use) => use === undefined)) await caches.delete(name);
  }
}

/** Returns the URLs of the main scripts of all open windows. */
async function findRunningMainScripts(): Promise<string[]> {
  const { held = [] } = await navigator.locks.query();
  return held.flatMap(({ name = '' }) =>
    name.startsWith(RELEASE_LOCK_PREFIX) ? [name.slice(RELEASE_LOCK_PREFIX.length)] : [],
  );
}
