import { recordsOf } from './database.ts';
import type { LocalDatabase } from './database.ts';
import { LEFT_KIND, WRITE_KIND } from './sealed-acts.ts';

/** Unsent acts and scans as this browser stores them. They are counted and kept without a key. Loaded on demand. */

export interface UnsentRecords {
  /** Acts, also those that a former key share left. */
  acts: number;
  /** Acts with a copy that the platform opens. */
  sealed: number;
  /** Scans whose bytes are in this browser. Nothing but the operator's data key opens them. */
  scans: number;
}

const ACT_KINDS: readonly string[] = [WRITE_KIND, LEFT_KIND];
const SCAN_KIND = 'upload-bytes';
/** What unsent acts and scans need, to be sent after the next sign-in. */
const UNSENT_KINDS: readonly string[] = [...ACT_KINDS, SCAN_KIND, 'upload', 'chain'];

/** Counts what an operator has in this browser only. */
export async function countUnsentRecords(db: LocalDatabase, owner: string): Promise<UnsentRecords> {
  const count: UnsentRecords = { acts: 0, sealed: 0, scans: 0 };
  for (const key of await db.getAllKeys('records', recordsOf(owner))) {
    if (key[1] === SCAN_KIND) count.scans += 1;
    if (!ACT_KINDS.includes(key[1])) continue;
    count.acts += 1;
    if ((await db.get('records', key))?.sealedAct) count.sealed += 1;
  }
  return count;
}

/**
 * Deletes what an operator has in this browser beside unsent acts and scans. The key share of identity opens those at the next
 * sign-in; words and security keys open nothing any more.
 */
export async function keepUnsentRecords(db: LocalDatabase, owner: string): Promise<void> {
  const transaction = db.transaction(['keys', 'records'], 'readwrite', { durability: 'strict' });
  const records = transaction.objectStore('records');
  const names = await records.getAllKeys(recordsOf(owner));
  await Promise.all([
    ...(['passphrase', 'security-key', 'contact'] as const).map((kind) =>
      transaction.objectStore('keys').delete(`${kind} ${owner}`),
    ),
    ...names.filter((name) => !UNSENT_KINDS.includes(name[1])).map((name) => records.delete(name)),
    transaction.done,
  ]);
}
