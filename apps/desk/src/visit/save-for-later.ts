import { useLocation } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { useDraftForm } from './draft-form.tsx';
import { carryOverPerson } from './model/suggestions.ts';
import { isFiled, isUntouched, draftPath } from './visit-store.ts';
import { useMissingDocumentsPrintout } from './use-printouts.tsx';
import { useVisits } from './visits.tsx';

/** Putting a visit away, and going on with another service of it. */

/** What the history of the browser says to the next screen: a word, and nothing of a person. */
const SAVED_FOR_LATER_STATE = { parked: true };

/** Whether the visit before was put aside just now. */
export const useIsSavedForLater = (): boolean => useHistoryState<{ parked?: boolean } | null>()?.parked === true;

/** Puts the visit away, with a list of what is missing, and begins with the next person. */
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

/** A further service for the same person, who need not be typed again. */
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

/** The visit is over: whatever of it is not filed stays with the drafts, and the next person begins. */
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
