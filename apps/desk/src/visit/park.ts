import { useLocation } from 'wouter';
import { useFilling } from './filling.tsx';
import { carriedOver } from './model/offers.ts';
import { isFiled, isUntouched, pathOf } from './store.ts';
import { useMissing } from './use-papers.tsx';
import { useVisits } from './visits.tsx';

/** Putting a visit away, and going on with another service of it. */

/** Puts the visit away, with a list of what is missing, and begins with the next person. */
export function usePark(): () => void {
  const { store, begin } = useVisits();
  const { visit, sending } = useFilling();
  const printMissing = useMissing();
  const [, go] = useLocation();
  return () => {
    if (!isUntouched(visit)) sending.giveAll();
    void printMissing().then(() => {
      store.park(visit.id);
      go(begin());
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
