import type { Draft, Visit } from './visit-store.ts';

/** What one window changed of a visit, for the other windows: input of two of them in one draft merges by field. */

export interface VisitPatch {
  id: string;
  /** Absent if the visit was removed. */
  visit?: { parked: boolean; centre?: string | undefined; drafts: readonly DraftPatch[] };
}

interface DraftPatch {
  id: string;
  /** Changed members except `typed`. */
  members: Partial<Draft>;
  /** Changed input by JSON pointer; undefined where it was removed. */
  typed: Record<string, Draft['typed'][string] | undefined>;
}

/** Returns what changed; all of a visit or a draft that is new. */
export function diffVisit(id: string, before: Visit | undefined, after: Visit | undefined): VisitPatch {
  if (!after) return { id };
  const drafts = after.drafts.map((draft) =>
    diffDraft(
      before?.drafts.find((other) => other.id === draft.id),
      draft,
    ),
  );
  return { id, visit: { parked: after.parked, centre: after.centre, drafts } };
}

function diffDraft(before: Draft | undefined, after: Draft): DraftPatch {
  return { id: after.id, members: changedOf(before, after, ['typed']), typed: changedOf(before?.typed, after.typed) };
}

/** Returns the members that differ, by identity; undefined for removed ones. */
function changedOf<T extends object>(before: T | undefined, after: T, except: readonly string[] = []): Partial<T> {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]) as Set<keyof T & string>;
  const changed = [...names].filter((name) => !except.includes(name) && before?.[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => [name, after[name]])) as Partial<T>;
}

/** Returns the visit after a change of another window; undefined if it was removed there. */
export function applyPatch(current: Visit | undefined, { id, visit }: VisitPatch): Visit | undefined {
  if (!visit) return undefined;
  const drafts = visit.drafts.map(({ id: draft, members, typed }) => {
    const own = current?.drafts.find((candidate) => candidate.id === draft);
    return Object.assign({}, own, members, { typed: definedOf(Object.assign({}, own?.typed, typed)) }) as Draft;
  });
  return { id, parked: visit.parked, centre: visit.centre ?? current?.centre, drafts };
}

function definedOf<T>(values: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<string, T>;
}

/** Returns the drafts whose input changed. */
export function typedDrafts({ visit }: VisitPatch): string[] {
  return (visit?.drafts ?? []).filter(({ typed }) => Object.keys(typed).length > 0).map(({ id }) => id);
}
