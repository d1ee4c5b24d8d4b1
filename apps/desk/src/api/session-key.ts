import { encodeBase64Url } from './base64url.ts';
import { setSessionKey } from './session-key-header.ts';

/**
 * The key of this browser's session: 32 random bytes that the gateway binds the session cookie to. Every request proves it,
 * so that the cookie is worthless without it. All windows share it. A lock and a sign-out destroy it; what opens the page
 * without the platform restores it.
 */

/**
 * A cache, because browsers store each entry as a file, which they delete with it. A record that is deleted from a database
 * stays readable in its files for hours.
 */
const CACHE = 'cups-session-key';
/** The name of the entry; no request goes there. */
const ENTRY = '/api/v1/sessions/current/key';

/** Counts the keys taken: a sign-in or an unlocking during a lock has taken one that stays. */
let taken = 0;

/**
 * Takes the stored key of this browser. Without one, stores the offered key, or a new one.
 * @param offered from a sealed record
 */
export async function takeSessionKey(offered?: string): Promise<void> {
  taken += 1;
  try {
    setSessionKey(await readOrStore(offered ?? generateKey()));
  } catch {
    // A private window or a policy: nothing that a thief could copy is stored either.
    setSessionKey(undefined);
  }
}

/**
 * Destroys the stored key immediately, and the one in memory once the last requests of the session are sent.
 * @param lastRequests requests under way; they may fail
 */
export async function destroySessionKey(lastRequests: Promise<unknown>): Promise<void> {
  const takenBefore = taken;
  await Promise.all([deleteStored().catch(() => undefined), lastRequests.catch(() => undefined)]);
  if (taken === takenBefore) setSessionKey(undefined);
}

/** Two windows may open at the same time. */
async function readOrStore(created: string): Promise<string> {
  return navigator.locks.request(CACHE, async () => {
    const cache = await caches.open(CACHE);
    const stored = await (await cache.match(ENTRY))?.text();
    if (stored === undefined) await cache.put(ENTRY, new Response(created));
    return stored ?? created;
  });
}

/** Only the entry: browsers delete the files of a cache when the last window has closed it. */
async function deleteStored(): Promise<void> {
  await navigator.locks.request(CACHE, async () => {
    await (await caches.open(CACHE)).delete(ENTRY);
  });
}

const generateKey = (): string => encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
