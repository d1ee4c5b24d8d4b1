import { decodeTime, ulid } from 'ulid';
import type { Content } from '@cups/application';
import { deskNow } from '../api/desk-clock.ts';
import type { Application } from '../api/types.ts';
import { FINISHED_INPUT_KIND } from '../local-store/input-kinds.ts';
import type { InputKind } from '../local-store/input-kinds.ts';
import type { LocalStore } from '../local-store/local-store.ts';
import { SILENT_CHANNEL } from '../outbox/environment.ts';
import type { Channel } from '../outbox/environment.ts';
import type { ScreenId } from './model/screens.ts';
import type { Conflict } from './model/draft-merge.ts';
import type { FormValues } from './model/form-values.ts';
import { applyPatch, diffVisit, typedDrafts } from './visit-patch.ts';
import { isPersonTyped, trackPersons } from './person-origin.ts';
import type { PersonOrigin, WindowStorage } from './person-origin.ts';
import type { VisitPatch } from './visit-patch.ts';

/**
 * The visits at this desk and their drafts. All input is stored in this browser immediately; use-draft-sync.ts sends
 * the valid part.
 */

export interface Draft {
  /** ID of the application, generated here so that a draft works offline. */
  id: string;
  /** Code of the service, once chosen. */
  service?: string | undefined;
  screen: ScreenId;
  typed: FormValues;
  /** The application as last known from the platform. */
  known?: Application | undefined;
  /** Content last given to the outbox; the next edit is the difference. */
  sent?: Content | undefined;
  /** Whether some input was not sent: incomplete, invalid or pending. */
  unsent: boolean;
  conflicts: readonly Conflict[];
  /** Given to the outbox for submission. */
  submitting?: boolean | undefined;
  /** applications/{id} that this draft corrects. */
  corrects?: string | undefined;
  /** Made at this desk when the draft was opened; the platform takes it over. */
  trackingNumber?: string | undefined;
  /** When it was taken at the desk without the platform: its receipt may be printed. RFC 3339. */
  takenAt?: string | undefined;
}

export interface Visit {
  id: string;
  /** Saved for later: it has no tab. */
  parked: boolean;
  /** centres/{code} at which it began; absent in visits of earlier releases. */
  centre?: string | undefined;
  drafts: readonly Draft[];
}

/** Where the operator works now. */
export interface VisitCentre {
  /** centres/{code} of the session. */
  centre?: string | undefined;
  /** Closed centres whose applications it inherited. */
  inheritedCentres?: readonly string[] | undefined;
}

const RECORD_KIND = 'visit' satisfies InputKind;
/** Maximum number of visits open at a desk. */
const MAX_OPEN_VISITS = 2;
/** Age in ms from which no window shows an untouched visit any more. */
const UNTOUCHED_VISIT_TTL_MS = 24 * 3_600_000;

export interface VisitStore {
  /** All visits, oldest first. The array is stable until a change. */
  all(): readonly Visit[];
  subscribe(listener: () => void): () => void;
  draft(id: string): Draft | undefined;
  /** Whether no further visit may be opened. */
  isFull(): boolean;
  /** Returns the untouched visit of this window, or a new one. */
  open(values: FormValues): Visit;
  /** Adds a draft to a visit. */
  addDraft(visit: string, values: FormValues): Draft | undefined;
  /** Opens a draft of the platform in its visit, or in a new one. */
  openDraft(draft: Draft): Visit;
  change(draft: string, change: (draft: Draft) => Draft): void;
  /**
   * Changes a draft, and resolves once the change survives a power cut.
   * @throws Error if the browser cannot store it
   */
  commit(draft: string, change: (draft: Draft) => Draft): Promise<void>;
  /** Whether another window typed into the draft last: that window sends it. */
  isTypedElsewhere(draft: string): boolean;
  /** Returns where the applicant of a draft was typed last. */
  personOrigin(draft: string): PersonOrigin;
  /** Lets this window change the applicant of a draft, and ends the notice that another window changed them. */
  takePerson(draft: string): void;
  replaceDraft(draft: string, other: Draft): void;
  /** Hides a visit until one of its drafts is opened; removes an untouched one. */
  saveForLater(visit: string): void;
  /** Removes a draft that was submitted or discarded. */
  removeDraft(draft: string): void;
}

export function newDraft(values: FormValues): Draft {
  return { id: ulid(deskNow()), screen: 'service', typed: values, unsent: false, conflicts: [] };
}

/**
 * Opens the store with the visits of earlier pages.
 * @param channel to the other windows of the operator at this centre, which show the same visits
 * @param place visits of the operator's other centres stay stored
 * @param windowStorage remembers over a reload what was typed in this window
 */
export async function openVisitStore(
  localStore: LocalStore,
  channel: Channel = SILENT_CHANNEL,
  place: VisitCentre = {},
  windowStorage?: WindowStorage,
): Promise<VisitStore> {
  const { all, subscribe, put, drop, persist, isForeign, persons, refresh } = createPersistentVisits(
    localStore,
    (await listVisits(localStore)).filter((visit) => isVisitAt(visit, place)),
    channel,
    windowStorage,
  );
  /** IDs of visits that this window opened. Another window may show any other one. */
  const ownVisits = new Set<string>();
  listLeftVisits(all()).forEach(({ id }) => drop(id));
  const findOwnUntouched = () => all().find((visit) => ownVisits.has(visit.id) && !visit.parked && isUntouched(visit));
  const findVisit = (id: string) => all().find((visit) => visit.id === id);
  const findVisitOfDraft = (draft: string) => all().find(({ drafts }) => drafts.some(({ id }) => id === draft));
  const changeDrafts = (draft: string, change: (drafts: readonly Draft[]) => readonly Draft[]) => {
    const visit = findVisitOfDraft(draft);
    if (!visit) return;
    const drafts = change(visit.drafts);
    if (drafts.length > 0) put(updateVisit(visit, { drafts }));
    else drop(visit.id);
  };
  const changeDraft = (draft: string, change: (draft: Draft) => Draft) =>
    changeDrafts(draft, (drafts) => drafts.map((current) => (current.id === draft ? change(current) : current)));
  return {
    all,
    subscribe,
    draft: (id) => findVisitOfDraft(id)?.drafts.find((draft) => draft.id === id),
    isFull: () => findOwnUntouched() === undefined && countTouched(all()) >= MAX_OPEN_VISITS,
    open(first) {
      const visit =
        findOwnUntouched() ?? put({ id: ulid(), parked: false, centre: place.centre, drafts: [newDraft(first)] });
      ownVisits.add(visit.id);
      return visit;
    },
    addDraft(id, values) {
      const visit = findVisit(id);
      if (!visit) return undefined;
      const draft = newDraft(values);
      put(updateVisit(visit, { drafts: [...visit.drafts, draft] }));
      return draft;
    },
    openDraft(draft) {
      const visit = findVisitOfDraft(draft.id) ?? { id: ulid(), parked: false, centre: place.centre, drafts: [draft] };
      return put(updateVisit(visit, { parked: false }));
    },
    change: changeDraft,
    async commit(id, change) {
      changeDraft(id, change);
      const visit = findVisitOfDraft(id);
      if (visit) await persist(visit.id, true);
    },
    isTypedElsewhere: isForeign,
    personOrigin: persons.originOf,
    takePerson(draft) {
      persons.take(draft);
      refresh();
    },
    replaceDraft: (id, other) => changeDraft(id, () => other),
    saveForLater(id) {
      const visit = findVisit(id);
      if (!visit) return;
      if (isUntouched(visit)) drop(visit.id);
      else put(updateVisit(visit, { parked: true }));
    },
    removeDraft: (id) => changeDrafts(id, (drafts) => drafts.filter((draft) => draft.id !== id)),
  };
}

const countTouched = (visits: readonly Visit[]): number =>
  findOpenVisits(visits).filter((visit) => !isUntouched(visit)).length;

/** Returns the untouched visits that no window shows any more. */
function listLeftVisits(visits: readonly Visit[]): readonly Visit[] {
  const isOld = ({ id }: Visit) => decodeTime(id) < Date.now() - UNTOUCHED_VISIT_TTL_MS;
  return visits.filter((visit) => isUntouched(visit) && isOld(visit));
}

/**
 * The visits in memory, in the local store and in other windows. Writes of a visit are serialized, the newest state
 * last. Each window takes over what another one changed.
 */
function createPersistentVisits(
  localStore: LocalStore,
  initial: Visit[],
  channel: Channel,
  windowStorage: WindowStorage | undefined,
) {
  let visits: readonly Visit[] = sortVisits(initial);
  const listeners = new Set<() => void>();
  const pendingWrites = new Map<string, Promise<void>>();
  /** IDs of drafts into which another window typed last. */
  const foreign = new Set<string>();
  const persons = trackPersons(windowStorage);
  function replace(id: string, visit: Visit | undefined): void {
    const others = visits.filter((candidate) => candidate.id !== id);
    visits = visit ? sortVisits([...others, visit]) : others;
    listeners.forEach((listener) => listener());
  }
  function persist(id: string, isStrict = false): Promise<void> {
    const written = (pendingWrites.get(id) ?? Promise.resolve()).then(() => {
      const visit = visits.find((candidate) => candidate.id === id);
      return storeVisit(localStore, { id, visit, isStrict });
    });
    // A failed write loses nothing that is on the page.
    pendingWrites.set(
      id,
      written.catch(() => undefined),
    );
    return written;
  }
  function change(id: string, visit: Visit | undefined): void {
    const patch = diffVisit(
      id,
      visits.find((candidate) => candidate.id === id),
      visit,
    );
    typedDrafts(patch).forEach((draft) => foreign.delete(draft));
    persons.changedHere(patch);
    replace(id, visit);
    persist(id).catch(() => undefined);
    channel.post(patch);
  }
  channel.listen((message) => {
    const patch = message as VisitPatch;
    typedDrafts(patch).forEach((draft) => foreign.add(draft));
    const current = visits.find(({ id }) => id === patch.id);
    persons.changedElsewhere(patch, current);
    replace(patch.id, applyPatch(current, patch));
    // Two windows that typed at the same time stored different states; the merged one is stored last.
    persist(patch.id).catch(() => undefined);
  });
  return {
    all: () => visits,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    put(visit: Visit): Visit {
      change(visit.id, visit);
      return visit;
    },
    drop: (id: string) => change(id, undefined),
    persist,
    isForeign: (id: string) => foreign.has(id),
    persons,
    /** Shows what is known of the visits beside their content. */
    refresh(): void {
      visits = [...visits];
      listeners.forEach((listener) => listener());
    },
  };
}

/** Returns the stored visits. One that was stored under both kinds, because the page closed in between, is unfinished. */
async function listVisits(localStore: LocalStore): Promise<Visit[]> {
  const [finished, open] = await Promise.all([
    localStore.list<Visit>(FINISHED_INPUT_KIND),
    localStore.list<Visit>(RECORD_KIND),
  ]);
  return [...new Map([...finished, ...open].map((visit) => [visit.id, visit])).values()];
}

async function storeVisit(
  localStore: LocalStore,
  { id, visit, isStrict }: { id: string; visit: Visit | undefined; isStrict: boolean },
): Promise<void> {
  const isFinished = visit?.drafts.every((draft) => isTaken(draft) || isFiled(draft)) ?? false;
  const [kind, other] = isFinished ? [FINISHED_INPUT_KIND, RECORD_KIND] : [RECORD_KIND, FINISHED_INPUT_KIND];
  if (visit) await localStore.write(kind, id, visit, { isStrict });
  else await localStore.remove(kind, id);
  await localStore.remove(other, id);
}

/** A visit of an earlier release is of the centre of its applications; one that no platform knows shows everywhere. */
function isVisitAt({ centre, drafts }: Visit, { centre: own, inheritedCentres = [] }: VisitCentre): boolean {
  const of = centre ?? drafts.find(({ known }) => known)?.known?.centre;
  return own === undefined || of === undefined || [own, ...inheritedCentres].includes(of);
}

/** Oldest first: IDs are ULIDs. */
function sortVisits(visits: readonly Visit[]): readonly Visit[] {
  return [...visits].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether the draft was submitted from this desk and shows its receipt. */
export function isFiled({ known, submitting }: Draft): boolean {
  return submitting === true && known?.submitTime !== undefined;
}

/** Whether the draft was submitted here without the platform, and waits with its receipt. */
export function isTaken(draft: Draft): boolean {
  return draft.takenAt !== undefined && !isFiled(draft);
}

/** Whether no service is chosen and nothing of a person typed. */
export function isUntouched({ drafts }: Visit): boolean {
  return drafts.every(({ service, typed }) => service === undefined && !isPersonTyped(typed));
}

/**
 * Returns visits with a tab. A saved visit that has not reached the platform keeps its tab, because no queue lists
 * it.
 */
export function findOpenVisits(visits: readonly Visit[]): readonly Visit[] {
  return visits.filter(({ parked, drafts }) => !parked || drafts.every(({ sent }) => !sent));
}

/** Returns the first name typed in a visit, for its tab. */
export function visitName({ drafts }: Visit): string {
  const names = drafts.map(({ typed }) => [typed['/applicant/givenName'], typed['/applicant/familyName']]);
  return names.map((name) => name.filter(Boolean).join(' ')).find((name) => name !== '') ?? '';
}

/** Returns the path of a draft; it contains IDs only. */
export function draftPath(visit: Visit, draft: Draft | undefined = visit.drafts.at(-1)): string {
  return draft ? `/visits/${visit.id}/${draft.id}/${draft.screen}` : '/';
}

function updateVisit(visit: Visit, change: Partial<Visit>): Visit {
  return Object.assign({}, visit, change);
}
