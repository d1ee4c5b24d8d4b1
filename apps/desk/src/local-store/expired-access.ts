import { deleteKeyRecords, readKeyRecord } from './database.ts';
import type { LocalDatabase } from './database.ts';
import { noteEndedInput } from './ended-input.ts';
import { FINISHED_INPUT_KIND, INPUT_KINDS } from './input-kinds.ts';

/** The end of local data after 72 hours without contact. Loaded on demand. */

/** The sealed record of the session. */
export const SESSION_RECORD_KIND = 'offline-session';
/** Kinds of records that exist for work without the platform only. */
const COPY_KIND_PREFIX = 'copy-';

/**
 * Destroys what opens the data of an operator without the platform, the copies, and half-typed input, which the next sign-in
 * reports. Unsent acts stay, sealed: they open with the key share of identity.
 */
export async function endExpiredAccess(db: LocalDatabase, owner: string): Promise<void> {
  const times = await readKeyRecord(db, 'contact', owner);
  await deleteKeyRecords(db, owner, ['passphrase', 'security-key']);
  await db.delete('records', rangeOf(owner, SESSION_RECORD_KIND));
  await db.delete('records', rangeOf(owner, COPY_KIND_PREFIX, `${COPY_KIND_PREFIX}\uffff`));
  let count = 0;
  for (const kind of INPUT_KINDS) {
    count += await db.count('records', rangeOf(owner, kind));
    await db.delete('records', rangeOf(owner, kind));
  }
  await db.delete('records', rangeOf(owner, FINISHED_INPUT_KIND));
  if (count > 0) noteEndedInput(owner, { count, contactAt: times?.contactAt ?? 0 });
  // Last, so that an interrupted end continues.
  await deleteKeyRecords(db, owner, ['contact']);
}

const rangeOf = (owner: string, first: string, last = first): IDBKeyRange =>
  IDBKeyRange.bound([owner, first, ''], [owner, last, '\uffff']);
