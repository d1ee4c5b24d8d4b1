import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { useSignedIn } from '../../session/session.tsx';
import { isFiled } from '../visit-store.ts';
import type { VisitStore } from '../visit-store.ts';
import type { MandateRequest, MandateRequests } from './mandate-requests.ts';

/** Returns the requests, and that of one application. */
export function useMandateRequest(application: string): {
  requests: MandateRequests;
  request: MandateRequest | undefined;
} {
  const { mandates: requests } = useSignedIn();
  const read = useCallback(() => requests.get(application), [requests, application]);
  return { requests, request: useSyncExternalStore(requests.subscribe, read) };
}

/** Names mandates in their drafts once they are recorded or wait for the platform, also after their screen was left. */
export function useNameMandates(store: VisitStore): void {
  const { mandates: requests } = useSignedIn();
  const all = useSyncExternalStore(requests.subscribe, requests.all);
  useEffect(() => {
    for (const { application, name, isWaiting, mandate, refusal } of all) {
      const draft = store.draft(application);
      if (refusal || !draft || !(mandate || isWaiting)) continue;
      if (draft.typed['/mandate/name'] !== name && !draft.submitting && !isFiled(draft)) {
        const typed = Object.assign({}, draft.typed, { '/mandate/name': name });
        store.change(draft.id, (current) => Object.assign({}, current, { typed, unsent: true }));
      }
      if (mandate) requests.release(application);
    }
  }, [all, requests, store]);
}
