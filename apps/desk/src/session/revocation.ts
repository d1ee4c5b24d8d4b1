import { destroyOwner, openDatabase, readKeyRecord } from '../local-store/database.ts';
import type { LocalDatabase } from '../local-store/database.ts';
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

/**
 * Ends the work of an operator whose local data this page cannot open, because identity has destroyed the key share. Unsent
 * acts stay sealed if the operator's words open them, so that they can be handed in. All else is destroyed.
 * @param owner operators/{id}
 * @returns the number of acts that stay
 */
export async function endSealedWork(owner: string): Promise<number> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return 0;
  const acts = await countOpenableActs(db, owner);
  if (acts > 0) await deleteAllButActs(db, owner);
  db.close();
  if (acts === 0) await destroyStored(owner);
  return acts;
}

/** Counts the sealed acts of an operator who has a passphrase. */
export async function countOpenableActs(db: LocalDatabase, owner: string): Promise<number> {
  if (!(await readKeyRecord(db, 'passphrase', owner))) return 0;
  return db.count('records', IDBKeyRange.bound([owner, WRITE_KIND, ''], [owner, WRITE_KIND, '\uffff']));
}

async function destroyAllButActs(owner: string): Promise<void> {
  const db = await openDatabase();
  await deleteAllButActs(db, owner);
  db.close();
}

async function deleteAllButActs(db: LocalDatabase, owner: string): Promise<void> {
  const all = IDBKeyRange.bound([owner, '', ''], [owner, '\uffff', '\uffff']);
  for (const key of await db.getAllKeys('records', all)) if (key[1] !== WRITE_KIND) await db.delete('records', key);
}

/** Destroys what this browser stores of an operator, also while the page has opened none of it. */
export async function destroyStored(owner: string): Promise<void> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return;
  await destroyOwner(db, owner);
  db.close();
  await updateOfflineAccess();
}
