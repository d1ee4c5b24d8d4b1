import { addKeyRecord, openDatabase, readKeyRecord } from './database.ts';
import type { LocalDatabase, WrappedKey } from './database.ts';
import { deriveWrappingKey, generateDataKey, unwrapDataKey, wrapDataKey } from './data-key.ts';

/** Opens the data key with the key share that identity returns at a contact. */

const SHARE_PURPOSE = 'key share';

/**
 * Returns the operator's data key on this device, created at the first contact. Seals the records of a former release
 * again. After 72 hours without contact, only unsent acts are left. Undefined if the browser stores nothing.
 * @param keyShare 32 bytes, from identity
 */
export async function openDataKey(owner: string, keyShare: Uint8Array<ArrayBuffer>): Promise<CryptoKey | undefined> {
  const db = await openDatabase().catch(() => undefined);
  if (!db) return undefined;
  try {
    const contact = await readKeyRecord(db, 'contact', owner);
    if (contact && Date.now() >= contact.expireAt) {
      const { endExpiredAccess } = await import('./expired-access.ts');
      await endExpiredAccess(db, owner);
    }
    const wrappingKey = await deriveWrappingKey(keyShare, SHARE_PURPOSE);
    const key = await openOrCreate(db, owner, wrappingKey);
    const formerKey = await db.get('keys', owner);
    if (formerKey instanceof CryptoKey) {
      const { resealRecords } = await import('./reseal.ts');
      await resealRecords(db, owner, { formerKey, key });
    }
    return key;
  } catch {
    return undefined;
  } finally {
    db.close();
  }
}

/**
 * Returns the data key with the right to wrap it, for a passphrase or a security key.
 * @throws Error if this share does not open it
 */
export async function exposeDataKey(
  db: LocalDatabase,
  owner: string,
  keyShare: Uint8Array<ArrayBuffer>,
): Promise<CryptoKey> {
  const stored = (await db.get('keys', `share ${owner}`)) as WrappedKey | undefined;
  if (!stored) throw new Error('The operator has no data key on this device.');
  return unwrapDataKey(stored, await deriveWrappingKey(keyShare, SHARE_PURPOSE), owner, true);
}

async function openOrCreate(db: LocalDatabase, owner: string, wrappingKey: CryptoKey): Promise<CryptoKey> {
  const create = async () =>
    addKeyRecord(db, 'share', owner, await wrapDataKey(await generateDataKey(), wrappingKey, owner));
  // A disk that stores no key says nothing about the records: only a stored key that does not open ends them.
  const stored = await create();
  try {
    return await unwrapDataKey(stored, wrappingKey, owner);
  } catch {
    // Identity has destroyed the share of these records: nothing opens them any more, apart from what the platform opens.
    const { destroyAllButSealedActs } = await import('./sealed-acts.ts');
    await destroyAllButSealedActs(db, owner);
    return unwrapDataKey(await create(), wrappingKey, owner);
  }
}
