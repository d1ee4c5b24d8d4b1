import { useLocation } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { useDraftForm } from './draft-form.tsx';
import { carryOverPerson } from './model/suggestions.ts';
import { isFiled, isUntouched, draftPath } from './visit-store.ts';
import { useMissingDocumentsPrintout } from './use-printouts.tsx';
import { useVisits } from './visits.tsx';

/** Saves a visit for later, and starts the next one. */

/** History state for the next screen; it contains no personal data. */
const SAVED_FOR_LATER_STATE = { parked: true };

/** Whether the previous visit was saved just now. */
export const useIsSavedForLater = (): boolean => useHistoryState<{ parked?: boolean } | null>()?.parked === true;

/** Saves the visit, prints what is missing, and starts the next visit. */
export function useSaveForLater(): () => void {
  const { store, startVisit } = useVisits();
  const { visit, sync } = useDraftForm();
  const printMissing = useMissingDocumentsPrintout();
  const [, go] = useLocation();
  return () => {
    const hasContent = !isUntouched(visit);
    if (hasContent) sync.flushAll();
    void printMissing().then(() => {
      store.saveForLater(visit.id);
      go(startVisit(), hasContent ? { state: SAVED_FOR_LATER_STATE } : undefined);
    });
  };
}

/** Adds a service for the same person. */
export function useAddService(): () => void {
  const { store } = useVisits();
  const { visit, values, sync } = useDraftForm();
  const [, go] = useLocation();
  return () => {
    sync.flush();
    const draft = store.addDraft(visit.id, Object.assign({ '/behalf': 'self' }, carryOverPerson(values)));
    if (draft) go(draftPath(visit, draft));
  };
}

/** Ends the visit. Unfiled drafts stay in the queue. */
export function useNextPerson(): () => void {
  const { store, startVisit } = useVisits();
  const { visit } = useDraftForm();
  const [, go] = useLocation();
  return () => {
    visit.drafts.filter(isFiled).forEach(({ id }) => store.removeDraft(id));
    store.saveForLater(visit.id);
    go(startVisit());
  };
}
