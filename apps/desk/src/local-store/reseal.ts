import { recordsOf } from './database.ts';
import type { LocalDatabase } from './database.ts';
import { seal } from './local-store.ts';

/**
 * Releases before 0.3.0 stored a key in the browser, which it does not export. Their records are sealed again with the
 * data key, and that key is deleted, in one transaction: a closed browser repeats it.
 */

interface ResealKeys {
  formerKey: CryptoKey;
  key: CryptoKey;
}

/** Seals an operator's records again. Those that the former key does not open stay as they are. */
export async function resealRecords(db: LocalDatabase, owner: string, { formerKey, key }: ResealKeys): Promise<void> {
  const all = await db.getAll('records', recordsOf(owner));
  const resealed = await Promise.all(
    all.map(async ({ kind, id, iv, sealed }) => {
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, formerKey, sealed).catch(() => undefined);
      return plain && seal(key, { owner, kind, id }, new Uint8Array(plain));
    }),
  );
  const transaction = db.transaction(['keys', 'records'], 'readwrite', { durability: 'strict' });
  const records = transaction.objectStore('records');
  await Promise.all([
    ...resealed.filter((record) => record !== undefined).map((record) => records.put(record)),
    transaction.objectStore('keys').delete(owner),
    transaction.done,
  ]);
}
