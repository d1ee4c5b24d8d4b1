/**
 * Replaces the desk's service worker while it is withdrawn: it takes over immediately, deletes the stored releases and
 * unregisters itself. Stored input is elsewhere and stays. Open windows keep running.
 */
export const WITHDRAWN_WORKER = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(withdraw()));

async function withdraw() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith('cups-desk-')).map((name) => caches.delete(name)));
  await registration.unregister();
}
`;
