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

/** Names recorded mandates in their drafts, also after their screen was left. */
export function useNameMandates(store: VisitStore): void {
  const { mandates: requests } = useSignedIn();
  const all = useSyncExternalStore(requests.subscribe, requests.all);
  useEffect(() => {
    for (const { record, mandate } of all) {
      const draft = store.draft(record.application);
      if (!mandate || !draft || draft.submitting || isFiled(draft)) continue;
      const typed = Object.assign({}, draft.typed, { '/mandate/name': mandate.name });
      store.change(draft.id, (current) => Object.assign({}, current, { typed, unsent: true }));
      requests.forget(record.application);
    }
  }, [all, requests, store]);
}
