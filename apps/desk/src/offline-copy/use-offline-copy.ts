import { useEffect } from 'react';
import { useSignedIn } from '../session/session.tsx';
import { provideCopy } from './copy-source.ts';

/**
 * Provides the offline copy of the signed-in operator to the page, and refreshes it in the background.
 * @param hasQueue whether the operator works with applications
 * @param isPrefetched whether the screens are loaded, which come first on a slow line
 */
export function useOfflineCopy(hasQueue: boolean, isPrefetched: boolean): void {
  const { session, isOffline, localStore, outbox } = useSignedIn();
  const centre = session.centre?.replace('centres/', '');
  // Nothing is copied to where it cannot be sealed.
  const hasCopy = hasQueue && localStore.isDurable;
  useEffect(() => {
    if (!hasCopy) return;
    provideCopy(() => import('./background.ts').then(({ openCopySource }) => openCopySource(localStore)));
    return () => provideCopy(undefined);
  }, [hasCopy, localStore]);
  useEffect(() => {
    if (!hasCopy || !isPrefetched || isOffline || centre === undefined) return;
    const starting = import('./background.ts')
      .then(({ startRefreshing }) =>
        startRefreshing({ store: localStore, centre, isBusy: () => outbox.countPending() > 0 }),
      )
      // Without its code, such as without a line, there is no new copy until the page opens again.
      .catch(() => undefined);
    return () => void starting.then((stop) => stop?.());
  }, [hasCopy, isPrefetched, isOffline, centre, localStore, outbox]);
}
