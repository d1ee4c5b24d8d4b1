import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { api, bodyOf, subscribeToOutcomes } from '../api/client.ts';
import { destroySessionKey } from '../api/session-key.ts';
import type { Session } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { Uploads } from '../documents/uploads.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { MandateRequests } from '../visit/mandate/mandate-requests.ts';
import {
  endLocalData,
  endRevoked,
  endSession,
  lockSession,
  openSession,
  clearQueuePrefetch,
  updateQueuePrefetch,
  restoreSession,
  createSession,
} from './session-lifecycle.ts';
import { saveInterruptedSession, subscribeToLock } from './interrupted-session.ts';
import type { EntryState, InterruptedSession, InterruptionReason } from './interrupted-session.ts';
import { releaseRequests } from '../api/session-hold.ts';
import type { RevocationReason } from './device.ts';
import { useDeviceContact } from './use-device-contact.ts';
import { useIdleLock } from './use-idle-lock.ts';
import { useOfflineRecovery } from './use-offline-recovery.ts';
import { useLockRequest } from './use-lock-request.tsx';
import { useSessionPolling } from './use-session-polling.ts';
import { runPlannedFlushes } from '../visit/planned-flush.ts';
import { mustChooseCentre, workplace } from './workplace.ts';

/**
 * The session. Locking ends it and clears the page, but keeps drafts and pending writes; the same operator signs in
 * and continues. Sign-out leaves nothing but unsent acts and scans, sealed. A page that opened without the platform continues the
 * session of the last contact.
 */

export interface SignedInState {
  session: Session;
  /** The page was opened without the platform, which has not confirmed the session since. */
  isOffline: boolean;
  /** The platform responds, and the session of an offline page has ended. */
  mustSignIn?: boolean;
  /** The key share is missing: input is in memory until it arrives. */
  isKeyMissing?: boolean;
  localStore: LocalStore;
  outbox: Outbox;
  uploads: Uploads;
  mandates: MandateRequests;
}
export interface SignedOutState {
  kind: 'signedOut';
  interrupted?: InterruptedSession | undefined;
  /** Reason code of a failed sign-in at another site, or of a contact that the platform refused. */
  refusalReason?: string | undefined;
  /** operators/{id} whose contact the platform refused. */
  refusedOperator?: string | undefined;
}
export type SessionState =
  | { kind: 'unknown' }
  /** The platform is unreachable, and the session is unknown. */
  | { kind: 'unreachable' }
  | SignedOutState
  /** `isNew`: signed in just now, not resumed. */
  | ({ kind: 'signedIn'; isNew: boolean } & SignedInState);

interface SessionControls {
  state: SessionState;
  /** Resumes the centre of a locked session. */
  signIn: (provider: string, operator?: string) => Promise<void>;
  /** Switches the session to a centre, also to its current one. */
  switchCentre: (centre: string) => Promise<void>;
  /** Locks the screen, also while the platform is unreachable. Asks first if nothing would open it again. */
  lock: () => void;
  /** Asked before a lock after which nothing opens the page. */
  lockQuestion: ReactNode;
  /** Continues with a local store that was unlocked without the platform. */
  continueOffline: (state: SessionState) => void;
  /** Ends an offline page, to sign in and continue. */
  leaveOffline: () => void;
  signOut: () => Promise<void>;
  retry: () => void;
}
const SessionContext = createContext<SessionControls | undefined>(undefined);

interface ProviderProps {
  /** The state that the window opened with. */
  entry: EntryState;
  children: ReactNode;
}

export function SessionProvider({ entry, children }: ProviderProps) {
  const queryClient = useQueryClient();
  const [state, setState] = useState<SessionState>({ kind: 'unknown' });
  const [attempt, setAttempt] = useState(0);
  const leave = useLeaveSession(state, setState);
  useEffect(() => {
    void restoreSession(queryClient, entry).then(setState);
  }, [queryClient, entry, attempt]);
  useSessionChanges(state, setState, leave);
  const lock = useCallback(() => void lockSession(leave('covered')), [leave]);
  const owner = state.kind === 'signedIn' ? state.session.operator.name : undefined;
  const [requestLock, question] = useLockRequest(owner, lock);
  useIdleLock(state, lock);
  useSharedLock(state, leave);
  useDevice(state, setState, leave);
  useFlushOnPageHide(state);
  useWorkplace(state);
  const controls = useMemo<SessionControls>(
    () => ({
      state,
      retry: () => setAttempt((before) => before + 1),
      async signIn(provider, operator) {
        const interrupted =
          state.kind === 'signedOut' && state.interrupted?.operator === operator ? state.interrupted : undefined;
        setState(
          await openSession(await createSession({ provider, operator, centre: interrupted?.centre }), {
            isNew: interrupted === undefined,
          }),
        );
      },
      async switchCentre(centre) {
        const session = await requestCentre(state, centre);
        queryClient.clear();
        setState((before) =>
          before.kind === 'signedIn' ? Object.assign({}, before, { session, isNew: false }) : before,
        );
      },
      lock: requestLock,
      lockQuestion: question,
      continueOffline(opened) {
        saveInterruptedSession(undefined);
        setState(opened);
      },
      leaveOffline: () => void leave('ended'),
      async signOut() {
        const signedIn = state.kind === 'signedIn' ? state : undefined;
        const ended = leave().then(() => signedIn && endLocalData(signedIn));
        void destroySessionKey(ended);
        const next = await endSession(ended);
        if (next) location.assign(next);
      },
    }),
    [state, leave, requestLock, question, queryClient],
  );
  return <SessionContext value={controls}>{children}</SessionContext>;
}

/**
 * Switches the session to a centre. Meanwhile nothing is sent: the platform may have switched before it answers.
 * @throws ApiError, NetworkError
 */
async function requestCentre(state: SessionState, centre: string): Promise<Session> {
  workplace.set(undefined);
  try {
    return await bodyOf(api.POST('/api/v1/sessions/current/centre', { body: { centre } }));
  } catch (error) {
    if (state.kind === 'signedIn' && !mustChooseCentre(state.session, state.isNew)) workplace.set(state.session);
    throw error;
  }
}

/** Sends what was made at the centre of the session, once the operator has one. */
function useWorkplace(state: SessionState): void {
  const signedIn = state.kind === 'signedIn' && !mustChooseCentre(state.session, state.isNew) ? state : undefined;
  const { session, outbox, uploads } = signedIn ?? {};
  useEffect(() => {
    if (!session) return;
    workplace.set(session);
    outbox?.resume();
    uploads?.wake();
  }, [session, outbox, uploads]);
}

/** Sends undoable writes when the page closes. */
function useFlushOnPageHide(state: SessionState): void {
  const outbox = state.kind === 'signedIn' ? state.outbox : undefined;
  useEffect(() => {
    if (!outbox) return;
    const flush = () => {
      runPlannedFlushes();
      outbox.flush();
    };
    window.addEventListener('pagehide', flush);
    return () => window.removeEventListener('pagehide', flush);
  }, [outbox]);
}

/** A lock covers all windows. The one that locked ends the session. */
function useSharedLock(state: SessionState, leave: LeaveSession): void {
  const owner = state.kind === 'signedIn' ? state.session.operator.name : undefined;
  useEffect(
    () =>
      owner === undefined
        ? undefined
        : subscribeToLock(({ operator }) => {
            if (operator === owner) void destroySessionKey(leave('covered'));
          }),
    [owner, leave],
  );
}

/** Resolves when undoable writes were sent, or the outbox stopped waiting. */
type LeaveSession = (reason?: InterruptionReason) => Promise<void>;

/** Clears all personal data from the page and its memory. */
function useLeaveSession(state: SessionState, setState: (state: SessionState) => void): LeaveSession {
  const queryClient = useQueryClient();
  const latestState = useRef(state);
  useEffect(() => {
    latestState.current = state;
  });
  return useCallback(
    (reason) => {
      const { current } = latestState;
      releaseRequests();
      // Several requests report the end of a session.
      if (current.kind !== 'signedIn') return Promise.resolve();
      const interrupted = reason && toInterruptedSession(reason, current.session);
      current.uploads.stop();
      runPlannedFlushes();
      const sent = closeOutbox(current.outbox, reason);
      if (reason === 'suspended' || reason === 'revoked')
        void sent.then(() => endRevoked(current.localStore, current.session.operator.name));
      saveInterruptedSession(interrupted);
      clearQueuePrefetch();
      queryClient.clear();
      latestState.current = { kind: 'signedOut', interrupted };
      setState(latestState.current);
      return sent;
    },
    [queryClient, setState],
  );
}

/** The device's contact, and its end. */
function useDevice(state: SessionState, setState: (state: SessionState) => void, leave: LeaveSession): void {
  const onRevoked = useCallback(
    (reason: RevocationReason) => {
      const isSuspended = reason === 'OPERATOR_SUSPENDED';
      void leave(isSuspended ? 'suspended' : 'revoked');
      // A suspended operator has no session any more.
      if (!isSuspended) void endSession();
    },
    [leave],
  );
  const handlers = useMemo(() => ({ setState, onRevoked }), [setState, onRevoked]);
  useDeviceContact(state, handlers);
  useOfflineRecovery(state, handlers);
}

/** An ended session sends nothing more: pending writes stay stored for the next sign-in. */
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

/** Handles a session that ended or changed: other roles, another centre, another operator. */
function useSessionChanges(state: SessionState, setState: (state: SessionState) => void, leave: LeaveSession): void {
  const queryClient = useQueryClient();
  // An offline page works on after the end of its session.
  const isSignedIn = state.kind === 'signedIn' && !state.isOffline;
  useEffect(() => {
    if (!isSignedIn) return;
    return subscribeToOutcomes((outcome, error) => {
      if (outcome === 'signed-out') void leave(error?.reason === 'OPERATOR_SUSPENDED' ? 'suspended' : 'ended');
    });
  }, [isSignedIn, leave]);
  const onChange = useCallback(
    (session: Session) => {
      if (state.kind !== 'signedIn') return;
      // Another window of this browser signed in somebody else.
      if (state.session.operator.name !== session.operator.name) return void leave('ended');
      if (state.session.centre !== session.centre) queryClient.clear();
      updateQueuePrefetch(session);
      setState(Object.assign({}, state, { session }));
    },
    [state, setState, leave, queryClient],
  );
  useSessionPolling(isSignedIn ? state.session : undefined, onChange);
}

export function useSession(): SessionControls {
  const controls = useContext(SessionContext);
  if (!controls) throw new Error('There is no session around this part.');
  return controls;
}

/**
 * Returns the signed-in state.
 * @throws Error outside a signed-in part of the page
 */
export function useSignedIn(): SignedInState {
  const { state } = useSession();
  if (state.kind !== 'signedIn') throw new Error('Nobody is signed in here.');
  return state;
}
