import { ulid } from 'ulid';

/** Local storage: the ID of this browser. It identifies nobody. */
const DEVICE_KEY = 'cups-device';

/** Returns the ID of this browser, a ULID, created at the first use. */
export function deviceId(): Promise<string> {
  const stored = localStorage.getItem(DEVICE_KEY);
  const id = stored ?? ulid();
  if (stored === null) localStorage.setItem(DEVICE_KEY, id);
  return Promise.resolve(id);
}
