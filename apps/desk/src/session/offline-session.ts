import type { HandInKey } from '@cups/application/sealed-act';
import type { Session } from '../api/types.ts';
import { holdRequests } from '../api/session-hold.ts';
import { currentSessionKey } from '../api/session-key-header.ts';
import { takeSessionKey } from '../api/session-key.ts';
import { listOwners, openDatabase, readKeyRecord, writeContactTimes } from '../local-store/database.ts';
import type { ContactTimes, LocalDatabase } from '../local-store/database.ts';
import { endExpiredAccess, SESSION_RECORD_KIND } from '../local-store/expired-access.ts';
import { openLocalStore } from '../local-store/local-store.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { UnlockedStore } from '../local-store/offline-keys.ts';
import type { Contact } from './device.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { handInKey } from './hand-in-key.ts';
import { offlineGrant } from './offline-grant.ts';
import { cancelSignOut, openParts } from './session-lifecycle.ts';
import type { SessionState } from './session.tsx';

/**
 * The session of a page that opened without the platform. It is a sealed record of the last contact, valid for the time
 * of the offline grant. Loaded on demand.
 */

/** The sealed record. */
interface OfflineSession {
  session: Session;
  grant: string;
  handInKey?: HandInKey | undefined;
  /** The key of the session, which a lock destroys outside this record. */
  sessionKey?: string | undefined;
  times: ContactTimes;
}

const RECORD_ID = 'current';
/** How far a clock may be set back, in ms: computers correct their clocks. */
const CLOCK_TOLERANCE_MS = 2 * 60_000;

/** Why a local store does not open without the platform. */
export type OfflineRefusal = 'expired' | 'clock' | 'nothing';

/** From when on a clock before the last contact has lost its time, in ms: nobody works on without it. */
const LOST_CLOCK_MS = 365 * 24 * 3_600_000;

/**
 * Whether the clock of this computer has lost its time: its battery is empty, and it begins years ago at each start. A clerk often
 * may not set it. A clock that was set back by less is refused.
 */
const isClockLost = ({ contactAt }: Pick<ContactTimes, 'contactAt'>, now: number): boolean =>
  now < contactAt - LOST_CLOCK_MS;

/** Returns why the times refuse an opening now; undefined if they allow it. Under a lost clock the newest time seen counts. */
export function refusalOf(times: ContactTimes, now: number): OfflineRefusal | undefined {
  const { expireAt, seenAt } = times;
  if (isClockLost(times, now)) return seenAt >= expireAt ? 'expired' : undefined;
  if (now < seenAt - CLOCK_TOLERANCE_MS) return 'clock';
  return now >= expireAt ? 'expired' : undefined;
}

/** When the clock was checked last, in ms since this page opened; under a lost clock this measures the time that passes. */
let checkedAt: number | undefined;

/** Returns the newest time that the clock has shown. A lost clock is replaced by the time in which the page is open. */
export function newestTime(times: ContactTimes, now: number, sinceOpened: number): number {
  const passed = sinceOpened - (checkedAt ?? sinceOpened);
  checkedAt = sinceOpened;
  return isClockLost(times, now) ? times.seenAt + passed : Math.max(times.seenAt, now);
}

async function withDatabase<T>(task: (db: LocalDatabase) => Promise<T>): Promise<T> {
  const db = await openDatabase();
  try {
    return await task(db);
  } finally {
    db.close();
  }
}

/** Stores the session and the grant of a contact. Times are by this computer's clock, which may be wrong but runs. */
export async function recordContact(localStore: LocalStore, session: Session, contact: Contact): Promise<void> {
  if (!localStore.isDurable) return;
  const { operator, centre, centres } = session;
  const now = Date.now();
  const place = centres?.find(({ name }) => name === centre)?.displayName ?? '';
  const times: ContactTimes = { contactAt: now, expireAt: now + contact.validForMs, seenAt: now, place };
  const keys = { handInKey: handInKey.current(), sessionKey: currentSessionKey() };
  const record: OfflineSession = Object.assign({ session, grant: contact.offlineGrant, times }, keys);
  await localStore.write(SESSION_RECORD_KIND, RECORD_ID, record);
  await withDatabase((db) => writeContactTimes(db, operator.name, times));
}

/** Returns when the device was last in contact, and until when it works without one. */
export function readContactTimes(owner: string): Promise<ContactTimes | undefined> {
  return withDatabase((db) => readKeyRecord(db, 'contact', owner));
}

/** Returns the newest contact of all operators with offline access, for the place and the time of the unlock screen. */
export async function readLastContact(): Promise<ContactTimes | undefined> {
  return withDatabase(async (db) => {
    const owners = await listOwners(db, 'contact');
    const all = await Promise.all(owners.map((owner) => readKeyRecord(db, 'contact', owner)));
    const known = all.filter((times) => times !== undefined);
    return known.sort((a, b) => b.contactAt - a.contactAt)[0];
  });
}

/** Takes the grant of the last contact: the authority to hand in acts. */
export async function restoreGrant(localStore: LocalStore): Promise<void> {
  const stored = await localStore.read<OfflineSession>(SESSION_RECORD_KIND, RECORD_ID);
  offlineGrant.set(stored?.grant);
}

/** Records that this computer's clock has shown the time. @returns why work without the platform ends now */
export async function advanceClock(owner: string): Promise<OfflineRefusal | undefined> {
  return withDatabase(async (db) => {
    const times = await readKeyRecord(db, 'contact', owner);
    if (!times) return 'nothing';
    const now = Date.now();
    const seenAt = newestTime(times, now, performance.now());
    const refusal = refusalOf(Object.assign({}, times, isClockLost(times, now) && { seenAt }), now);
    if (refusal || seenAt <= times.seenAt) return refusal;
    await writeContactTimes(db, owner, Object.assign({}, times, { seenAt }));
    return undefined;
  });
}

/** Destroys the data of operators without contact for too long. Their unsent acts open at the next sign-in. */
export async function endExpired(): Promise<void> {
  await withDatabase(async (db) => {
    for (const owner of await listOwners(db, 'contact')) {
      const times = await readKeyRecord(db, 'contact', owner);
      if (times && refusalOf(times, Date.now()) === 'expired') await endExpiredAccess(db, owner);
    }
  });
  await updateOfflineAccess();
}

/** Opens the page with the session of the last contact. @returns the state, or why it does not open */
export async function openOffline({ owner, key }: UnlockedStore): Promise<SessionState | OfflineRefusal> {
  const localStore = await openLocalStore(owner, key);
  const stored = await localStore.read<OfflineSession>(SESSION_RECORD_KIND, RECORD_ID);
  if (!stored) return 'nothing';
  // Both are checked: the readable record has the newer clock, and only the sealed one proves its times.
  const refusal = refusalOf(stored.times, Date.now()) ?? (await advanceClock(owner));
  if (refusal === 'expired') await endExpired();
  if (refusal) return refusal;
  cancelSignOut();
  holdRequests();
  offlineGrant.set(stored.grant);
  handInKey.set(stored.handInKey);
  await takeSessionKey(stored.sessionKey);
  return openParts({ isNew: false, isOffline: true, session: stored.session, localStore });
}
