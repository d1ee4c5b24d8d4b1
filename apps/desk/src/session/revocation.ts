import { destroyOwner, openDatabase } from '../local-store/database.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { handInStored } from '../outbox/hand-in.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { offlineGrant } from './offline-grant.ts';

/**
 * The end of an operator's work on this device: suspended, or the device was revoked. Unsent acts are handed in for a
 * supervisor, then the local data is destroyed. Loaded on demand.
 */

/** Record kind of unsent acts. */
const WRITE_KIND = 'write';

/**
 * Hands in unsent acts and destroys the local data. If the platform refuses the acts, they stay sealed, without anything
 * else.
 * @param owner operators/{id}
 */
export async function endWork(localStore: LocalStore, owner: string): Promise<void> {
  try {
    await handInStored({ localStore, grant: offlineGrant.current() });
  } catch {
    return destroyAllButActs(owner);
  } finally {
    offlineGrant.set(undefined);
  }
  await localStore.destroy();
  await destroyStored(owner);
}

async function destroyAllButActs(owner: string): Promise<void> {
  const db = await openDatabase();
  const all = IDBKeyRange.bound([owner, '', ''], [owner, '\uffff', '\uffff']);
  for (const key of await db.getAllKeys('records', all)) if (key[1] !== WRITE_KIND) await db.delete('records', key);
  db.close();
}

/** Destroys what this browser stores of an operator, also while the page has opened none of it. */
export async function destroyStored(owner: string): Promise<void> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return;
  await destroyOwner(db, owner);
  db.close();
  await updateOfflineAccess();
}
