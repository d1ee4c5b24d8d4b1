import { useEffect } from 'react';
import { api, ApiError, bodyOf, SIGNED_OUT_REASONS } from '../api/client.ts';
import type { Session } from '../api/types.ts';
import { releaseRequests } from '../api/session-hold.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { setRecoveryCondition } from './connectivity.ts';
import { contactDevice, isRevocation } from './device.ts';
import { recordLater } from './session-lifecycle.ts';
import type { RevocationReason } from './device.ts';
import type { SessionState, SignedInState } from './session.tsx';

interface RecoveryHandlers {
  setState: (state: SessionState) => void;
  /** The operator was suspended, or the device revoked. */
  onRevoked: (reason: RevocationReason) => void;
}

/**
 * Confirms the session of a page that was opened without the platform, as soon as it responds. A session that still
 * exists continues without a word. Otherwise the operator signs in, and works on until then.
 */
export function useOfflineRecovery(state: SessionState, { setState, onRevoked }: RecoveryHandlers): void {
  const offline = state.kind === 'signedIn' && state.isOffline ? state : undefined;
  useEffect(() => {
    if (!offline) return undefined;
    return setRecoveryCondition(async () => {
      try {
        const session = await bodyOf(api.GET('/api/v1/sessions/current'));
        if (session.operator.name !== offline.session.operator.name) return mustSignIn(offline, setState);
        // Before anything is sent: the acts of a revoked device go to a supervisor.
        await renewContact(offline.localStore, session);
        releaseRequests();
        setState(Object.assign({ kind: 'signedIn', isNew: false } as const, offline, { session, isOffline: false }));
        return true;
      } catch (error) {
        if (isRevocation(error)) {
          onRevoked(error.reason);
          return true;
        }
        const isSignedOut = error instanceof ApiError && SIGNED_OUT_REASONS.includes(error.reason);
        return isSignedOut && mustSignIn(offline, setState);
      }
    });
  }, [offline, setState, onRevoked]);
}

/** Without identity the work goes on; the next contact finds a revocation. @throws ApiError of a revocation */
async function renewContact(localStore: LocalStore, session: Session): Promise<void> {
  try {
    recordLater(localStore, session, await contactDevice());
  } catch (error) {
    if (isRevocation(error)) throw error;
  }
}

function mustSignIn(state: SignedInState, setState: (state: SessionState) => void): false {
  if (!state.mustSignIn) {
    setState(Object.assign({ kind: 'signedIn', isNew: false } as const, state, { mustSignIn: true }));
  }
  return false;
}
