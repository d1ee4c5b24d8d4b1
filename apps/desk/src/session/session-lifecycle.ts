import type { QueryClient } from '@tanstack/react-query';
import { api, beginSession, bodyOf, isTransient, ApiError } from '../api/client.ts';
import { destroySessionKey, takeSessionKey } from '../api/session-key.ts';
import { queueQuery, sessionQuery } from '../api/queries.ts';
import type { Session } from '../api/types.ts';
import { createMemoryStore, openLocalStore } from '../local-store/local-store.ts';
import type { LocalStore, MemoryStore } from '../local-store/local-store.ts';
import { openDataKey } from '../local-store/open-data-key.ts';
import { orderByOutbox } from '../documents/upload-order.ts';
import { openUploads } from '../documents/uploads.ts';
import type { Uploads } from '../documents/uploads.ts';
import { openOutbox } from '../outbox/outbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { createPageEnvironment } from '../outbox/page-environment.ts';
import { openMandateRequests } from '../visit/mandate/mandate-requests.ts';
import { canContact, contactDevice, forgetDevice, isRevocation, operatorOf } from './device.ts';
import type { Contact } from './device.ts';
import { readInterruptedSession, saveInterruptedSession } from './interrupted-session.ts';
import type { EntryState } from './interrupted-session.ts';
import { updateOfflineAccess } from './offline-access.ts';
import { hasDeskRole } from './roles.ts';
import type { SessionState, SignedInState } from './session.tsx';
import { mustChooseCentre, workplace } from './workplace.ts';

/** Starts and ends sessions, in this browser and at the platform. */

/** Local storage: set while an operator with a queue is signed in. */
const PREFETCH_QUEUE_KEY = 'cups-queue-ahead';
/** Delay before a contact is recorded, in ms. */
const RECORD_DELAY_MS = 1_500;
/** Delay before unsent acts of others are handed in, in ms. */
const HAND_IN_DELAY_MS = 15_000;
/** Maximum time that the page waits for its contact before it works in memory, in ms. */
const CONTACT_TIMEOUT_MS = 6_000;

/** Returns the session state as the page opens. */
export async function restoreSession(
  queryClient: QueryClient,
  { interrupted, signInReturn }: EntryState,
): Promise<SessionState> {
  await takeSessionKey();
  // Saves a round trip on slow networks: the queue loads with the session, and so does the key share.
  const isExpected = localStorage.getItem(PREFETCH_QUEUE_KEY) !== null;
  if (isExpected) void queryClient.prefetchQuery(Object.assign({ retry: false }, queueQuery('today')));
  const contact = isExpected ? contactDevice() : undefined;
  contact?.catch(() => undefined);
  try {
    const session = await queryClient.fetchQuery(sessionQuery);
    // The screen was locked while the platform was unreachable: the session still exists, and a reload must not
    // unlock it.
    if (interrupted?.why === 'covered' && interrupted.until === session.expireTime) {
      void endSession();
      return { kind: 'signedOut', interrupted };
    }
    const isAnother = interrupted !== undefined && interrupted.operator !== session.operator.name;
    // The path of another operator is no start page.
    if (signInReturn && isAnother) history.replaceState(null, '', '/');
    const isNew = signInReturn !== undefined && (interrupted === undefined || isAnother);
    return await openSession(session, { isNew, contact });
  } catch (error) {
    if (isTransient(error)) {
      await updateOfflineAccess().catch(() => undefined);
      return { kind: 'unreachable' };
    }
    clearQueuePrefetch();
    // The screen was locked while the platform was unreachable: nobody has the key of the session any more.
    if (error instanceof ApiError && error.reason === 'SESSION_KEY_REQUIRED') void endSession();
    return { kind: 'signedOut', interrupted, refusalReason: signInReturn?.refusalReason };
  }
}

interface OpenOptions {
  /** Signed in just now, not resumed. */
  isNew: boolean;
  /** A contact under way. */
  contact?: Promise<Contact> | undefined;
}

/**
 * Opens the operator's local store and resumes stored writes. Without a contact in time, the page works in memory, and
 * stores its input as soon as the key share arrives.
 */
export async function openSession(session: Session, { isNew, contact }: OpenOptions): Promise<SessionState> {
  updateQueuePrefetch(session);
  saveInterruptedSession(undefined);
  const owner = session.operator.name;
  if (!canContact(session)) return openParts({ isNew, session, localStore: createMemoryStore() });
  try {
    const made = await within(CONTACT_TIMEOUT_MS, contact ?? contactDevice());
    const localStore = await openStore(owner, made);
    recordLater(localStore, session, made);
    return await openParts({ isNew, session, localStore });
  } catch (error) {
    if (!isRevocation(error)) return openParts({ isNew, session, localStore: createMemoryStore(), isKeyMissing: true });
    await forgetDevice();
    const { endSealedWork } = await import('./revocation.ts');
    await endSealedWork(owner);
    return { kind: 'signedOut', refusalReason: error.reason, refusedOperator: owner };
  }
}

async function openStore(owner: string, { keyShare, offlineGrant }: Contact): Promise<LocalStore> {
  // Another window may sign in somebody else meanwhile: their share would not open these records again.
  if (operatorOf(offlineGrant) !== owner) throw new Error('The contact was made by another operator.');
  return openLocalStore(owner, await openDataKey(owner, keyShare));
}

type Parts = Pick<SignedInState, 'session' | 'localStore' | 'isKeyMissing'> & { isNew: boolean; isOffline?: boolean };

/** Opens what works on the local store, and resumes stored writes. */
export async function openParts(parts: Parts): Promise<SessionState> {
  const { localStore, session } = parts;
  // Before the outbox opens, which sends immediately.
  workplace.set(mustChooseCentre(session, parts.isNew) ? undefined : session);
  const { outbox, uploads } = await openSending(localStore, session.operator.name);
  const mandates = await openMandateRequests(localStore, outbox);
  return Object.assign({ kind: 'signedIn', isOffline: false, outbox, uploads, mandates } as const, parts);
}

/** Opens the outbox and the uploads, which wait for each other. */
async function openSending(localStore: LocalStore, owner: string): Promise<{ outbox: Outbox; uploads: Uploads }> {
  const opened: { outbox?: Outbox } = {};
  const statusOf = (application: string) => opened.outbox?.syncStatus(application);
  const opening = openUploads(localStore, orderByOutbox(statusOf, workplace.acceptsScan));
  const environment = createPageEnvironment(owner, async (body) => (await opening).prepareBody(body));
  const [outbox, uploads] = await Promise.all([openOutbox(localStore, environment), opening]);
  opened.outbox = outbox;
  outbox.subscribe(() => uploads.wake());
  uploads.wake();
  return { outbox, uploads };
}

/** Stores what was typed in memory, and opens what was stored before. */
export async function adoptKey(state: SignedInState & { isNew: boolean }, contact: Contact): Promise<SessionState> {
  const { session, outbox, uploads, isNew } = state;
  const localStore = await openStore(session.operator.name, contact);
  await outbox.close();
  uploads.stop();
  if (localStore.isDurable) await (state.localStore as MemoryStore).moveTo(localStore);
  recordLater(localStore, session, contact);
  return openParts({ isNew, session, localStore: localStore.isDurable ? localStore : state.localStore });
}

/** Keeps the session for an opening without the platform, and hands in what others left here. The first screen has the network to itself before. */
export function recordLater(localStore: LocalStore, session: Session, contact: Contact): void {
  const record = async () => {
    const { recordContact } = await import('./offline-session.ts');
    await recordContact(localStore, session, contact);
  };
  // After a failure, the next contact does it.
  setTimeout(() => void record().catch(() => undefined), RECORD_DELAY_MS);
  setTimeout(() => void handInLeft(session).catch(() => undefined), HAND_IN_DELAY_MS);
}

async function handInLeft({ operator }: Session): Promise<void> {
  const { handInLeftActsAtContact } = await import('./revocation.ts');
  await handInLeftActsAtContact(operator.name);
}

/** Ends the operator's data in this browser, apart from unsent acts and scans. */
export async function endLocalData({ localStore, session }: SignedInState): Promise<void> {
  // Without this code all stays sealed, as behind a lock.
  const module = await import('./sign-out.ts').catch(() => undefined);
  await module?.endLocalWork(localStore, session.operator.name);
}

/** Destroys the data of a suspended operator or a revoked device, after its unsent acts were handed in. */
export async function endRevoked(localStore: LocalStore, owner: string): Promise<void> {
  await forgetDevice();
  const { endWork } = await import('./revocation.ts');
  await endWork(localStore, owner);
}

/** @throws Error after the time */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('timeout')), ms)));
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}

export function updateQueuePrefetch({ operator }: Session): void {
  if (hasDeskRole(operator)) localStorage.setItem(PREFETCH_QUEUE_KEY, 'yes');
  else clearQueuePrefetch();
}

export function clearQueuePrefetch(): void {
  localStorage.removeItem(PREFETCH_QUEUE_KEY);
}

interface SignInRequest {
  provider: string;
  operator: string | undefined;
  centre: string | undefined;
}

/**
 * Creates a session. Waits for a sign-out under way: its response would remove the cookie of the new session.
 * @throws ApiError, NetworkError
 */
export async function createSession({ provider, operator, centre }: SignInRequest): Promise<Session> {
  generation += 1;
  await signOutUnderWay;
  await takeSessionKey();
  const body: { provider: 'local'; operator?: string; centre?: string } = { provider: provider as 'local' };
  if (operator !== undefined) body.operator = operator;
  if (centre !== undefined) body.centre = centre;
  const session = await bodyOf(api.POST('/api/v1/sessions', { body }));
  beginSession();
  return session;
}

/** Ends the session of a locked screen, whose key is destroyed immediately: its cookie is then worthless anywhere. */
export async function lockSession(lastRequests: Promise<unknown>): Promise<void> {
  void destroySessionKey(lastRequests);
  // Another window may have signed in, or unlocked the session, meanwhile.
  await endSession(lastRequests, () => readInterruptedSession() !== undefined);
}

/** Counts sign-ins and sign-outs, so that a retried sign-out never ends a later session. */
let generation = 0;

/** Ends the attempts of a sign-out: the same operator has unlocked the page. */
export function cancelSignOut(): void {
  generation += 1;
}

let signOutUnderWay: Promise<unknown> = Promise.resolve();

/**
 * Ends the session, and retries while the page lives. A session that cannot be ended expires after at most 8 hours.
 * @param pendingWork completes before the session ends
 * @param isWanted whether to go on
 * @returns the provider's sign-out URL, if any
 */
export async function endSession(
  pendingWork?: Promise<unknown>,
  isWanted: () => boolean = () => true,
): Promise<string | undefined> {
  const attempt = ++generation;
  await pendingWork;
  for (let retryDelay = 1_000; attempt === generation && isWanted(); retryDelay = Math.min(retryDelay * 2, 30_000)) {
    try {
      const deleted = api.DELETE('/api/v1/sessions/current');
      signOutUnderWay = deleted.catch(() => {});
      return (await deleted).data?.next;
    } catch (error) {
      if (error instanceof ApiError && !isTransient(error)) return undefined;
      if (!isTransient(error)) throw error;
    }
    await new Promise((done) => setTimeout(done, retryDelay));
  }
  return undefined;
}
