import { api, ApiError, bodyOf, SIGNED_OUT_REASONS } from '../api/client.ts';
import { releaseRequests } from '../api/session-hold.ts';
import type { Session } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { contactDevice, isRevocation } from './device.ts';
import { recordLater } from './session-lifecycle.ts';
import type { SignedInState } from './session.tsx';
import { workplace } from './workplace.ts';
import type { RecoveryHandlers } from './use-offline-recovery.ts';

/**
 * Confirms the session of a page that was opened without the platform. Loaded on demand.
 * @returns whether requests may be sent
 */
export async function confirmOfflineSession(
  offline: SignedInState,
  { setState, onRevoked }: RecoveryHandlers,
): Promise<boolean> {
  const change = (changes: Partial<SignedInState>) =>
    setState(Object.assign({ kind: 'signedIn', isNew: false } as const, offline, changes));
  const mustSignIn = () => {
    if (!offline.mustSignIn) change({ mustSignIn: true });
    return false;
  };
  try {
    const session = await bodyOf(api.GET('/api/v1/sessions/current'));
    if (session.operator.name !== offline.session.operator.name) return mustSignIn();
    // Before anything is sent: the acts of a revoked device go to a supervisor.
    await renewContact(offline.localStore, session);
    workplace.set(session);
    releaseRequests();
    change({ session, isOffline: false, mustSignIn: false });
    return true;
  } catch (error) {
    if (isRevocation(error)) {
      onRevoked(error.reason);
      return true;
    }
    const isSignedOut = error instanceof ApiError && SIGNED_OUT_REASONS.includes(error.reason);
    return isSignedOut && mustSignIn();
  }
}

/** Without identity the work continues, and the next contact finds a revocation. @throws ApiError of a revocation */
async function renewContact(localStore: LocalStore, session: Session): Promise<void> {
  try {
    recordLater(localStore, session, await contactDevice());
  } catch (error) {
    if (isRevocation(error)) throw error;
  }
}
