import { destroyOwner, keyNamesOf, openDatabase } from '../local-store/database.ts';
import {
  countOpenableActs,
  deleteAllButActs,
  destroyAllButSealedActs,
  isLeftRecord,
  listSealedActs,
} from '../local-store/sealed-acts.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { handInStored } from '../outbox/hand-in.ts';
import { handInSealedActs } from '../outbox/hand-in-sealed.ts';
import type { SealedHandIn, SealedHandInOptions } from '../outbox/hand-in-sealed.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { offlineGrant } from './offline-grant.ts';

/**
 * The end of an operator's work on this device: suspended, or the device was revoked. Unsent acts are handed in for a
 * supervisor, then the local data is destroyed. Loaded on demand.
 */

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
  localStore.close();
  // A page in memory has handed in its own acts only, and knows nothing of those that the browser stores.
  if (!localStore.isDurable) return void (await endSealedWork(owner));
  const db = await openDatabase();
  await destroyAllButSealedActs(db, owner, isLeftRecord);
  db.close();
  await updateOfflineAccess();
}

/**
 * Ends the work of an operator whose local data this page cannot open, because identity has destroyed the key share. Unsent
 * acts stay if the platform or the operator's words open them, so that they can be handed in. All else is destroyed.
 * @param owner operators/{id}
 * @returns the number of acts that stay for the words
 */
export async function endSealedWork(owner: string): Promise<number> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return 0;
  const openable = await countOpenableActs(db, owner);
  const sealed = (await listSealedActs(db)).get(owner) ?? [];
  if (openable + sealed.length > 0) await deleteAllButActs(db, owner);
  // Words open nothing that the platform does not open too.
  if (openable === 0) for (const name of keyNamesOf(owner)) await db.delete('keys', name);
  db.close();
  if (openable + sealed.length === 0) await destroyStored(owner);
  else await updateOfflineAccess();
  return openable;
}

/**
 * Hands in what the operators of this browser left whose key share has ended, and destroys their data.
 * @throws ApiError, NetworkError: the acts stay for the next contact
 */
export async function handInLeftActs(options: SealedHandInOptions): Promise<SealedHandIn> {
  const done = await handInSealedActs(options);
  for (const owner of done.ended) await endSealedWork(owner);
  return done;
}

/** How often a page offers the acts that others left, in ms. */
const HAND_IN_INTERVAL_MS = 6 * 3_600_000;
let nextHandIn = 0;

/** Hands in what others left on this PC, and what the former key share of this operator left. @throws as {@link handInLeftActs} */
export async function handInLeftActsAtContact(signedIn: string): Promise<void> {
  if (Date.now() < nextHandIn) return;
  await handInLeftActs({ signedIn });
  nextHandIn = Date.now() + HAND_IN_INTERVAL_MS;
}

async function destroyAllButActs(owner: string): Promise<void> {
  const db = await openDatabase();
  await deleteAllButActs(db, owner);
  db.close();
}

/** Destroys what this browser stores of an operator, also while the page has opened none of it. */
async function destroyStored(owner: string): Promise<void> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return;
  await destroyOwner(db, owner);
  db.close();
  await updateOfflineAccess();
}
