import { listOwners, openDatabase } from '../local-store/database.ts';

/** Whether an operator of this browser can open the page without the platform. */

/** Local storage: set while a passphrase or a security key opens a local store of this browser. */
const OFFLINE_ACCESS_KEY = 'cups-offline-access';

export const hasOfflineAccess = (): boolean => localStorage.getItem(OFFLINE_ACCESS_KEY) !== null;

/** Updates the mark by the stored keys. Local storage is written late, so a power cut may lose it. */
export async function updateOfflineAccess(): Promise<void> {
  const db = await openDatabase();
  const owners = [...(await listOwners(db, 'passphrase')), ...(await listOwners(db, 'security-key'))];
  db.close();
  if (owners.length > 0) localStorage.setItem(OFFLINE_ACCESS_KEY, 'yes');
  else localStorage.removeItem(OFFLINE_ACCESS_KEY);
}
