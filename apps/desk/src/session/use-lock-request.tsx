import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { lazyExtra } from '../lazy-screens.ts';
import { isReachable } from './connectivity.ts';

const LockQuestion = lazyExtra(() => import('./lock-question.tsx'));

/**
 * Locks on request of the operator. While the platform is unreachable and nothing else opens the page, asks first. An idle desk
 * locks without a question.
 * @param owner operators/{id}; undefined if nobody is signed in
 */
export function useLockRequest(
  owner: string | undefined,
  lock: () => void,
): [request: () => void, question: ReactNode] {
  const [isAsking, setIsAsking] = useState(false);
  // Another window may have locked meanwhile.
  if (isAsking && owner === undefined) setIsAsking(false);
  const request = useCallback(() => {
    // The key of the lock, pressed again, is an answer.
    if (owner === undefined || isAsking || isReachable()) return lock();
    void hasOwnAccess(owner).then((canOpen) => (canOpen ? lock() : setIsAsking(true)));
  }, [owner, isAsking, lock]);
  const question = useMemo(() => {
    if (!isAsking) return null;
    const close = () => setIsAsking(false);
    const lockNow = () => {
      close();
      lock();
    };
    return <LockQuestion onLock={lockNow} onStay={close} />;
  }, [isAsking, lock]);
  return [request, question];
}

/** Whether the operator has words or a security key. A browser that stores nothing has neither. */
async function hasOwnAccess(owner: string): Promise<boolean> {
  try {
    const { readOfflineKeys } = await import('../local-store/offline-keys.ts');
    const { hasPassphrase, hasSecurityKey } = await readOfflineKeys(owner);
    return hasPassphrase || hasSecurityKey;
  } catch {
    return false;
  }
}
