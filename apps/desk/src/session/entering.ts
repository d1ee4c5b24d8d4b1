import type { QueryClient } from '@tanstack/react-query';
import { api, bodyOf, isPassing, Refusal } from '../api/client.ts';
import { queueRead, sessionRead } from '../api/reads.ts';
import type { Session } from '../api/types.ts';
import { openKeeping } from '../keeping/keeping.ts';
import { openOutbox } from '../outbox/outbox.ts';
import { rememberLeft } from './left.ts';
import type { Arrival } from './left.ts';
import { worksAtDesk } from './roles.ts';
import type { Presence } from './session.tsx';

/** How a session begins and ends: with what this browser keeps of the operator, and with the platform. */

/** In this browser while somebody with a queue is signed in; says nothing of anybody. */
const QUEUE_AHEAD = 'cups-queue-ahead';

/** Who is signed in as the page opens. */
export async function presenceNow(reads: QueryClient, { left, back }: Arrival): Promise<Presence> {
  // One wait less on a slow line: whoever comes back gets the queue with the session, not after it.
  if (localStorage.getItem(QUEUE_AHEAD)) void reads.prefetchQuery(Object.assign({ retry: false }, queueRead('today')));
  try {
    const session = await reads.fetchQuery(sessionRead);
    // The screen was covered while nobody answered: that session still lives, and a reload must not uncover it.
    if (left?.why === 'covered' && left.until === session.expireTime) {
      void endSession();
      return { is: 'out', left };
    }
    const isAnother = left !== undefined && left.operator !== session.operator.name;
    // Where somebody else was is no place to begin at.
    if (back && isAnother) history.replaceState(null, '', '/');
    return await enter(session, back !== undefined && (left === undefined || isAnother));
  } catch (error) {
    if (isPassing(error)) return { is: 'unreachable' };
    forgetQueue();
    return { is: 'out', left, refused: back?.refused };
  }
}

/** Opens what this operator keeps here; writes that were left behind go on. */
export async function enter(session: Session, isNew = false): Promise<Presence> {
  markQueue(session);
  rememberLeft(undefined);
  const keeping = await openKeeping(session.operator.name);
  return { is: 'in', isNew, session, keeping, outbox: await openOutbox(keeping) };
}

export function markQueue({ operator }: Session): void {
  if (worksAtDesk(operator)) localStorage.setItem(QUEUE_AHEAD, 'yes');
  else forgetQueue();
}

export function forgetQueue(): void {
  localStorage.removeItem(QUEUE_AHEAD);
}

interface SigningIn {
  provider: string;
  operator: string | undefined;
  centre: string | undefined;
}

/** @throws Refusal, Away */
export async function signedIn({ provider, operator, centre }: SigningIn): Promise<Session> {
  round += 1;
  const body: { provider: 'local'; operator?: string; centre?: string } = { provider: provider as 'local' };
  if (operator !== undefined) body.operator = operator;
  if (centre !== undefined) body.centre = centre;
  return bodyOf(api.POST('/api/v1/sessions', { body }));
}

/** Counts sign-ins and endings, so that an ending that is still being tried never ends the session after it. */
let round = 0;

/**
 * The cookie of a session that cannot be ended now is worth 8 hours at most; it is tried while the page lives.
 * @param after what still goes out under the session
 * @returns where the browser signs out of the provider too; undefined where it need not
 */
export async function endSession(after?: Promise<unknown>): Promise<string | undefined> {
  const mine = ++round;
  await after;
  for (let pause = 1_000; mine === round; pause = Math.min(pause * 2, 30_000)) {
    try {
      return (await api.DELETE('/api/v1/sessions/current')).data?.next;
    } catch (error) {
      if (error instanceof Refusal && !isPassing(error)) return undefined;
      if (!isPassing(error)) throw error;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
  return undefined;
}
