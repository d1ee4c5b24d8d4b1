import { destroyOwner, openDatabase } from '../local-store/database.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { destroyAllButSealedActs } from '../local-store/sealed-acts.ts';
import { countUnsentRecords, keepUnsentRecords } from '../local-store/unsent-records.ts';
import { deleteKeyShare } from './device.ts';
import { updateOfflineAccess } from './offline-access.ts';

/**
 * What a sign-out leaves in this browser: nothing, apart from acts and scans that the platform has not confirmed. Records are
 * counted without a key, because the page may work in memory and know nothing of them. Loaded on demand.
 */

/**
 * Ends the local data of an operator who signs out. If the platform opens all unsent acts, the key share ends, and the next
 * page hands them in. Otherwise acts and scans stay under the key share, for the next sign-in of the operator.
 * @param owner operators/{id}
 */
export async function endLocalWork(localStore: LocalStore, owner: string): Promise<void> {
  localStore.close();
  const db = await openDatabase().catch(() => undefined);
  if (!db) return void (await deleteKeyShare());
  const { acts, sealed, scans } = await countUnsentRecords(db, owner);
  if (acts + scans === 0) {
    await destroyOwner(db, owner);
    await deleteKeyShare();
  } else if (sealed === acts && scans === 0 && (await deleteKeyShare())) await destroyAllButSealedActs(db, owner);
  else await keepUnsentRecords(db, owner);
  db.close();
  await updateOfflineAccess();
}
