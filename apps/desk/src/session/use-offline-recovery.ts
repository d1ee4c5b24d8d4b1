import { useEffect } from 'react';
import { setRecoveryCondition } from './connectivity.ts';
import type { RevocationReason } from './device.ts';
import type { SessionState } from './session.tsx';

export interface RecoveryHandlers {
  setState: (state: SessionState) => void;
  /** The operator was suspended, or the device revoked. */
  onRevoked: (reason: RevocationReason) => void;
}

/**
 * Confirms the session of a page that was opened without the platform, as soon as it responds. A session that still
 * exists continues. Otherwise the operator is asked to sign in, and works on until then.
 */
export function useOfflineRecovery(state: SessionState, handlers: RecoveryHandlers): void {
  const offline = state.kind === 'signedIn' && state.isOffline ? state : undefined;
  useEffect(() => {
    if (!offline) return undefined;
    return setRecoveryCondition(async () => {
      const { confirmOfflineSession } = await import('./offline-recovery.ts');
      return confirmOfflineSession(offline, handlers);
    });
  }, [offline, handlers]);
}
