import { createContext, useCallback, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { User } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Skeleton } from '../parts/load-states.tsx';
import { openChannel } from '../outbox/page-environment.ts';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { VISITS } from '../texts/visits.ts';
import { useNameMandates } from './mandate/use-mandate-request.ts';
import { useNameDocuments } from './use-name-documents.ts';
import { findOpenVisits, isFiled, isTaken, isUntouched, visitName, openVisitStore, draftPath } from './visit-store.ts';
import type { Draft, Visit, VisitStore } from './visit-store.ts';

/** The open visits of the page: tabs, the key for a new visit, and drafts opened from lists. */

interface VisitsContextValue {
  store: VisitStore;
  /** Returns the path of a new visit, or of the question which one to save. */
  startVisit: () => string;
}
const VisitsContext = createContext<VisitsContextValue | undefined>(undefined);

export function VisitsProvider({ children }: { children: ReactNode }) {
  const { localStore, session } = useSignedIn();
  const { name } = session.operator;
  const { centre, inheritedCentres } = session;
  const [store, setStore] = useState<VisitStore>();
  useEffect(() => {
    let isMounted = true;
    const channel = openChannel(`cups-visits-${name}-${centre}`);
    void openVisitStore(localStore, channel, { centre, inheritedCentres }, sessionStorage).then(
      (opened) => isMounted && setStore(opened),
    );
    return () => {
      isMounted = false;
      channel.close();
    };
  }, [localStore, name, centre, inheritedCentres]);
  return store ? <LoadedVisits store={store}>{children}</LoadedVisits> : <Skeleton />;
}

function LoadedVisits({ store, children }: { store: VisitStore; children: ReactNode }) {
  const { language } = useLanguage();
  useNameDocuments(store);
  useNameMandates(store);
  useAnsweredDrafts(store);
  // The context value is stable; components subscribe to the store.
  const value = useMemo<VisitsContextValue>(
    () => ({
      store,
      startVisit() {
        // Removes visits with receipts only.
        const finished = store.all().filter(({ drafts }) => drafts.every(isFiled));
        finished.forEach(({ drafts }) => drafts.forEach(({ id }) => store.removeDraft(id)));
        return store.isFull()
          ? '/visits/new'
          : draftPath(store.open({ '/behalf': 'self', '/applicant/language': language }));
      },
    }),
    [store, language],
  );
  return <VisitsContext value={value}>{children}</VisitsContext>;
}

/** Keeps what the platform answered with its draft, also after the screen was left. */
function useAnsweredDrafts(store: VisitStore): void {
  const { outbox } = useSignedIn();
  useEffect(
    () =>
      outbox.subscribeToAnswers(({ application, kind }, known) => {
        if (kind === 'mandates' || kind.startsWith('collections/')) return;
        if (store.draft(application)) store.change(application, (draft) => Object.assign({}, draft, { known }));
      }),
    [outbox, store],
  );
}

export function useVisits(): VisitsContextValue {
  const value = useContext(VisitsContext);
  if (!value) throw new Error('There are no visits around this part.');
  return value;
}

function useAllVisits(): readonly Visit[] {
  const { store } = useVisits();
  return useSyncExternalStore(store.subscribe, store.all);
}

export function useOpenVisits(): readonly Visit[] {
  const all = useAllVisits();
  return useMemo(() => findOpenVisits(all), [all]);
}

/** Number of drafts with unsent input, or with a mandate that is not recorded yet. Sign-out would lose both. */
export function useUnsentCount(): number {
  const { store } = useVisits();
  const { mandates } = useSignedIn();
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = [store.subscribe(listener), mandates.subscribe(listener)];
      return () => ends.forEach((end) => end());
    },
    [store, mandates],
  );
  const isUnsent = ({ id, unsent }: Draft) => unsent || mandates.get(id) !== undefined;
  const count = () => store.all().flatMap(({ drafts }) => drafts.filter(isUnsent)).length;
  return useSyncExternalStore(subscribe, count);
}

export function useDraft(visit: string, draft: string | undefined): { visit: Visit; draft: Draft } | undefined {
  const currentVisit = useAllVisits().find(({ id }) => id === visit);
  const found = currentVisit?.drafts.find(({ id }) => id === draft) ?? currentVisit?.drafts.at(-1);
  return currentVisit && found && { visit: currentVisit, draft: found };
}

/** A tab per open visit; V switches between them. */
export function VisitTabs() {
  const { t } = useLanguage();
  const open = useOpenVisits();
  const [path, go] = useLocation();
  const currentIndex = open.findIndex(({ id }) => path.startsWith(`/visits/${id}/`));
  const other = open[currentIndex < 0 ? open.length - 1 : (currentIndex + 1) % open.length];
  useKeys([other !== undefined && { code: 'KeyV', label: KEYS.otherVisit, run: () => go(draftPath(other)) }]);
  // The review is turned to the applicant, who must not see other names.
  const isTurnedToApplicant = /^\/visits\/[^/]+\/[^/]+\/review$/.test(path);
  const tabName = (visit: Visit, isCurrent: boolean) =>
    isTurnedToApplicant && !isCurrent ? t(VISITS.other) : visitName(visit) || t(VISITS.newVisit);
  // An untouched visit has a tab only while it is displayed.
  const shown = open.filter((visit) => !isUntouched(visit) || path.startsWith(`/visits/${visit.id}/`));
  return shown.map((visit) => (
    <Link
      key={visit.id}
      href={draftPath(visit)}
      aria-current={path.startsWith(`/visits/${visit.id}/`) ? 'page' : undefined}
    >
      <User size={18} aria-hidden="true" />
      <strong>{tabName(visit, path.startsWith(`/visits/${visit.id}/`))}</strong>
      {visitName(visit) !== '' && shown.length === 1 && <span>{t(visitStateText(visit))}</span>}
    </Link>
  ));
}

function visitStateText({ drafts }: Visit) {
  if (drafts.every(isFiled)) return VISITS.filed;
  return drafts.every((draft) => isFiled(draft) || isTaken(draft)) ? VISITS.taken : VISITS.draft;
}
