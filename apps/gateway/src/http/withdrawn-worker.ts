/**
 * Replaces the desk's service worker while it is withdrawn: it takes over immediately, deletes the stored releases and
 * unregisters itself. It tells the open windows first, which would register it again. A window that opens meanwhile does
 * so, and says it. Stored input is elsewhere and stays.
 */
export const WITHDRAWN_WORKER = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(withdraw()));
addEventListener('message', (event) => event.waitUntil(withdraw()));

async function withdraw() {
  const windows = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const window of windows) window.postMessage({ kind: 'withdrawn' });
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('cups-desk-')).map((name) => caches.delete(name)));
  await registration.unregister();
}
`;
