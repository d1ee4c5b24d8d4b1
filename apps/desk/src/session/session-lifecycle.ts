import type { QueryClient } from '@tanstack/react-query';
import { api, bodyOf, isTransient, ApiError } from '../api/client.ts';
import { queueQuery, sessionQuery } from '../api/queries.ts';
import type { Session } from '../api/types.ts';
import { openLocalStore } from '../local-store/local-store.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { saveInterruptedSession } from './interrupted-session.ts';
import type { EntryState } from './interrupted-session.ts';
import { hasDeskRole } from './roles.ts';
import type { SessionState } from './session.tsx';

/** How a session begins and ends: with what this browser keeps of the operator, and with the platform. */

/** In this browser while somebody with a queue is signed in; says nothing of anybody. */
const PREFETCH_QUEUE_KEY = 'cups-queue-ahead';

/** Who is signed in as the page opens. */
export async function restoreSession(
  queryClient: QueryClient,
  { interrupted, signInReturn }: EntryState,
): Promise<SessionState> {
  // One wait less on a slow line: whoever comes back gets the queue with the session, not after it.
  if (localStorage.getItem(PREFETCH_QUEUE_KEY))
    void queryClient.prefetchQuery(Object.assign({ retry: false }, queueQuery('today')));
  try {
    const session = await queryClient.fetchQuery(sessionQuery);
    // The screen was covered while nobody answered: that session still lives, and a reload must not uncover it.
    if (interrupted?.why === 'covered' && interrupted.until === session.expireTime) {
      void endSession();
      return { is: 'out', interrupted };
    }
    const isAnother = interrupted !== undefined && interrupted.operator !== session.operator.name;
    // Where somebody else was is no place to begin at.
    if (signInReturn && isAnother) history.replaceState(null, '', '/');
    return await openSession(session, signInReturn !== undefined && (interrupted === undefined || isAnother));
  } catch (error) {
    if (isTransient(error)) return { is: 'unreachable' };
    clearQueuePrefetch();
    return { is: 'out', interrupted, refusalReason: signInReturn?.refusalReason };
  }
}

/** Opens what this operator keeps here; writes that were left behind go on. */
export async function openSession(session: Session, isNew = false): Promise<SessionState> {
  updateQueuePrefetch(session);
  saveInterruptedSession(undefined);
  const localStore = await openLocalStore(session.operator.name);
  return { is: 'in', isNew, session, localStore, outbox: await openOutbox(localStore) };
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

/** @throws Refusal, Away */
export async function createSession({ provider, operator, centre }: SignInRequest): Promise<Session> {
  generation += 1;
  const body: { provider: 'local'; operator?: string; centre?: string } = { provider: provider as 'local' };
  if (operator !== undefined) body.operator = operator;
  if (centre !== undefined) body.centre = centre;
  return bodyOf(api.POST('/api/v1/sessions', { body }));
}

/** Counts sign-ins and endings, so that an ending that is still being tried never ends the session after it. */
let generation = 0;

/**
 * The cookie of a session that cannot be ended now is worth 8 hours at most; it is tried while the page lives.
 * @param pendingWork what still goes out under the session
 * @returns where the browser signs out of the provider too; undefined where it need not
 */
export async function endSession(pendingWork?: Promise<unknown>): Promise<string | undefined> {
  const own = ++generation;
  await pendingWork;
  for (let retryDelay = 1_000; own === generation; retryDelay = Math.min(retryDelay * 2, 30_000)) {
    try {
      return (await api.DELETE('/api/v1/sessions/current')).data?.next;
    } catch (error) {
      if (error instanceof ApiError && !isTransient(error)) return undefined;
      if (!isTransient(error)) throw error;
    }
    await new Promise((done) => setTimeout(done, retryDelay));
  }
  return undefined;
}
