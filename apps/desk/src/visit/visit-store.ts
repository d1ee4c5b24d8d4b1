import { ulid } from 'ulid';
import type { Content } from '@cups/application';
import type { Application } from '../api/types.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import type { ScreenId } from './model/screens.ts';
import type { Conflict } from './model/draft-merge.ts';
import type { FormValues } from './model/form-values.ts';

/**
 * The visits at this desk: who is here, and what is being filled in for them. All of it is kept in this browser at once,
 * also what is half typed; what has the right shape goes to the platform besides (use-sending.ts).
 */

export interface Draft {
  /** Of the application; made here, so that it can be opened without a line. */
  id: string;
  /** Code of the public service, once it is chosen. */
  service?: string | undefined;
  screen: ScreenId;
  typed: FormValues;
  /** The application as the platform had it last. */
  known?: Application | undefined;
  /** What was given to the outbox last: the next edit names what differs from it. */
  sent?: Content | undefined;
  /** Something is typed that the platform has not been given: half typed, wrong, or not yet given. */
  unsent: boolean;
  conflicts: readonly Conflict[];
  /** It was given to the outbox to be filed. */
  submitting?: boolean | undefined;
  /** The application that it corrects, as applications/{id}. */
  corrects?: string | undefined;
}

export interface Visit {
  id: string;
  /** Away from the desk, to be gone on with: it has no tab. */
  parked: boolean;
  drafts: readonly Draft[];
}

const RECORD_KIND = 'visit';
/** So many people stand at a desk at once. */
export const MAX_OPEN_VISITS = 2;

export interface VisitStore {
  /** All of them, oldest first; the same array as long as nothing changed. */
  all(): readonly Visit[];
  subscribe(listener: () => void): () => void;
  draft(id: string): Draft | undefined;
  /** A visit that nobody has said anything in yet, or a new one. */
  open(values: FormValues): Visit;
  /** A further draft of a visit. */
  addDraft(visit: string, values: FormValues): Draft | undefined;
  /** The visit in which an application that the platform has is filled in: the one where it was, or a new one. */
  openDraft(draft: Draft): Visit;
  change(draft: string, change: (draft: Draft) => Draft): void;
  /** Puts another draft in the place of one. */
  replaceDraft(draft: string, other: Draft): void;
  /** Away from the desk until one of its drafts is opened again; a visit in which nothing was said is over. */
  saveForLater(visit: string): void;
  /** Takes a draft off the desk: it is filed, or given up. */
  removeDraft(draft: string): void;
}

export function newDraft(values: FormValues): Draft {
  return { id: ulid(), screen: 'service', typed: values, unsent: false, conflicts: [] };
}

/** Goes on with the visits of an earlier page. */
export async function openVisitStore(localStore: LocalStore): Promise<VisitStore> {
  const { all, subscribe, put, drop } = createPersistentVisits(localStore, await localStore.list<Visit>(RECORD_KIND));
  const findVisit = (id: string) => all().find((visit) => visit.id === id);
  const findVisitOfDraft = (draft: string) => all().find(({ drafts }) => drafts.some(({ id }) => id === draft));
  const changeDrafts = (draft: string, change: (drafts: readonly Draft[]) => readonly Draft[]) => {
    const visit = findVisitOfDraft(draft);
    if (!visit) return;
    const drafts = change(visit.drafts);
    if (drafts.length > 0) put(updateVisit(visit, { drafts }));
    else drop(visit.id);
  };
  return {
    all,
    subscribe,
    draft: (id) => findVisitOfDraft(id)?.drafts.find((draft) => draft.id === id),
    open(first) {
      const empty = all().find((visit) => !visit.parked && isUntouched(visit));
      return empty ?? put({ id: ulid(), parked: false, drafts: [newDraft(first)] });
    },
    addDraft(id, values) {
      const visit = findVisit(id);
      if (!visit) return undefined;
      const draft = newDraft(values);
      put(updateVisit(visit, { drafts: [...visit.drafts, draft] }));
      return draft;
    },
    openDraft(draft) {
      const visit = findVisitOfDraft(draft.id) ?? { id: ulid(), parked: false, drafts: [draft] };
      return put(updateVisit(visit, { parked: false }));
    },
    change: (id, change) =>
      changeDrafts(id, (drafts) => drafts.map((draft) => (draft.id === id ? change(draft) : draft))),
    replaceDraft: (id, other) => changeDrafts(id, (drafts) => drafts.map((draft) => (draft.id === id ? other : draft))),
    saveForLater(id) {
      const visit = findVisit(id);
      if (!visit) return;
      if (isUntouched(visit)) drop(visit.id);
      else put(updateVisit(visit, { parked: true }));
    },
    removeDraft: (id) => changeDrafts(id, (drafts) => drafts.filter((draft) => draft.id !== id)),
  };
}

/** The visits in memory and in this browser, which are written one after another, the newest state last. */
function createPersistentVisits(localStore: LocalStore, initial: Visit[]) {
  let visits: readonly Visit[] = sortVisits(initial);
  const listeners = new Set<() => void>();
  const pendingWrites = new Map<string, Promise<void>>();
  function persist(id: string, next: readonly Visit[]): void {
    visits = next;
    const written = (pendingWrites.get(id) ?? Promise.resolve()).then(() => {
      const visit = visits.find((one) => one.id === id);
      return visit ? localStore.write(RECORD_KIND, id, visit) : localStore.remove(RECORD_KIND, id);
    });
    // A full disk loses nothing of what is on the page.
    pendingWrites.set(
      id,
      written.catch(() => undefined),
    );
    listeners.forEach((listener) => listener());
  }
  return {
    all: () => visits,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(visit: Visit): Visit {
      persist(visit.id, sortVisits([...visits.filter(({ id }) => id !== visit.id), visit]));
      return visit;
    },
    drop: (id: string) =>
      persist(
        id,
        visits.filter((visit) => visit.id !== id),
      ),
  };
}

/** Oldest first: their ids begin with the time. */
function sortVisits(visits: readonly Visit[]): readonly Visit[] {
  return [...visits].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Whether it was filed from here: its receipt is what is left to be shown. */
export function isFiled({ known, submitting }: Draft): boolean {
  return submitting === true && known?.submitTime !== undefined;
}

/** A visit in which no service is chosen and nobody named. */
export function isUntouched({ drafts }: Visit): boolean {
  return drafts.every(({ service, typed }) => service === undefined && !typed['/applicant/idnp']);
}

/** The name on the tab of a visit: of whoever is there, as far as it is typed. */
export function visitName({ drafts }: Visit): string {
  const names = drafts.map(({ typed }) => [typed['/applicant/givenName'], typed['/applicant/familyName']]);
  return names.map((name) => name.filter(Boolean).join(' ')).find((name) => name !== '') ?? '';
}

/** The address of a draft: ids only. */
export function draftPath(visit: Visit, draft: Draft | undefined = visit.drafts.at(-1)): string {
  return draft ? `/visits/${visit.id}/${draft.id}/${draft.screen}` : '/';
}

function updateVisit(visit: Visit, change: Partial<Visit>): Visit {
  return Object.assign({}, visit, change);
}
