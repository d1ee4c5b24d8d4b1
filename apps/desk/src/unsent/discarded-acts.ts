import { useEffect, useState } from 'react';
import type { LocalStore } from '../local-store/local-store.ts';

/** Acts that were discarded although the platform has no application to write the reason on. */

export interface DiscardedAct {
  id: string;
  /** Name of the application. */
  name: string;
  trackingNumber?: string | undefined;
  acts: string;
  reason: string;
  /** RFC 3339. */
  time: string;
}

const RECORD_KIND = 'discarded';

/** Resolves once the reason survives a power cut. */
export async function storeDiscardedAct(localStore: LocalStore, act: DiscardedAct): Promise<void> {
  await localStore.write(RECORD_KIND, act.id, act, { isStrict: true });
}

/** Returns the discarded acts, newest first. */
export function useDiscardedActs(localStore: LocalStore, version: unknown): readonly DiscardedAct[] {
  const [acts, setActs] = useState<readonly DiscardedAct[]>([]);
  useEffect(() => {
    let isMounted = true;
    void localStore.list<DiscardedAct>(RECORD_KIND).then((stored) => {
      if (isMounted) setActs(stored.sort((a, b) => b.time.localeCompare(a.time)));
    });
    return () => void (isMounted = false);
  }, [localStore, version]);
  return acts;
}
