import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { api, bodyOf, isPassing, listen, Refusal } from '../api/client.ts';
import { queueRead, sessionRead } from '../api/reads.ts';
import type { Session } from '../api/types.ts';
import { openKeeping } from '../keeping/keeping.ts';
import type { Keeping } from '../keeping/keeping.ts';
import { openOutbox } from '../outbox/outbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { worksAtDesk } from './roles.ts';

/**
 * Who works here. Covering the screen ends the session and takes everything off the page, but keeps what is typed and
 * what waits to be sent; the same operator signs in again and goes on. Signing out destroys the key of what is kept.
 */

export interface SignedIn {
  session: Session;
  keeping: Keeping;
  outbox: Outbox;
}
export type Why = 'covered' | 'ended' | 'suspended';
export type Presence =
  | { is: 'unknown' }
  /** Nobody answers, and nobody is known to be signed in. */
  | { is: 'unreachable' }
  | { is: 'out'; why?: Why | undefined; was?: { operator: string; centre: string | undefined } | undefined }
  /** `isNew`: just signed in, not gone on. */
  | ({ is: 'in'; isNew: boolean } & SignedIn);

interface Doors {
  presence: Presence;
  /** Whoever covered the screen goes on at the centre where they were. */
  signIn: (provider: string, operator?: string) => Promise<void>;
  /** Works there from now on; the one where the session is already is chosen as well. */
  switchCentre: (centre: string) => Promise<void>;
  /** Covers the screen at once, whether or not the platform answers. */
  cover: () => void;
  signOut: () => Promise<void>;
  again: () => void;
}
const Here = createContext<Doors | undefined>(undefined);

export function SessionProvider({ children }: { children: ReactNode }) {
  const reads = useQueryClient();
  const [presence, setPresence] = useState<Presence>({ is: 'unknown' });
  const [asked, setAsked] = useState(0);
  const now = useRef(presence);
  useEffect(() => {
    now.current = presence;
  });
  /** Nothing of a person stays on the page or in its memory. */
  const leave = useCallback(
    (why?: Why) => {
      const { current } = now;
      if (current.is === 'in') current.outbox.stop();
      localStorage.removeItem(QUEUE_AHEAD);
      reads.clear();
      setPresence({ is: 'out', why, was: current.is === 'in' && why ? placeOf(current.session) : undefined });
    },
    [reads],
  );
  useEffect(() => {
    void presenceNow(reads).then(setPresence);
  }, [reads, asked]);
  useEffect(
    () =>
      listen((heard, refusal) => {
        if (heard !== 'signed-out' || now.current.is !== 'in') return;
        leave(refusal?.reason === 'OPERATOR_SUSPENDED' ? 'suspended' : 'ended');
      }),
    [leave],
  );
  const doors = useMemo<Doors>(
    () => ({
      presence,
      again: () => setAsked((before) => before + 1),
      async signIn(provider, operator) {
        const was = presence.is === 'out' && presence.was?.operator === operator ? presence.was : undefined;
        setPresence(await enter(await signedIn({ provider, operator, centre: was?.centre }), was === undefined));
      },
      async switchCentre(centre) {
        const session = await bodyOf(api.POST('/api/v1/sessions/current/centre', { body: { centre } }));
        reads.clear();
        setPresence((before) => (before.is === 'in' ? Object.assign({}, before, { session, isNew: false }) : before));
      },
      cover() {
        leave('covered');
        void endSession();
      },
      async signOut() {
        const keeping = presence.is === 'in' ? presence.keeping : undefined;
        leave();
        await keeping?.destroy();
        await endSession();
      },
    }),
    [presence, leave, reads],
  );
  return <Here value={doors}>{children}</Here>;
}

/** In this browser while somebody with a queue is signed in; says nothing of anybody. */
const QUEUE_AHEAD = 'cups-queue-ahead';

async function presenceNow(reads: QueryClient): Promise<Presence> {
  // One wait less on a slow line: whoever comes back gets the queue with the session, not after it.
  if (localStorage.getItem(QUEUE_AHEAD)) void reads.prefetchQuery(Object.assign({ retry: false }, queueRead('today')));
  try {
    return await enter(await reads.fetchQuery(sessionRead));
  } catch (error) {
    if (!isPassing(error)) localStorage.removeItem(QUEUE_AHEAD);
    return { is: isPassing(error) ? 'unreachable' : 'out' };
  }
}

/** Opens what this operator keeps here; writes that were left behind go on. */
async function enter(session: Session, isNew = false): Promise<Presence> {
  if (worksAtDesk(session.operator)) localStorage.setItem(QUEUE_AHEAD, 'yes');
  const keeping = await openKeeping(session.operator.name);
  return { is: 'in', isNew, session, keeping, outbox: await openOutbox(keeping) };
}

const placeOf = ({ operator, centre }: Session) => ({ operator: operator.name, centre });

interface SigningIn {
  provider: string;
  operator: string | undefined;
  centre: string | undefined;
}

async function signedIn({ provider, operator, centre }: SigningIn): Promise<Session> {
  round += 1;
  const body: { provider: 'local'; operator?: string; centre?: string } = { provider: provider as 'local' };
  if (operator !== undefined) body.operator = operator;
  if (centre !== undefined) body.centre = centre;
  return bodyOf(api.POST('/api/v1/sessions', { body }));
}

/** Counts sign-ins and endings, so that an ending that is still being tried never ends the session after it. */
let round = 0;

/** The cookie of a session that cannot be ended now is worth 8 hours at most; it is tried while the page lives. */
async function endSession(): Promise<void> {
  const mine = ++round;
  for (let pause = 1_000; mine === round; pause = Math.min(pause * 2, 30_000)) {
    const error = await api.DELETE('/api/v1/sessions/current').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isPassing(error)) {
      if (error && !(error instanceof Refusal)) throw error;
      return;
    }
    await new Promise((done) => setTimeout(done, pause));
  }
}

export function useDoors(): Doors {
  const doors = useContext(Here);
  if (!doors) throw new Error('There is no session around this part.');
  return doors;
}

/** Who is in; only for parts that are shown to those. */
export function useSignedIn(): SignedIn {
  const { presence } = useDoors();
  if (presence.is !== 'in') throw new Error('Nobody is signed in here.');
  return presence;
}
