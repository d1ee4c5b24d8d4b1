import { destroyOwner, openDatabase } from '../local-store/database.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { offlineGrant } from './offline-grant.ts';

/**
 * The end of an operator's work on this device: suspended, or the device was revoked. Unsent acts are handed in for a
 * supervisor, then the local data is destroyed. Loaded on demand.
 */

/** The work of an operator on this device, at its end. */
export interface EndedWork {
  localStore: LocalStore;
  /** The grant of the last contact: the authority to hand in. */
  grant: string | undefined;
}

/** Hands in unsent acts. Resolves once the platform has them; retries itself. */
type HandIn = (work: EndedWork) => Promise<void>;
let handInActs: HandIn = () => Promise.resolve();

/** Sets what hands in unsent acts. */
export function onRevoked(handIn: HandIn): void {
  handInActs = handIn;
}

/**
 * Hands in unsent acts and destroys the local data. Acts that cannot be handed in stay sealed, without their key.
 * @param owner operators/{id}
 */
export async function endWork(localStore: LocalStore, owner: string): Promise<void> {
  const grant = offlineGrant.current();
  await handInActs({ localStore, grant });
  offlineGrant.set(undefined);
  await localStore.destroy();
  await destroyStored(owner);
}

/** Destroys what this browser stores of an operator, also while the page has opened none of it. */
export async function destroyStored(owner: string): Promise<void> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return;
  await destroyOwner(db, owner);
  db.close();
  await updateOfflineAccess();
}
