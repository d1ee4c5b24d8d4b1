import { ulid } from 'ulid';
import type { Content } from '@cups/application';
import type { Application } from '../api/types.ts';
import type { Keeping } from '../keeping/keeping.ts';
import type { ScreenId } from './model/screens.ts';
import type { Conflict } from './model/sending.ts';
import type { Typed } from './model/typed.ts';

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
  typed: Typed;
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

const KIND = 'visit';
/** So many people stand at a desk at once. */
export const MOST_VISITS = 2;

export interface Visits {
  /** All of them, oldest first; the same array as long as nothing changed. */
  all(): readonly Visit[];
  subscribe(listener: () => void): () => void;
  draft(id: string): Draft | undefined;
  /** A visit that nobody has said anything in yet, or a new one. */
  open(first: Typed): Visit;
  /** A further draft of a visit. */
  addDraft(visit: string, typed: Typed): Draft | undefined;
  /** The visit in which an application that the platform has is filled in: the one where it was, or a new one. */
  openDraft(draft: Draft): Visit;
  change(draft: string, change: (draft: Draft) => Draft): void;
  /** Puts another draft in the place of one. */
  replaceDraft(draft: string, other: Draft): void;
  park(visit: string, parked: boolean): void;
  /** Takes a draft off the desk: it is filed, or given up. */
  removeDraft(draft: string): void;
  removeVisit(visit: string): void;
}

export function newDraft(typed: Typed): Draft {
  return { id: ulid(), screen: 'service', typed, unsent: false, conflicts: [] };
}

/** Goes on with the visits of an earlier page. */
export async function openVisits(keeping: Keeping): Promise<Visits> {
  let visits: readonly Visit[] = (await keeping.list<Visit>(KIND)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const listeners = new Set<() => void>();
  const writing = new Map<string, Promise<void>>();

  function put(visit: Visit): Visit {
    const others = visits.filter(({ id }) => id !== visit.id);
    visits = [...others, visit].sort((a, b) => (a.id < b.id ? -1 : 1));
    write(visit.id);
    listeners.forEach((listener) => listener());
    return visit;
  }
  /** One write at a time, and the newest state last. */
  function write(id: string): void {
    const before = writing.get(id) ?? Promise.resolve();
    const now = before.then(() => {
      const visit = visits.find((one) => one.id === id);
      return visit ? keeping.write(KIND, id, visit) : keeping.remove(KIND, id);
    });
    // A full disk loses nothing of what is on the page.
    writing.set(
      id,
      now.catch(() => undefined),
    );
  }
  function drop(id: string): void {
    visits = visits.filter((visit) => visit.id !== id);
    write(id);
    listeners.forEach((listener) => listener());
  }
  const holding = (draft: string) => visits.find(({ drafts }) => drafts.some(({ id }) => id === draft));

  return {
    all: () => visits,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    draft: (id) => visits.flatMap(({ drafts }) => drafts).find((draft) => draft.id === id),
    open(first) {
      const empty = visits.find((visit) => !visit.parked && isUntouched(visit));
      return empty ?? put({ id: ulid(), parked: false, drafts: [newDraft(first)] });
    },
    addDraft(id, typed) {
      const visit = visits.find((one) => one.id === id);
      if (!visit) return undefined;
      const draft = newDraft(typed);
      put(changedVisit(visit, { drafts: [...visit.drafts, draft] }));
      return draft;
    },
    openDraft(draft) {
      const visit = holding(draft.id) ?? { id: ulid(), parked: false, drafts: [draft] };
      return put(changedVisit(visit, { parked: false }));
    },
    change(id, change) {
      const visit = holding(id);
      if (!visit) return;
      put(changedVisit(visit, { drafts: visit.drafts.map((draft) => (draft.id === id ? change(draft) : draft)) }));
    },
    replaceDraft(id, other) {
      const visit = holding(id);
      if (visit) put(changedVisit(visit, { drafts: visit.drafts.map((draft) => (draft.id === id ? other : draft)) }));
    },
    park(id, parked) {
      const visit = visits.find((one) => one.id === id);
      if (visit) put(changedVisit(visit, { parked }));
    },
    removeDraft(id) {
      const visit = holding(id);
      if (!visit) return;
      const drafts = visit.drafts.filter((draft) => draft.id !== id);
      if (drafts.length > 0) put(changedVisit(visit, { drafts }));
      else drop(visit.id);
    },
    removeVisit: drop,
  };
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
export function nameOfVisit({ drafts }: Visit): string {
  const names = drafts.map(({ typed }) => [typed['/applicant/givenName'], typed['/applicant/familyName']]);
  return names.map((name) => name.filter(Boolean).join(' ')).find((name) => name !== '') ?? '';
}

/** The address of a draft: ids only. */
export function pathOf(visit: Visit, draft: Draft | undefined = visit.drafts.at(-1)): string {
  return draft ? `/visits/${visit.id}/${draft.id}/${draft.screen}` : '/';
}

function changedVisit(visit: Visit, change: Partial<Visit>): Visit {
  return Object.assign({}, visit, change);
}
