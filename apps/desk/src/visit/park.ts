import { useLocation } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { useFilling } from './filling.tsx';
import { carriedOver } from './model/offers.ts';
import { isFiled, isUntouched, pathOf } from './store.ts';
import { useMissing } from './use-papers.tsx';
import { useVisits } from './visits.tsx';

/** Putting a visit away, and going on with another service of it. */

/** What the history of the browser says to the next screen: a word, and nothing of a person. */
const PARKED = { parked: true };

/** Whether the visit before was put aside just now. */
export const useParked = (): boolean => useHistoryState<{ parked?: boolean } | null>()?.parked === true;

/** Puts the visit away, with a list of what is missing, and begins with the next person. */
export function usePark(): () => void {
  const { store, begin } = useVisits();
  const { visit, sending } = useFilling();
  const printMissing = useMissing();
  const [, go] = useLocation();
  return () => {
    const leaves = !isUntouched(visit);
    if (leaves) sending.giveAll();
    void printMissing().then(() => {
      store.park(visit.id);
      go(begin(), leaves ? { state: PARKED } : undefined);
    });
  };
}

/** A further service for the same person, who need not be typed again. */
export function useAnother(): () => void {
  const { store } = useVisits();
  const { visit, typed, sending } = useFilling();
  const [, go] = useLocation();
  return () => {
    sending.give();
    const draft = store.addDraft(visit.id, Object.assign({ '/behalf': 'self' }, carriedOver(typed)));
    if (draft) go(pathOf(visit, draft));
  };
}

/** The visit is over: whatever of it is not filed stays with the drafts, and the next person begins. */
export function useNextPerson(): () => void {
  const { store, begin } = useVisits();
  const { visit } = useFilling();
  const [, go] = useLocation();
  return () => {
    visit.drafts.filter(isFiled).forEach(({ id }) => store.removeDraft(id));
    store.park(visit.id);
    go(begin());
  };
}
