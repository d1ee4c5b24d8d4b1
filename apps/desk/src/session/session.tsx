import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, subscribeToOutcomes } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Outbox } from '../outbox/outbox.ts';
import {
  endSession,
  openSession,
  clearQueuePrefetch,
  updateQueuePrefetch,
  restoreSession,
  createSession,
} from './session-lifecycle.ts';
import { saveInterruptedSession } from './interrupted-session.ts';
import type { EntryState, InterruptedSession, InterruptionReason } from './interrupted-session.ts';
import { useSessionPolling } from './use-session-polling.ts';

/**
 * Who works here. Covering the screen ends the session and takes everything off the page, but keeps what is typed and
 * what waits to be sent; the same operator signs in again and goes on. Signing out destroys the key of what is kept.
 */

export interface SignedInState {
  session: Session;
  localStore: LocalStore;
  outbox: Outbox;
}
export type SessionState =
  | { is: 'unknown' }
  /** Nobody answers, and nobody is known to be signed in. */
  | { is: 'unreachable' }
  /** `refused`: the reason for which a sign-in at another site let nobody in. */
  | { is: 'out'; interrupted?: InterruptedSession | undefined; refusalReason?: string | undefined }
  /** `isNew`: just signed in, not gone on. */
  | ({ is: 'in'; isNew: boolean } & SignedInState);

interface SessionControls {
  state: SessionState;
  /** Whoever covered the screen goes on at the centre where they were. */
  signIn: (provider: string, operator?: string) => Promise<void>;
  /** Works there from now on; the one where the session is already is chosen as well. */
  switchCentre: (centre: string) => Promise<void>;
  /** Covers the screen at once, whether or not the platform answers. */
  lock: () => void;
  signOut: () => Promise<void>;
  retry: () => void;
}
const SessionContext = createContext<SessionControls | undefined>(undefined);

interface ProviderProps {
  /** As the page opened. */
  entry: EntryState;
  children: ReactNode;
}

export function SessionProvider({ entry, children }: ProviderProps) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<SessionState>({ is: 'unknown' });
  const [attempt, setAttempt] = useState(0);
  const leave = useLeaveSession(state, setState);
  useEffect(() => {
    void restoreSession(queryClient, entry).then(setState);
  }, [queryClient, entry, attempt]);
  useSessionChanges(state, setState, leave);
  useFlushOnPageHide(state);
  const controls = useMemo<SessionControls>(
    () => ({
      state,
      retry: () => setAttempt((before) => before + 1),
      async signIn(provider, operator) {
        const interrupted =
          state.is === 'out' && state.interrupted?.operator === operator ? state.interrupted : undefined;
        setState(
          await openSession(
            await createSession({ provider, operator, centre: interrupted?.centre }),
            interrupted === undefined,
          ),
        );
      },
      async switchCentre(centre) {
        const session = await bodyOf(api.POST('/api/v1/sessions/current/centre', { body: { centre } }));
        queryClient.clear();
        setState((before) => (before.is === 'in' ? Object.assign({}, before, { session, isNew: false }) : before));
      },
      lock() {
        void endSession(leave('covered'));
      },
      async signOut() {
        const localStore = state.is === 'in' ? state.localStore : undefined;
        const next = await endSession(leave().then(() => localStore?.destroy()));
        if (next) location.assign(next);
      },
    }),
    [state, leave, queryClient],
  );
  return <SessionContext value={controls}>{children}</SessionContext>;
}

/** A page that closes, or may never come back, sends what is held at once. */
function useFlushOnPageHide(state: SessionState): void {
  const outbox = state.is === 'in' ? state.outbox : undefined;
  useEffect(() => {
    if (!outbox) return;
    const flush = () => outbox.flush();
    window.addEventListener('pagehide', flush);
    return () => window.removeEventListener('pagehide', flush);
  }, [outbox]);
}

/** Resolves when what was held has been sent, as far as somebody answers. */
type LeaveSession = (reason?: InterruptionReason) => Promise<void>;

/** Nothing of a person stays on the page or in its memory. */
function useLeaveSession(state: SessionState, setState: (state: SessionState) => void): LeaveSession {
  const queryClient = useQueryClient();
  const now = useRef(state);
  useEffect(() => {
    now.current = state;
  });
  return useCallback(
    (reason) => {
      const { current } = now;
      const sent = current.is === 'in' ? closeOutbox(current.outbox, reason) : Promise.resolve();
      const interrupted = current.is === 'in' && reason ? toInterruptedSession(reason, current.session) : undefined;
      saveInterruptedSession(interrupted);
      clearQueuePrefetch();
      queryClient.clear();
      setState({ is: 'out', interrupted });
      return sent;
    },
    [queryClient, setState],
  );
}

/** A session that has ended sends nothing any more: what is held is kept until the operator is back. */
function closeOutbox(outbox: Outbox, reason: InterruptionReason | undefined): Promise<void> {
  if (reason === undefined || reason === 'covered') return outbox.close();
  outbox.stop();
  return Promise.resolve();
}

function toInterruptedSession(
  reason: InterruptionReason,
  { operator, centre, expireTime }: Session,
): InterruptedSession {
  return { why: reason, operator: operator.name, centre, until: expireTime };
}

/** The session ended, or is another than it was: with other roles, at another centre, of somebody else. */
function useSessionChanges(state: SessionState, setState: (state: SessionState) => void, leave: LeaveSession): void {
  const queryClient = useQueryClient();
  const isIn = state.is === 'in';
  useEffect(() => {
    if (!isIn) return;
    return subscribeToOutcomes((outcome, error) => {
      if (outcome === 'signed-out') void leave(error?.reason === 'OPERATOR_SUSPENDED' ? 'suspended' : 'ended');
    });
  }, [isIn, leave]);
  const onChange = useCallback(
    (session: Session) => {
      if (state.is !== 'in') return;
      // Another window of this browser has signed somebody else in.
      if (state.session.operator.name !== session.operator.name) return void leave('ended');
      if (state.session.centre !== session.centre) queryClient.clear();
      updateQueuePrefetch(session);
      setState(Object.assign({}, state, { session }));
    },
    [state, setState, leave, queryClient],
  );
  useSessionPolling(state.is === 'in' ? state.session : undefined, onChange);
}

export function useSession(): SessionControls {
  const controls = useContext(SessionContext);
  if (!controls) throw new Error('There is no session around this part.');
  return controls;
}

/** Who is in; only for parts that are shown to those. */
export function useSignedIn(): SignedInState {
  const { state } = useSession();
  if (state.is !== 'in') throw new Error('Nobody is signed in here.');
  return state;
}
