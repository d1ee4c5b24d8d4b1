import { deleteKeyRecords, listOwners, openDatabase, readKeyRecord, writeKeyRecord } from './database.ts';
import type { LocalDatabase, SecurityKeyWrap } from './database.ts';
import { deriveFromWords, deriveWrappingKey, unwrapDataKey, wrapDataKey } from './data-key.ts';
import { exposeDataKey } from './open-data-key.ts';

/**
 * The keys that open an operator's local store without the platform: a passphrase and a security key. The browser
 * stores neither. Loaded on demand.
 */

/** Cost of one attempt at a passphrase (PBKDF2-HMAC-SHA-256). About half a second on an old PC. */
export const PASSPHRASE_ITERATIONS = 600_000;

/** An opened local store. */
export interface UnlockedStore {
  /** operators/{id} */
  owner: string;
  key: CryptoKey;
}

async function withDatabase<T>(task: (db: LocalDatabase) => Promise<T>): Promise<T> {
  const db = await openDatabase();
  try {
    return await task(db);
  } finally {
    db.close();
  }
}

/** Returns the words as they are typed by anybody: without case, diacritics, punctuation and spare spaces. */
export function normalizePassphrase(typed: string): string {
  const letters = typed.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return letters
    .split(/[^a-z]+/)
    .filter(Boolean)
    .join(' ');
}

/** Lets a passphrase open the operator's local store, in place of an earlier one. */
export function addPassphrase(owner: string, keyShare: Uint8Array<ArrayBuffer>, words: string): Promise<void> {
  return withDatabase(async (db) => {
    const dataKey = await exposeDataKey(db, owner, keyShare);
    const derivation = { salt: crypto.getRandomValues(new Uint8Array(16)), iterations: PASSPHRASE_ITERATIONS };
    const wrappingKey = await deriveFromWords(normalizePassphrase(words), derivation);
    const wrapped = await wrapDataKey(dataKey, wrappingKey, owner);
    await writeKeyRecord(db, 'passphrase', owner, Object.assign({}, derivation, wrapped));
  });
}

/** Returns the store that these words open, or undefined. Operators of a shared PC each have a passphrase. */
export function unlockWithPassphrase(typed: string): Promise<UnlockedStore | undefined> {
  const words = normalizePassphrase(typed);
  return withDatabase(async (db) => {
    for (const owner of await listOwners(db, 'passphrase')) {
      const wrap = await readKeyRecord(db, 'passphrase', owner);
      const wrappingKey = wrap && (await deriveFromWords(words, wrap));
      const key = wrappingKey && (await unwrapDataKey(wrap, wrappingKey, owner).catch(() => undefined));
      if (key) return { owner, key };
    }
    return undefined;
  });
}

/** The output of a security key for a salt (WebAuthn PRF), 32 bytes. */
export interface SecurityKeyOutput {
  credentialId: Uint8Array<ArrayBuffer>;
  salt: Uint8Array<ArrayBuffer>;
  secret: Uint8Array<ArrayBuffer>;
}

const SECURITY_KEY_PURPOSE = 'security key';

/** Lets a security key open the operator's local store, in place of an earlier one. */
export function addSecurityKey(
  owner: string,
  keyShare: Uint8Array<ArrayBuffer>,
  { credentialId, salt, secret }: SecurityKeyOutput,
): Promise<void> {
  return withDatabase(async (db) => {
    const dataKey = await exposeDataKey(db, owner, keyShare);
    const wrapped = await wrapDataKey(dataKey, await deriveWrappingKey(secret, SECURITY_KEY_PURPOSE), owner);
    await writeKeyRecord(db, 'security-key', owner, Object.assign({ credentialId, salt }, wrapped));
  });
}

/** Returns the security keys of this browser, with their operators. */
export function listSecurityKeys(): Promise<(SecurityKeyWrap & { owner: string })[]> {
  return withDatabase(async (db) => {
    const owners = await listOwners(db, 'security-key');
    const all = await Promise.all(owners.map((owner) => readKeyRecord(db, 'security-key', owner)));
    return all.flatMap((wrap, at) => (wrap ? [Object.assign({ owner: owners[at] as string }, wrap)] : []));
  });
}

/** Returns the store that a security key opens, or undefined. */
export async function unlockWithSecurityKey(
  wrap: SecurityKeyWrap & { owner: string },
  secret: Uint8Array<ArrayBuffer>,
): Promise<UnlockedStore | undefined> {
  const { owner } = wrap;
  const wrappingKey = await deriveWrappingKey(secret, SECURITY_KEY_PURPOSE);
  const key = await unwrapDataKey(wrap, wrappingKey, owner).catch(() => undefined);
  return key && { owner, key };
}

export interface OfflineKeys {
  hasPassphrase: boolean;
  hasSecurityKey: boolean;
}

/** Returns what opens the operator's local store without the platform. */
export function readOfflineKeys(owner: string): Promise<OfflineKeys> {
  return withDatabase(async (db) => ({
    hasPassphrase: (await readKeyRecord(db, 'passphrase', owner)) !== undefined,
    hasSecurityKey: (await readKeyRecord(db, 'security-key', owner)) !== undefined,
  }));
}

/** Removes what opens the operator's local store without the platform. Its records stay. */
export function removeOfflineKeys(owner: string): Promise<void> {
  return withDatabase((db) => deleteKeyRecords(db, owner, ['passphrase', 'security-key']));
}
