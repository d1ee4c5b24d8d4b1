import { keyNamesOf, recordsOf } from './database.ts';
import type { LocalDatabase, SealedCopy, SealedRecord } from './database.ts';

/**
 * The sealed copies of unsent acts in this browser, of all operators. Only the platform opens them. Loaded on demand.
 */

/** Record kind of unsent acts. */
export const WRITE_KIND = 'write';
/** Record kind of acts whose data key was lost, while their operator has another one. Nothing but the copy opens them. */
export const LEFT_KIND = 'left-write';

/** A sealed copy and the name of its record. */
export interface StoredSealedAct extends SealedCopy, Pick<SealedRecord, 'owner' | 'kind' | 'id'> {}

/** Returns the sealed copies of each operator, in the order in which the acts were made. @param signedIn operators/{id} whose acts the page itself opens and sends */
export async function listSealedActs(db: LocalDatabase, signedIn?: string): Promise<Map<string, StoredSealedAct[]>> {
  const found = new Map<string, StoredSealedAct[]>();
  for (const [owner, kind, id] of await db.getAllKeys('records')) {
    if (kind !== LEFT_KIND && (kind !== WRITE_KIND || owner === signedIn)) continue;
    const copy = (await db.get('records', [owner, kind, id]))?.sealedAct;
    if (copy) found.set(owner, [...(found.get(owner) ?? []), Object.assign({ owner, kind, id }, copy)]);
  }
  for (const acts of found.values()) acts.sort((a, b) => a.sequence - b.sequence);
  return found;
}

export async function deleteSealedAct(db: LocalDatabase, { owner, kind, id }: StoredSealedAct): Promise<void> {
  await db.delete('records', [owner, kind, id]);
}

/** Whether the act is of an operator whose records are otherwise readable. */
export const isLeft = ({ kind }: StoredSealedAct): boolean => kind === LEFT_KIND;

/**
 * Counts the acts of an operator that the operator's words open, and nothing else: they have no sealed copy, because a
 * former release stored them.
 */
export async function countOpenableActs(db: LocalDatabase, owner: string): Promise<number> {
  if (!(await db.get('keys', `passphrase ${owner}`))) return 0;
  return (await db.getAll('records', recordsOf(owner))).filter(
    ({ kind, sealedAct }) => kind === WRITE_KIND && !sealedAct,
  ).length;
}

/** Deletes the records of an operator that are no unsent acts. */
export async function deleteAllButActs(db: LocalDatabase, owner: string): Promise<void> {
  for (const key of await db.getAllKeys('records', recordsOf(owner)))
    if (key[1] !== WRITE_KIND && key[1] !== LEFT_KIND) await db.delete('records', key);
}

/** Whether a record stays when the key share of its operator has ended. */
type IsKept = (record: SealedRecord) => boolean;

const hasSealedCopy: IsKept = ({ sealedAct }) => sealedAct !== undefined;
/** After the acts that the page opens were handed in: what a former key share left. */
export const isLeftRecord: IsKept = (record) => record.kind === LEFT_KIND && hasSealedCopy(record);

/**
 * Destroys the records and keys of an operator whose key share has ended. Acts with a sealed copy are left for the
 * platform, in one transaction: a closed browser repeats it.
 */
export async function destroyAllButSealedActs(
  db: LocalDatabase,
  owner: string,
  isKept: IsKept = hasSealedCopy,
): Promise<void> {
  const transaction = db.transaction(['keys', 'records'], 'readwrite', { durability: 'strict' });
  const records = transaction.objectStore('records');
  const all = await records.getAll(recordsOf(owner));
  const left = all.filter(isKept).map(toLeft);
  await records.delete(recordsOf(owner));
  await Promise.all([
    ...keyNamesOf(owner).map((name) => transaction.objectStore('keys').delete(name)),
    ...left.map((record) => records.put(record)),
    transaction.done,
  ]);
}

/** Without the content that the lost key sealed. */
const toLeft = ({ owner, id, iv, sealedAct }: SealedRecord): SealedRecord =>
  Object.assign({ owner, kind: LEFT_KIND, id, iv, sealed: new ArrayBuffer(0) }, sealedAct && { sealedAct });
