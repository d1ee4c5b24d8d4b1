import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, listen } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import type { Keeping } from '../keeping/keeping.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { endSession, enter, forgetQueue, markQueue, presenceNow, signedIn } from './entering.ts';
import { rememberLeft } from './left.ts';
import type { Arrival, Left, Why } from './left.ts';
import { useLook } from './look.ts';

/**
 * Who works here. Covering the screen ends the session and takes everything off the page, but keeps what is typed and
 * what waits to be sent; the same operator signs in again and goes on. Signing out destroys the key of what is kept.
 */

export interface SignedIn {
  session: Session;
  keeping: Keeping;
  outbox: Outbox;
}
export type Presence =
  | { is: 'unknown' }
  /** Nobody answers, and nobody is known to be signed in. */
  | { is: 'unreachable' }
  /** `refused`: the reason for which a sign-in at another site let nobody in. */
  | { is: 'out'; left?: Left | undefined; refused?: string | undefined }
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

interface ProviderProps {
  /** As the page opened. */
  arrival: Arrival;
  children: ReactNode;
}

export function SessionProvider({ arrival, children }: ProviderProps) {
  const reads = useQueryClient();
  const [presence, setPresence] = useState<Presence>({ is: 'unknown' });
  const [asked, setAsked] = useState(0);
  const leave = useLeaving(presence, setPresence);
  useEffect(() => {
    void presenceNow(reads, arrival).then(setPresence);
  }, [reads, arrival, asked]);
  useNewsOfSession(presence, setPresence, leave);
  useHurry(presence);
  const doors = useMemo<Doors>(
    () => ({
      presence,
      again: () => setAsked((before) => before + 1),
      async signIn(provider, operator) {
        const left = presence.is === 'out' && presence.left?.operator === operator ? presence.left : undefined;
        setPresence(await enter(await signedIn({ provider, operator, centre: left?.centre }), left === undefined));
      },
      async switchCentre(centre) {
        const session = await bodyOf(api.POST('/api/v1/sessions/current/centre', { body: { centre } }));
        reads.clear();
        setPresence((before) => (before.is === 'in' ? Object.assign({}, before, { session, isNew: false }) : before));
      },
      cover() {
        void endSession(leave('covered'));
      },
      async signOut() {
        const keeping = presence.is === 'in' ? presence.keeping : undefined;
        const next = await endSession(leave().then(() => keeping?.destroy()));
        if (next) location.assign(next);
      },
    }),
    [presence, leave, reads],
  );
  return <Here value={doors}>{children}</Here>;
}

/** A page that closes, or may never come back, sends what is held at once. */
function useHurry(presence: Presence): void {
  const outbox = presence.is === 'in' ? presence.outbox : undefined;
  useEffect(() => {
    if (!outbox) return;
    const hurry = () => outbox.hurry();
    window.addEventListener('pagehide', hurry);
    return () => window.removeEventListener('pagehide', hurry);
  }, [outbox]);
}

/** Resolves when what was held has been sent, as far as somebody answers. */
type Leave = (why?: Why) => Promise<void>;

/** Nothing of a person stays on the page or in its memory. */
function useLeaving(presence: Presence, setPresence: (presence: Presence) => void): Leave {
  const reads = useQueryClient();
  const now = useRef(presence);
  useEffect(() => {
    now.current = presence;
  });
  return useCallback(
    (why) => {
      const { current } = now;
      const sent = current.is === 'in' ? endOutbox(current.outbox, why) : Promise.resolve();
      const left = current.is === 'in' && why ? leftBy(why, current.session) : undefined;
      rememberLeft(left);
      forgetQueue();
      reads.clear();
      setPresence({ is: 'out', left });
      return sent;
    },
    [reads, setPresence],
  );
}

/** A session that has ended sends nothing any more: what is held is kept until the operator is back. */
function endOutbox(outbox: Outbox, why: Why | undefined): Promise<void> {
  if (why === undefined || why === 'covered') return outbox.close();
  outbox.stop();
  return Promise.resolve();
}

function leftBy(why: Why, { operator, centre, expireTime }: Session): Left {
  return { why, operator: operator.name, centre, until: expireTime };
}

/** The session ended, or is another than it was: with other roles, at another centre, of somebody else. */
function useNewsOfSession(presence: Presence, setPresence: (presence: Presence) => void, leave: Leave): void {
  const reads = useQueryClient();
  const isIn = presence.is === 'in';
  useEffect(() => {
    if (!isIn) return;
    return listen((heard, refusal) => {
      if (heard === 'signed-out') void leave(refusal?.reason === 'OPERATOR_SUSPENDED' ? 'suspended' : 'ended');
    });
  }, [isIn, leave]);
  const onOther = useCallback(
    (session: Session) => {
      if (presence.is !== 'in') return;
      // Another window of this browser has signed somebody else in.
      if (presence.session.operator.name !== session.operator.name) return void leave('ended');
      if (presence.session.centre !== session.centre) reads.clear();
      markQueue(session);
      setPresence(Object.assign({}, presence, { session }));
    },
    [presence, setPresence, leave, reads],
  );
  useLook(presence.is === 'in' ? presence.session : undefined, onOther);
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
