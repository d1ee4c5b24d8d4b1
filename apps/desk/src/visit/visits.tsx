import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { User } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Skeleton } from '../parts/waiting.tsx';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { VISITS } from '../texts/visits.ts';
import { isFiled, isUntouched, MOST_VISITS, nameOfVisit, openVisits, pathOf } from './store.ts';
import type { Draft, Visit, Visits } from './store.ts';

/** The visits that are open at this desk, for the whole page: tabs, the key for a new one, and drafts opened from lists. */

interface Desk {
  store: Visits;
  /** The address of a new visit; where two are open already, that of the question which one to park. */
  begin: () => string;
}
const Here = createContext<Desk | undefined>(undefined);

export function VisitsProvider({ children }: { children: ReactNode }) {
  const { keeping } = useSignedIn();
  const [store, setStore] = useState<Visits>();
  useEffect(() => {
    let current = true;
    void openVisits(keeping).then((opened) => current && setStore(opened));
    return () => {
      current = false;
    };
  }, [keeping]);
  return store ? <Opened store={store}>{children}</Opened> : <Skeleton />;
}

function Opened({ store, children }: { store: Visits; children: ReactNode }) {
  const { language } = useLanguage();
  // It stays the same while somebody types: whoever shows what is typed asks for it.
  const desk = useMemo<Desk>(
    () => ({
      store,
      begin() {
        // A visit of which only receipts are left is over.
        const over = store.all().filter(({ drafts }) => drafts.every(isFiled));
        over.forEach(({ drafts }) => drafts.forEach(({ id }) => store.removeDraft(id)));
        const open = openOf(store.all());
        const isFull = open.length >= MOST_VISITS && !open.some(isUntouched);
        return isFull ? '/visits/new' : pathOf(store.open({ '/behalf': 'self', '/applicant/language': language }));
      },
    }),
    [store, language],
  );
  return <Here value={desk}>{children}</Here>;
}

/** Those with a tab. What is put aside and has not reached the platform stands in no queue: it keeps its tab. */
function openOf(visits: readonly Visit[]): readonly Visit[] {
  return visits.filter(({ parked, drafts }) => !parked || drafts.every(({ sent }) => !sent));
}

export function useVisits(): Desk {
  const desk = useContext(Here);
  if (!desk) throw new Error('There are no visits around this part.');
  return desk;
}

function useAll(): readonly Visit[] {
  const { store } = useVisits();
  return useSyncExternalStore(store.subscribe, store.all);
}

/** The visits with a tab. */
export function useOpenVisits(): readonly Visit[] {
  const all = useAll();
  return useMemo(() => openOf(all), [all]);
}

/** How many drafts hold something that the platform has not: signing out would lose it. */
export function useUnsent(): number {
  const { store } = useVisits();
  const count = () => store.all().flatMap(({ drafts }) => drafts.filter(({ unsent }) => unsent)).length;
  return useSyncExternalStore(store.subscribe, count);
}

/** A visit and one of its drafts, by their ids. */
export function useDraft(visit: string, draft: string | undefined): { visit: Visit; draft: Draft } | undefined {
  const here = useAll().find(({ id }) => id === visit);
  const found = here?.drafts.find(({ id }) => id === draft) ?? here?.drafts.at(-1);
  return here && found && { visit: here, draft: found };
}

/** One tab for each open visit, in the top bar; V goes to the other one. */
export function VisitTabs() {
  const { t } = useLanguage();
  const open = useOpenVisits();
  const [path, go] = useLocation();
  const here = open.findIndex(({ id }) => path.startsWith(`/visits/${id}/`));
  const other = open[here < 0 ? open.length - 1 : (here + 1) % open.length];
  useKeys([other !== undefined && { code: 'KeyV', says: KEYS.otherVisit, does: () => go(pathOf(other)) }]);
  // The check is turned to the person: who else is at the desk is not theirs to read.
  const isTurned = /^\/visits\/[^/]+\/[^/]+\/review$/.test(path);
  const nameOn = (visit: Visit, isHere: boolean) =>
    isTurned && !isHere ? t(VISITS.other) : nameOfVisit(visit) || t(VISITS.newVisit);
  // A visit in which nothing was said has a tab only while it is on the screen.
  const shown = open.filter((visit) => !isUntouched(visit) || path.startsWith(`/visits/${visit.id}/`));
  return shown.map((visit) => (
    <Link
      key={visit.id}
      href={pathOf(visit)}
      aria-current={path.startsWith(`/visits/${visit.id}/`) ? 'page' : undefined}
    >
      <User size={18} aria-hidden="true" />
      <strong>{nameOn(visit, path.startsWith(`/visits/${visit.id}/`))}</strong>
      {nameOfVisit(visit) !== '' && shown.length === 1 && (
        <span>{t(visit.drafts.every(isFiled) ? VISITS.filed : VISITS.draft)}</span>
      )}
    </Link>
  ));
}
