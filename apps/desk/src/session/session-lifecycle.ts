import type { QueryClient } from '@tanstack/react-query';
import { api, beginSession, bodyOf, isTransient, ApiError } from '../api/client.ts';
import { queueQuery, sessionQuery } from '../api/queries.ts';
import type { Session } from '../api/types.ts';
import { openLocalStore } from '../local-store/local-store.ts';
import { openUploads } from '../documents/uploads.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { createPageEnvironment } from '../outbox/page-environment.ts';
import { openMandateRequests } from '../visit/mandate/mandate-requests.ts';
import { saveInterruptedSession } from './interrupted-session.ts';
import type { EntryState } from './interrupted-session.ts';
import { hasDeskRole } from './roles.ts';
import type { SessionState } from './session.tsx';

/** Starts and ends sessions, in this browser and at the platform. */

/** Local storage: set while an operator with a queue is signed in. */
const PREFETCH_QUEUE_KEY = 'cups-queue-ahead';

/** Returns the session state as the page opens. */
export async function restoreSession(
  queryClient: QueryClient,
  { interrupted, signInReturn }: EntryState,
): Promise<SessionState> {
  // Saves a round trip on slow networks: the queue loads with the session.
  if (localStorage.getItem(PREFETCH_QUEUE_KEY))
    void queryClient.prefetchQuery(Object.assign({ retry: false }, queueQuery('today')));
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
    return await openSession(session, signInReturn !== undefined && (interrupted === undefined || isAnother));
  } catch (error) {
    if (isTransient(error)) return { kind: 'unreachable' };
    clearQueuePrefetch();
    return { kind: 'signedOut', interrupted, refusalReason: signInReturn?.refusalReason };
  }
}

/** Opens the operator's local store and resumes stored writes. */
export async function openSession(session: Session, isNew = false): Promise<SessionState> {
  updateQueuePrefetch(session);
  saveInterruptedSession(undefined);
  const localStore = await openLocalStore(session.operator.name);
  const [outbox, uploads] = await Promise.all([
    openOutbox(localStore, createPageEnvironment(session.operator.name)),
    openUploads(localStore),
  ]);
  const mandates = await openMandateRequests(localStore, outbox);
  return { kind: 'signedIn', isNew, isOffline: false, session, localStore, outbox, uploads, mandates };
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
  const body: { provider: 'local'; operator?: string; centre?: string } = { provider: provider as 'local' };
  if (operator !== undefined) body.operator = operator;
  if (centre !== undefined) body.centre = centre;
  const session = await bodyOf(api.POST('/api/v1/sessions', { body }));
  beginSession();
  return session;
}

/** Counts sign-ins and sign-outs, so that a retried sign-out never ends a later session. */
let generation = 0;
let signOutUnderWay: Promise<unknown> = Promise.resolve();

/**
 * Ends the session, and retries while the page lives. A session that cannot be ended expires after at most 8 hours.
 * @param pendingWork completes before the session ends
 * @returns the provider's sign-out URL, if any
 */
export async function endSession(pendingWork?: Promise<unknown>): Promise<string | undefined> {
  const attempt = ++generation;
  await pendingWork;
  for (let retryDelay = 1_000; attempt === generation; retryDelay = Math.min(retryDelay * 2, 30_000)) {
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
